import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { giftErrors } from './errors.ts';
import type { GiftState } from './states.ts';
import { giftTakers, type LoyaltyGift, loyaltyGifts } from './tables.ts';

const withId = (shopId: string, id: string) => and(eq(loyaltyGifts.shopId, shopId), eq(loyaltyGifts.id, id));

const p = sql.placeholder;
const select = prepared('select_loyalty_gift', (db) =>
  db
    .select()
    .from(loyaltyGifts)
    .where(and(eq(loyaltyGifts.shopId, p('shopId')), eq(loyaltyGifts.id, p('id')))),
);

export const findGift = async (on: Reader, shopId: string, id: string): Promise<LoyaltyGift | undefined> =>
  (await select(on, { shopId, id }))[0];

/** A gift, or `not_found`. */
export async function getGift(on: Reader, shopId: string, id: string): Promise<LoyaltyGift> {
  const row = await findGift(on, shopId, id);
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked against other changes and against who would have one. */
export async function lockGift(tx: Tx, shopId: string, id: string): Promise<LoyaltyGift> {
  const [row] = await tx.select().from(loyaltyGifts).where(withId(shopId, id)).for('no key update');
  if (!row) throw platformErrors.not_found();
  return row;
}

export const insertGift = async (tx: Tx, row: LoyaltyGift): Promise<void> =>
  void (await tx.insert(loyaltyGifts).values(row));

/** Changes a locked gift, one version further. */
export async function updateGift(
  tx: Tx,
  { shopId, id, version }: LoyaltyGift,
  changes: Partial<LoyaltyGift>,
): Promise<LoyaltyGift> {
  const [row] = await tx
    .update(loyaltyGifts)
    .set({ ...changes, version: version + 1 })
    .where(and(withId(shopId, id), eq(loyaltyGifts.version, version)))
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By the primary key. Of fifty who want the last one, each waits here for the one before, and all but the first find none.
const take = preparedSql<{ id: string }>(
  'take_loyalty_gifts',
  `update loyalty_gifts set left_quantity = left_quantity - $3 where shop_id = $1 and id = $2 and left_quantity >= $3
   returning id`,
);
const putBack = preparedSql<{ id: string }>(
  'put_back_loyalty_gifts',
  `update loyalty_gifts set left_quantity = left_quantity + $3 where shop_id = $1 and id = $2 returning id`,
);
// By the primary key.
const count = preparedSql<{ quantity: number }>(
  'count_gift_taker',
  `insert into gift_takers as k (shop_id, gift_id, customer_id, quantity)
   select $1::uuid, $2::uuid, $3::uuid, $4::int where $4::int <= $5::int
   on conflict (shop_id, gift_id, customer_id) do update set quantity = k.quantity + excluded.quantity
   where k.quantity + excluded.quantity <= $5::int returning k.quantity`,
);
const countDown = preparedSql<{ quantity: number }>(
  'count_gift_taker_down',
  `update gift_takers set quantity = quantity - $4 where shop_id = $1 and gift_id = $2 and customer_id = $3 returning quantity`,
);
const NO_LIMIT = 2_147_483_647;

/** Units of a gift that somebody takes or gives up. */
export interface GiftUnits {
  readonly giftId: string;
  readonly customerId: string;
  readonly quantity: number;
}

/** Takes units of a gift for a member. Refusals: gift_out_of_stock, gift_limit_reached. */
export async function takeGifts(
  tx: Tx,
  shopId: string,
  { giftId, customerId, quantity }: GiftUnits,
  memberLimit: number | null,
): Promise<void> {
  const limit = memberLimit ?? NO_LIMIT;
  // One behind the other on the same connection: who is refused takes neither.
  const [counted, taken] = await Promise.all([
    count(tx, [shopId, giftId, customerId, quantity, limit]),
    take(tx, [shopId, giftId, quantity]),
  ]);
  if (counted.length === 0) {
    const has = await takenBy(tx, shopId, giftId, customerId);
    throw giftErrors.gift_limit_reached(undefined, {
      pointer: '/quantity',
      extra: { availableQuantity: Math.max(0, limit - has) },
    });
  }
  if (taken.length === 0) throw giftErrors.gift_out_of_stock(undefined, { pointer: '/quantity' });
}

/** Units of a gift are to be had again, and the member has so many fewer. */
export async function returnGifts(
  tx: Tx,
  shopId: string,
  { giftId, customerId, quantity }: GiftUnits,
): Promise<void> {
  await countDown(tx, [shopId, giftId, customerId, quantity]);
  await putBack(tx, [shopId, giftId, quantity]);
}

async function takenBy(tx: Tx, shopId: string, giftId: string, customerId: string): Promise<number> {
  const ofMember = and(
    eq(giftTakers.shopId, shopId),
    eq(giftTakers.giftId, giftId),
    eq(giftTakers.customerId, customerId),
  );
  const [row] = await tx.select({ quantity: giftTakers.quantity }).from(giftTakers).where(ofMember);
  return row?.quantity ?? 0;
}

const keyset = createKeyset({
  name: 'loyalty-gifts',
  table: loyaltyGifts,
  filters: {
    state: (value) => sql`${loyaltyGifts.state} = ${value}`,
    availableAt: (value) =>
      sql`coalesce(${loyaltyGifts.availableFrom} <= ${value}::timestamptz, true)
        and coalesce(${loyaltyGifts.availableUntil} > ${value}::timestamptz, true)`,
  },
  // By the primary key and loyalty_gifts_state_idx.
  sorts: { '-id': { columns: [loyaltyGifts.id], direction: 'desc' } },
});

export interface GiftQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: GiftState;
  /** Only what can be had at this moment. */
  readonly availableAt?: Date;
}

/** Gifts, newest first. */
export const listGiftRows = (on: Reader, shopId: string, query: GiftQuery): Promise<Page<LoyaltyGift>> =>
  keyset(on, {
    shopId,
    page: query,
    sort: '-id',
    filters: { state: query.state, availableAt: query.availableAt },
  });
