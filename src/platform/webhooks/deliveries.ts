import { and, desc, eq } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Reader } from '../db/client.ts';
import { inTransaction } from '../db/transaction.ts';
import { platformErrors } from '../errors.ts';
import { eventRow } from '../events/define.ts';
import { appendEvents } from '../events/outbox.ts';
import { afterKey, type Page, readCursor, toPage } from '../http/pagination.ts';
import { webhookErrors } from './errors.ts';
import { webhookTested } from './events.ts';
import { findLockedEndpoint, insertDeliveries, wakeLanes } from './repository.ts';
import {
  type WebhookAttemptRow,
  type WebhookDeliveryRow,
  webhookAttempts,
  webhookDeliveries,
} from './tables.ts';

const SHOWN_ATTEMPTS = 100;

/** A delivery with its newest attempts, oldest first. */
export interface DeliveryWithAttempts {
  readonly delivery: WebhookDeliveryRow;
  readonly attempts: readonly WebhookAttemptRow[];
}

interface DeliveryQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly endpointId?: string;
  readonly state?: WebhookDeliveryRow['state'];
  readonly type?: string;
}

const deliveryIs = (ctx: Ctx, id: string) =>
  and(eq(webhookDeliveries.shopId, ctx.shop.id), eq(webhookDeliveries.id, id));

/** Deliveries, newest first. */
export async function listWebhookDeliveries(
  ctx: Ctx,
  query: DeliveryQuery,
): Promise<Page<WebhookDeliveryRow>> {
  const { endpointId, state, type } = query;
  const rows = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.shopId, ctx.shop.id),
        endpointId === undefined ? undefined : eq(webhookDeliveries.endpointId, endpointId),
        state === undefined ? undefined : eq(webhookDeliveries.state, state),
        type === undefined ? undefined : eq(webhookDeliveries.eventType, type),
        afterKey([webhookDeliveries.id], readCursor('webhook-deliveries', query), 'desc'),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(query.limit + 1);
  return toPage('webhook-deliveries', query, rows, (row) => [row.id]);
}

/** A delivery with its log. */
export async function getWebhookDelivery(ctx: Ctx, id: string): Promise<DeliveryWithAttempts> {
  const [delivery] = await ctx.db.select().from(webhookDeliveries).where(deliveryIs(ctx, id));
  if (!delivery) throw platformErrors.not_found();
  return withAttempts(ctx.db, delivery);
}

async function withAttempts(on: Reader, delivery: WebhookDeliveryRow): Promise<DeliveryWithAttempts> {
  const newest = await on
    .select()
    .from(webhookAttempts)
    .where(and(eq(webhookAttempts.shopId, delivery.shopId), eq(webhookAttempts.deliveryId, delivery.id)))
    .orderBy(desc(webhookAttempts.number))
    .limit(SHOWN_ATTEMPTS);
  return { delivery, attempts: newest.toReversed() };
}

/**
 * Sets a delivery on its way again, at once and with the whole plan of delays before it. Refusals: not_found,
 * webhook_delivery_succeeded, webhook_endpoint_disabled.
 */
export async function retryWebhookDelivery(ctx: Ctx, id: string): Promise<DeliveryWithAttempts> {
  return inTransaction(ctx, async (tx) => {
    const [found] = await tx.select().from(webhookDeliveries).where(deliveryIs(ctx, id));
    if (!found) throw platformErrors.not_found();
    const endpoint = await findLockedEndpoint(tx, ctx.shop.id, found.endpointId);
    const [delivery] = await tx
      .select()
      .from(webhookDeliveries)
      .where(deliveryIs(ctx, id))
      .for('no key update');
    if (!delivery) throw platformErrors.not_found();
    if (delivery.state === 'succeeded') throw webhookErrors.webhook_delivery_succeeded();
    if (endpoint?.state !== 'enabled') throw webhookErrors.webhook_endpoint_disabled();
    const changes = { state: 'pending', step: 0, nextAttemptAt: ctx.realNow, finishedAt: null } as const;
    await tx.update(webhookDeliveries).set(changes).where(deliveryIs(ctx, id));
    await wakeLanes(tx, [delivery]);
    return withAttempts(tx, { ...delivery, ...changes });
  });
}

/** Sends a `webhook.test` event to one endpoint. Refusals: not_found, webhook_endpoint_disabled. */
export async function testWebhookEndpoint(ctx: Ctx, endpointId: string): Promise<DeliveryWithAttempts> {
  return inTransaction(ctx, async (tx) => {
    const endpoint = await findLockedEndpoint(tx, ctx.shop.id, endpointId);
    if (!endpoint) throw platformErrors.not_found();
    if (endpoint.state !== 'enabled') throw webhookErrors.webhook_endpoint_disabled();
    const message = 'If you can read this, events arrive here.';
    const event = eventRow(ctx, webhookTested, endpointId, { message });
    await appendEvents(tx, ctx, [event]);
    const { id: eventId, type: eventType, subjectId } = event;
    const made = { endpointId, eventId, eventType, subjectId, replayNumber: 0 };
    const [delivery] = await insertDeliveries(tx, ctx, [made]);
    if (!delivery) throw new Error('the test delivery was not made');
    return { delivery, attempts: [] };
  });
}
