import { recordAudit } from '../audit/audit.ts';
import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { eventRow } from '../events/define.ts';
import { appendEvents } from '../events/outbox.ts';
import { webhookEndpointDisabled } from './events.ts';
import { updateEndpoint } from './repository.ts';
import type { WebhookEndpointRow } from './tables.ts';

// Along webhook_deliveries_due_idx.
const cancelDeliveries = preparedSql(
  'cancel_webhook_deliveries',
  `update webhook_deliveries set state = 'cancelled', next_attempt_at = null, finished_at = $3
   where shop_id = $1 and endpoint_id = $2 and next_attempt_at is not null`,
);

/** Cancels what is still on its way to an endpoint. It can be set on its way again by hand, or replayed. */
export async function cancelPending(tx: Tx, ctx: Ctx, endpointId: string): Promise<void> {
  await cancelDeliveries(tx, [ctx.shop.id, endpointId, ctx.realNow]);
}

/** Stops sending to an endpoint whose row the caller has locked. */
export async function disableLocked(
  tx: Tx,
  ctx: Ctx,
  endpoint: WebhookEndpointRow,
  reason: NonNullable<WebhookEndpointRow['disabledReason']>,
): Promise<WebhookEndpointRow> {
  const changes = { state: 'disabled', disabledReason: reason, disabledAt: ctx.realNow } as const;
  const disabled = await updateEndpoint(tx, endpoint, changes, ctx.realNow);
  await cancelPending(tx, ctx, endpoint.id);
  await recordAudit(tx, ctx, {
    action: 'disableWebhookEndpoint',
    subjectType: 'webhook_endpoint',
    subjectId: endpoint.id,
    details: { reason },
  });
  await appendEvents(tx, ctx, [eventRow(ctx, webhookEndpointDisabled, endpoint.id, { reason })]);
  return disabled;
}
