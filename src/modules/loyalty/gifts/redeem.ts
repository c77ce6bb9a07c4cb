import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { includedTax } from '../../../platform/money.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { customersErrors } from '../../customers/errors.ts';
import { holdKnownCustomer } from '../../customers/standing.ts';
import { loyaltyErrors } from '../errors.ts';
import { holdMember } from '../members.ts';
import { ownIdOf } from '../points.ts';
import { findProgramme } from '../programme-repository.ts';
import { loyaltySettings } from '../settings.ts';
import { spendPoints } from '../spending/spend.ts';
import type { LoyaltyMember, LoyaltyProgramme } from '../tables.ts';
import { giftErrors } from './errors.ts';
import { redemptionEvents } from './events.ts';
import { grantGift } from './grants.ts';
import { bookGiftSale } from './money.ts';
import { findGift, takeGifts } from './repository.ts';
import {
  getRedemption,
  insertRedemption,
  listRedemptionRows,
  type RedemptionQuery,
  updateRedemption,
} from './redemption-repository.ts';
import { hasTier, isOffered } from './rules.ts';
import type { LoyaltyGift, Redemption } from './tables.ts';

interface RedemptionInput {
  readonly giftId: string;
  readonly quantity: number;
  /** Only keeps points and gifts until somebody confirms. */
  readonly isHeld: boolean;
  /** What one is expected to cost. */
  readonly expectedPricePoints?: number;
  readonly expectedPriceAmount?: number;
}

/**
 * A member has gifts for points: points, gifts and what they may still have of them are taken at once, or nothing is. Refusals: not_found,
 * customer_merged, customer_erased, loyalty_programme_missing, member_left, gift_not_found, gift_not_available, gift_price_changed,
 * tier_too_low, gift_limit_reached, gift_out_of_stock, insufficient_points.
 */
export function redeemGift(ctx: Ctx, customerId: string, input: RedemptionInput): Promise<Redemption> {
  return inTransaction(ctx, async (tx) => {
    const { giftId, quantity } = input;
    // One behind the other on the same connection, in the order in which they are judged.
    const [{ isErased }, programme, seen] = await Promise.all([
      holdKnownCustomer(tx, ctx.shop.id, customerId),
      findProgramme(tx, ctx.shop.id),
      findGift(tx, ctx.shop.id, giftId),
    ]);
    if (isErased) throw customersErrors.customer_erased();
    if (!programme) throw loyaltyErrors.loyalty_programme_missing();
    const member = await holdMember(tx, ctx, customerId);
    const { memberLimit } = requireOffered(ctx, seen);
    // Its row is held from here on: what it says now, it says until this is written.
    const [, gift] = await Promise.all([
      takeGifts(tx, ctx.shop.id, { giftId, customerId, quantity }, memberLimit),
      findGift(tx, ctx.shop.id, giftId),
    ]);
    return redeem(tx, ctx, member, programme, requireOffered(ctx, gift), input);
  });
}

/** What is taken of a gift is a redemption then, for which the member spends points. */
async function redeem(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  gift: LoyaltyGift,
  input: RedemptionInput,
): Promise<Redemption> {
  const { quantity, isHeld } = input;
  checkTerms(gift, member, programme, input);
  const points = gift.pricePoints * BigInt(quantity);
  const { spendingId } = await spendPoints(tx, ctx, member, programme, points);
  const held = newRedemption(ctx, member, gift, quantity, spendingId);
  // What costs money as well waits for its payment.
  const isWaiting = isHeld || held.unitAmount > 0n;
  const written = isWaiting ? held : { ...held, ...redeemedNow(ctx) };
  await insertRedemption(tx, written);
  await tellRedemption(tx, ctx, redemptionEvents.held, held, quantity);
  if (!isWaiting) await oweGift(tx, ctx, written, gift);
  return written;
}

/** The same for the customer who calls. */
export const redeemOwnGift = (ctx: Ctx, input: RedemptionInput): Promise<Redemption> =>
  redeemGift(ctx, ownIdOf(ctx), input);

function requireOffered(ctx: Ctx, gift: LoyaltyGift | undefined): LoyaltyGift {
  const at = { pointer: '/giftId' };
  if (!gift) throw giftErrors.gift_not_found(undefined, at);
  if (!isOffered(gift, ctx.now)) throw giftErrors.gift_not_available(undefined, at);
  return gift;
}

