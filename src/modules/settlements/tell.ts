import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { type EventDefinition, eventRow, type NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { addTimeline, addTimelines, type TimelineKind } from '../orders/timeline.ts';
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

type SettlementEvent = EventDefinition<typeof settlementEvents.opened.data>;

/** What every event of a settlement tells. */
export const dataOf = (settlement: Settlement) => ({
  orderId: settlement.orderId,
  customerId: settlement.customerId,
  direction: settlement.direction,
  reason: settlement.reason,
  state: settlement.state,
  amount: Number(settlement.amount),
  currency: settlement.currency,
  dueAt: settlement.dueAt?.toISOString() ?? null,
});

/** Tells the world what became of a settlement, and the timeline of its locked order. What was said stays out of both. */
export async function tell(tx: Tx, ctx: Ctx, event: SettlementEvent, settlement: Settlement): Promise<void> {
  const kind = ON_TIMELINE[event.type];
  if (kind) await addTimeline(tx, ctx, settlement.orderId, { kind, details: detailsOf(settlement) });
  await appendEvents(tx, ctx, [rowOf(ctx, event, settlement)]);
}

/** The same of many settlements, each of another locked order. */
export async function tellOfMany(
  tx: Tx,
  ctx: Ctx,
  event: SettlementEvent,
  settlements: readonly Settlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const kind = ON_TIMELINE[event.type];
  const entries = settlements.map((settlement) => ({
    orderId: settlement.orderId,
    details: detailsOf(settlement),
  }));
  if (kind) await addTimelines(tx, ctx, kind, entries);
  await appendEvents(
    tx,
    ctx,
    settlements.map((settlement) => rowOf(ctx, event, settlement)),
  );
}

const detailsOf = ({ id, direction, reason, amount }: Settlement) => ({
  settlementId: id,
  direction,
  reason,
  amount: Number(amount),
});

const rowOf = (ctx: Ctx, event: SettlementEvent, settlement: Settlement): NewEvent =>
  eventRow(ctx, event, settlement.id, dataOf(settlement));
