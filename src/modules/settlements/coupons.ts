import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { paymentErrors } from '../payments/errors.ts';
import type { Payment } from '../payments/tables.ts';
import { couponIdOf } from '../campaigns/coupons/provider.ts';
import type { Coupon } from '../campaigns/coupons/tables.ts';
import { heldValueCoupons, holdValueCoupon, releaseValueCoupons } from '../campaigns/coupons/value.ts';
import type { Settlement } from './tables.ts';
import { maySpendFor } from './view.ts';

const subjectOf = ({ id }: Pick<Settlement, 'id'>) => ({ type: 'settlement', id });

/** Holds a customer's coupon for an attempt to pay what they accepted; its amount says how much of that it pays. */
export async function holdCoupon(
  tx: Tx,
  ctx: Ctx,
  settlement: Settlement,
  couponCode: string | undefined,
): Promise<Coupon | undefined> {
  if (couponCode === undefined) return undefined;
  const { customerId, amount } = settlement;
  if (!maySpendFor(ctx, customerId))
    throw paymentErrors.provider_not_available('A coupon is used by the customer whose it is.', {
      pointer: '/couponCode',
    });
  const forSubject = subjectOf(settlement);
  return holdValueCoupon(tx, ctx, { code: couponCode, customerId, forSubject, amount });
}

/** The coupon of an attempt whose money has come, when it is held and pays exactly what is missing. */
export async function coveringCoupon(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  missing: bigint,
): Promise<string | undefined> {
  const named = couponIdOf(payment);
  if (named === undefined || missing <= 0n) return undefined;
  const held = await heldValueCoupons(tx, ctx, subjectOf({ id: payment.subjectId }));
  return held.find(({ id, amount }) => id === named && amount === missing)?.id;
}

/** Nothing is on its way any more that a coupon is held for. */
export const releaseCoupons = (tx: Tx, ctx: Ctx, settlement: Pick<Settlement, 'id'>): Promise<void> =>
  releaseValueCoupons(tx, ctx, subjectOf(settlement));
