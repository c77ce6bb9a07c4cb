import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { addTimeline, type TimelineKind } from '../orders/timeline.ts';
import { settlementEvents } from './events.ts';
import type { Settlement } from './tables.ts';

// What the order's own steps do not write there: that money was given or charged is `settled`.
const ON_TIMELINE: Readonly<Record<string, TimelineKind>> = {
  [settlementEvents.offered.type]: 'settlement_offered',
  [settlementEvents.countered.type]: 'settlement_countered',
  [settlementEvents.accepted.type]: 'settlement_accepted',
  [settlementEvents.declined.type]: 'settlement_declined',
  [settlementEvents.expired.type]: 'settlement_expired',
  [settlementEvents.cancelled.type]: 'settlement_cancelled',
};

/** Tells the world what became of a settlement, and the timeline of its locked order. What was said stays out of both. */
export async function tell(
  tx: Tx,
  ctx: Ctx,
  event: EventDefinition<typeof settlementEvents.opened.data>,
  settlement: Settlement,
): Promise<void> {
  const { id, orderId, direction, reason, currency, dueAt } = settlement;
  const amount = Number(settlement.amount);
  const kind = ON_TIMELINE[event.type];
  if (kind) {
    const details = { settlementId: id, direction, reason, amount };
    await addTimeline(tx, ctx, orderId, { kind, details });
  }
  await appendEvents(tx, ctx, [
    eventRow(ctx, event, id, {
      orderId,
      customerId: settlement.customerId,
      direction,
      reason,
      state: settlement.state,
      amount,
      currency,
      dueAt: dueAt?.toISOString() ?? null,
    }),
  ]);
}
