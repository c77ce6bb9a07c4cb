import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { holdBuyer } from '../customers/standing.ts';
import { acceptOnOrder, type OrderLines, payFromOrder } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { clearing } from '../ledger/accounts.ts';
import { issueValueCoupon } from '../campaigns/coupons/value.ts';
import { creditWallet } from '../wallets/credit.ts';
import { concludeSettlement } from './conclude.ts';
import { settlementEvents } from './events.ts';
import { lockSettlement } from './locked.ts';
import {
  findSettlementOfRefund,
  insertPayouts,
  listPayoutStates,
  moveSettlement,
  type WholeSettlement,
} from './settlement-repository.ts';
import type { PayoutMethod } from './policy-rules.ts';
import { decidePayout } from './settlement-rules.ts';
import type { Settlement } from './tables.ts';
import { tell } from './tell.ts';

/** Accepts a settlement to the customer and sets its money on its way, under the order's lock. */
export async function payOut(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  whole: WholeSettlement,
): Promise<WholeSettlement> {
  const accepted = await moveSettlement(
    tx,
    whole,
    { state: 'accepted', acceptedAt: ctx.now, dueAt: null },
    ctx.now,
  );
  const { id, reason, freightAmount } = accepted.settlement;
  const shares = sharesOf(accepted);
  const order = await acceptOnOrder(tx, ctx, locked, {
    id,
    reason,
    shares,
    freightAmount,
    isGoodwill: reason === 'goodwill',
  });
  await tell(tx, ctx, settlementEvents.accepted, accepted.settlement);
  return payAccepted(tx, ctx, order, accepted);
}

/** What each line gets or pays; a line of which a counter-offer left nothing is not touched. */
export const sharesOf = ({ lines }: WholeSettlement) =>
  lines.filter(({ amount }) => amount > 0n).map(({ lineId, amount }) => ({ lineId, amount }));

/** Sets the money of an accepted settlement on its way. Refusal: version_conflict, while its customer is being merged or erased. */
export async function payAccepted(
  tx: Tx,
  ctx: Ctx,
  order: Order,
  accepted: WholeSettlement,
): Promise<WholeSettlement> {
  const method = await methodNow(tx, ctx, accepted.settlement);
  const alongPayments = method === 'original_payment';
  const { amount } = accepted.settlement;
  const { refunds } = await payFromOrder(tx, ctx, order, { amount, alongPayments });
  const changes = {
    state: 'paying',
    payoutMethod: method,
    ...(alongPayments ? { agreedBy: null } : {}),
  } as const;
  const paying = await moveSettlement(tx, accepted, changes, ctx.now);
  if (!alongPayments) return credit(tx, ctx, order, paying);
  await insertPayouts(
    tx,
    paying.settlement,
    refunds.map((refund) => refund.id),
  );
  // Refunds to a wallet have arrived in this transaction; their event finds the settlement paid.
  return paying;
}

/** How it is paid at this moment: who was erased since it was decided can be given nothing, but their payments can be paid back. */
async function methodNow(tx: Tx, ctx: Ctx, settlement: Settlement): Promise<PayoutMethod> {
  const { payoutMethod, customerId } = settlement;
  if (payoutMethod === null || payoutMethod === 'original_payment') return 'original_payment';
  if (customerId === null) throw new Error(`settlement ${settlement.id} has nobody to give anything to`);
  const { isErased } = await holdBuyer(tx, ctx.shop.id, customerId);
  return isErased ? 'original_payment' : payoutMethod;
}

/** Stored value and a coupon are there at once. */
async function credit(tx: Tx, ctx: Ctx, order: Order, paying: WholeSettlement): Promise<WholeSettlement> {
  const { id, amount, customerId, message, payoutMethod, reason } = paying.settlement;
  if (customerId === null) throw new Error(`settlement ${id} has nobody to give anything to`);
  const given = { customerId, amount, from: clearing(order.id), subject: { type: 'settlement', id } };
  if (payoutMethod === 'coupon') await issueValueCoupon(tx, ctx, given);
  else
    await creditWallet(tx, ctx, {
      ...given,
      kind: 'credited',
      reason: reason === 'goodwill' ? 'goodwill' : 'price_difference',
      ...(message === null ? {} : { note: message }),
    });
  return concludeSettlement(tx, ctx, order, paying);
}

/** A refund ended: when it carries money of a settlement, that one is settled or has failed. The same event again changes nothing. */
export async function followRefund(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const id = await findSettlementOfRefund(tx, ctx.shop.id, event.subject_id);
  if (id === undefined) return;
  const { order, whole } = await lockSettlement(tx, ctx, id);
  const { state } = whole.settlement;
  const next = decidePayout(await listPayoutStates(tx, ctx.shop.id, id));
  if (next === undefined || next === state || (state !== 'paying' && state !== 'failed')) return;
  if (next === 'failed') {
    const failed = await moveSettlement(tx, whole, { state: 'failed' }, ctx.now);
    return tell(tx, ctx, settlementEvents.failed, failed.settlement);
  }
  const paying = state === 'failed' ? await moveSettlement(tx, whole, { state: 'paying' }, ctx.now) : whole;
  await concludeSettlement(tx, ctx, order, paying);
}