function checkTerms(
  gift: LoyaltyGift,
  { tierKey }: LoyaltyMember,
  { rule }: LoyaltyProgramme,
  input: RedemptionInput,
): void {
  const { minimumTierKey } = gift;
  if (minimumTierKey !== null && !hasTier(rule.tiers, tierKey, minimumTierKey))
    throw giftErrors.tier_too_low();
  for (const field of ['pricePoints', 'priceAmount'] as const) {
    const pointer = field === 'pricePoints' ? '/expectedPricePoints' : '/expectedPriceAmount';
    const expected = field === 'pricePoints' ? input.expectedPricePoints : input.expectedPriceAmount;
    if (expected === undefined || BigInt(expected) === gift[field]) continue;
    const [pricePoints, priceAmount] = [Number(gift.pricePoints), Number(gift.priceAmount)];
    throw giftErrors.gift_price_changed(`One costs ${pricePoints} points and ${priceAmount} in money.`, {
      pointer,
      extra: { pricePoints, priceAmount },
    });
  }
}

const newRedemption = (
  ctx: Ctx,
  { customerId }: LoyaltyMember,
  gift: LoyaltyGift,
  quantity: number,
  spendingId: string,
): Redemption => ({
  shopId: ctx.shop.id,
  id: newId(),
  customerId,
  giftId: gift.id,
  giftName: gift.name,
  state: 'held',
  quantity,
  cancelledQuantity: 0,
  unitPoints: gift.pricePoints,
  unitAmount: gift.priceAmount,
  taxRateBps: gift.taxRateBps,
  taxAmount: includedTax(gift.priceAmount * BigInt(quantity), gift.taxRateBps),
  paidAmount: 0n,
  refundedAmount: 0n,
  spendingId,
  redeemedAt: null,
  dueAt: after(ctx.now, loyaltySettings.of(ctx.shop).redemptionHoldHours * HOUR_MS),
  version: 1,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});

const redeemedNow = ({ now }: Ctx) =>
  ({ state: 'redeemed', redeemedAt: now, dueAt: null, updatedAt: now }) as const;

/** Building block: a redemption that is held, locked and paid becomes goods that its customer is owed. */
export async function completeRedemption(
  tx: Tx,
  ctx: Ctx,
  held: Redemption,
  gift: Pick<LoyaltyGift, 'productId'>,
): Promise<Redemption> {
  const redeemed = await updateRedemption(tx, held, redeemedNow(ctx));
  if (redeemed.unitAmount > 0n) await bookGiftSale(tx, ctx, redeemed);
  await oweGift(tx, ctx, redeemed, gift);
  return redeemed;
}

/** What was redeemed and not given up is owed. */
async function oweGift(
  tx: Tx,
  ctx: Ctx,
  redeemed: Redemption,
  { productId }: Pick<LoyaltyGift, 'productId'>,
): Promise<void> {
  const { id, customerId, giftName: name } = redeemed;
  const quantity = redeemed.quantity - redeemed.cancelledQuantity;
  await grantGift(tx, ctx, { customerId, source: 'redemption', sourceKey: id, productId, name, quantity });
  await tellRedemption(tx, ctx, redemptionEvents.redeemed, redeemed, quantity);
}

/** Building block: tells what became of so many units of a redemption. */
export const tellRedemption = (
  tx: Tx,
  ctx: Ctx,
  event: (typeof redemptionEvents)[keyof typeof redemptionEvents],
  { id, customerId, giftId, unitPoints, unitAmount }: Redemption,
  quantity: number,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, event, id, {
      customerId,
      giftId,
      quantity,
      points: Number(unitPoints) * quantity,
      priceAmount: Number(unitAmount) * quantity,
    }),
  ]);

/** A redemption; a customer reads their own. Refusal: not_found. */
export const readRedemption = ({ db, shop, customerId }: Ctx, id: string): Promise<Redemption> =>
  getRedemption(db, shop.id, id, customerId);

/** Redemptions, newest first. */
export const listRedemptions = ({ db, shop }: Ctx, query: RedemptionQuery): Promise<Page<Redemption>> =>
  listRedemptionRows(db, shop.id, query);

/** What the customer who calls asked for, newest first. */
export const listOwnRedemptions = (ctx: Ctx, query: RedemptionQuery): Promise<Page<Redemption>> =>
  listRedemptionRows(ctx.db, ctx.shop.id, { ...query, customerId: ownIdOf(ctx) });
