import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { findSellables } from '../../catalogue/sellables.ts';
import { listTierKeys } from '../tiers/read.ts';
import { giftErrors } from './errors.ts';
import { giftEvents } from './events.ts';
import { getGift, type GiftQuery, insertGift, listGiftRows, lockGift, updateGift } from './repository.ts';
import type { GiftState } from './states.ts';
import type { LoyaltyGift } from './tables.ts';

interface Changeable {
  readonly name?: string;
  readonly description?: string | null;
  readonly productId?: string | null;
  readonly pricePoints?: number;
  readonly priceAmount?: number;
  readonly taxRateBps?: number;
  readonly memberLimit?: number | null;
  readonly minimumTierKey?: string | null;
  readonly availableFrom?: string | null;
  readonly availableUntil?: string | null;
  readonly state?: GiftState;
}
type GiftInput = Changeable & {
  readonly name: string;
  readonly pricePoints: number;
  readonly stockQuantity: number;
};

/** Adds a gift to the catalogue. Refusals: gift_product_not_found, gift_tier_not_found, gift_times_contradictory. */
export function createLoyaltyGift(ctx: Ctx, input: GiftInput): Promise<LoyaltyGift> {
  return inTransaction(ctx, async (tx) => {
    const made: LoyaltyGift = {
      ...blank(ctx),
      ...fieldsOf(input),
      name: input.name,
      stockedQuantity: input.stockQuantity,
      leftQuantity: input.stockQuantity,
    };
    await check(tx, made, true);
    await insertGift(tx, made);
    await tell(tx, ctx, giftEvents.created, made);
    return made;
  });
}

const blank = (ctx: Ctx): Omit<LoyaltyGift, 'name' | 'stockedQuantity' | 'leftQuantity'> => ({
  shopId: ctx.shop.id,
  id: newId(),
  description: null,
  productId: null,
  state: 'active',
  pricePoints: 0n,
  priceAmount: 0n,
  taxRateBps: 0,
  minimumTierKey: null,
  memberLimit: null,
  availableFrom: null,
  availableUntil: null,
  version: 1,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});

// As columns; what is not named stays as it is.
function fieldsOf(changes: Changeable): Partial<LoyaltyGift> {
  const { name, description, productId, memberLimit, minimumTierKey, taxRateBps, state } = changes;
  const given = { name, description, productId, memberLimit, minimumTierKey, taxRateBps, state };
  const { pricePoints, priceAmount, availableFrom, availableUntil } = changes;
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(pricePoints === undefined ? {} : { pricePoints: BigInt(pricePoints) }),
    ...(priceAmount === undefined ? {} : { priceAmount: BigInt(priceAmount) }),
    ...(availableFrom === undefined ? {} : { availableFrom: toDate(availableFrom) }),
    ...(availableUntil === undefined ? {} : { availableUntil: toDate(availableUntil) }),
  };
}

const toDate = (value: string | null): Date | null => (value === null ? null : new Date(value));

async function check(on: Reader, gift: LoyaltyGift, isTierSaid: boolean): Promise<void> {
  const { shopId, productId, availableFrom, availableUntil } = gift;
  if (availableFrom && availableUntil && availableUntil <= availableFrom)
    throw giftErrors.gift_times_contradictory(undefined, { pointer: '/availableUntil' });
  const { minimumTierKey } = gift;
  // A gift of a tier that the programme does not have any more can be changed otherwise, and nobody can have it.
  if (isTierSaid && minimumTierKey !== null && !(await listTierKeys(on, shopId)).includes(minimumTierKey))
    throw giftErrors.gift_tier_not_found(undefined, { pointer: '/minimumTierKey' });
  if (productId !== null && (await findSellables(on, shopId, [productId])).length === 0)
    throw giftErrors.gift_product_not_found(undefined, { pointer: '/productId' });
}

const tell = (
  tx: Parameters<typeof appendEvents>[0],
  ctx: Ctx,
  event: (typeof giftEvents)[keyof typeof giftEvents],
  { id, name, state, pricePoints, priceAmount, leftQuantity }: LoyaltyGift,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, event, id, {
      name,
      state,
      pricePoints: Number(pricePoints),
      priceAmount: Number(priceAmount),
      leftQuantity,
    }),
  ]);

/**
 * Says what members can have from now on; what they have stays as it is. Refusals: not_found, version_mismatch, gift_product_not_found,
 * gift_tier_not_found, gift_times_contradictory.
 */
export function updateLoyaltyGift(ctx: Ctx, id: string, changes: Changeable): Promise<LoyaltyGift> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockGift(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    const fields = fieldsOf(changes);
    await check(tx, { ...current, ...fields }, changes.minimumTierKey !== undefined);
    const changed = await updateGift(tx, current, { ...fields, updatedAt: ctx.now });
    await tell(tx, ctx, giftEvents.updated, changed);
    return changed;
  });
}

/** More of a gift are to be had, or fewer: never fewer than none. Refusals: not_found, gift_out_of_stock. */
export function changeGiftStock(ctx: Ctx, id: string, changeQuantity: number): Promise<LoyaltyGift> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockGift(tx, ctx.shop.id, id);
    const leftQuantity = current.leftQuantity + changeQuantity;
    if (leftQuantity < 0)
      throw giftErrors.gift_out_of_stock(`There are ${current.leftQuantity} left of it.`, {
        pointer: '/changeQuantity',
      });
    const stockedQuantity = current.stockedQuantity + changeQuantity;
    if (stockedQuantity > MOST)
      throw giftErrors.gift_stock_too_large(undefined, { pointer: '/changeQuantity' });
    const changed = await updateGift(tx, current, { leftQuantity, stockedQuantity, updatedAt: ctx.now });
    await tell(tx, ctx, giftEvents.updated, changed);
    await recordAudit(tx, ctx, {
      action: 'changeGiftStock',
      subjectType: 'loyalty_gift',
      subjectId: id,
      details: { changeQuantity, leftQuantity },
    });
    return changed;
  });
}

// What a column can hold, and then some.
const MOST = 1_000_000_000;

/** A gift. Refusal: not_found. */
export const readLoyaltyGift = ({ db, shop }: Ctx, id: string): Promise<LoyaltyGift> =>
  getGift(db, shop.id, id);

/** Gifts, newest first, also archived ones. */
export const listLoyaltyGifts = ({ db, shop }: Ctx, query: GiftQuery): Promise<Page<LoyaltyGift>> =>
  listGiftRows(db, shop.id, query);

/** What can be had at this moment, newest first. */
export const listOfferedGifts = (
  { db, shop, now }: Ctx,
  { limit, cursor }: GiftQuery,
): Promise<Page<LoyaltyGift>> =>
  listGiftRows(db, shop.id, {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    state: 'active',
    availableAt: now,
  });
