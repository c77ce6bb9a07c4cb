import type { Static } from '@sinclair/typebox';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { lockOrderLines, settleOrder } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import type { paymentEventKinds } from '../payments/events.ts';
import { settlementEvents } from './events.ts';
import {
  findSettlementOfRefund,
  getSettlement,
  insertPayouts,
  listPayoutStates,
  moveSettlement,
  type WholeSettlement,
} from './settlement-repository.ts';
import { decidePayout } from './settlement-rules.ts';
import { tell } from './tell.ts';

/** Accepts a settlement to the customer and sets its money on its way, under the order's lock. */
export async function payOut(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  whole: WholeSettlement,
): Promise<WholeSettlement> {
  const accepted = await moveSettlement(tx, whole, { state: 'accepted', acceptedAt: ctx.now }, ctx.now);
  const { id, reason } = accepted.settlement;
  const shares = accepted.lines.map(({ lineId, amount }) => ({ lineId, amount }));
  const isGoodwill = reason === 'goodwill';
  const { refunds } = await settleOrder(tx, ctx, order, { id, reason, isGoodwill, shares });
  await insertPayouts(
    tx,
    accepted.settlement,
    refunds.map((refund) => refund.id),
  );
  const paying = await moveSettlement(tx, accepted, { state: 'paying' }, ctx.now);
  await tell(tx, ctx, settlementEvents.accepted, paying.settlement);
  return paying;
}

/** A refund ended: when it carries money of a settlement, that one is settled or has failed. The same event again changes nothing. */
export async function followRefund(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const { subjectType, subjectId } = event.data as Static<typeof paymentEventKinds.refundSucceeded.data>;
  if (subjectType !== 'order') return;
  const id = await findSettlementOfRefund(tx, ctx.shop.id, event.subject_id);
  if (id === undefined) return;
  await lockOrderLines(tx, ctx, subjectId);
  const whole = await getSettlement(tx, ctx.shop.id, id);
  const { state } = whole.settlement;
  const next = decidePayout(await listPayoutStates(tx, ctx.shop.id, id));
  if (next === undefined || next === state || (state !== 'paying' && state !== 'failed')) return;
  if (next === 'failed') {
    const failed = await moveSettlement(tx, whole, { state: 'failed' }, ctx.now);
    return tell(tx, ctx, settlementEvents.failed, failed.settlement);
  }
  const paying = state === 'failed' ? await moveSettlement(tx, whole, { state: 'paying' }, ctx.now) : whole;
  const settled = await moveSettlement(tx, paying, { state: 'settled', settledAt: ctx.now }, ctx.now);
  await tell(tx, ctx, settlementEvents.settled, settled.settlement);
}
