import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { settlementEvents } from './events.ts';
import type { Settlement } from './tables.ts';

/** Tells the world what became of a settlement. */
export const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof settlementEvents.opened.data>,
  settlement: Settlement,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, settlement.id, {
      orderId: settlement.orderId,
      customerId: settlement.customerId,
      direction: settlement.direction,
      reason: settlement.reason,
      state: settlement.state,
      amount: Number(settlement.amount),
      currency: settlement.currency,
    }),
  ]);
