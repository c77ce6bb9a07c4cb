import { and, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { type CardLoad, type CardLoadGift, cardLoadGifts, cardLoads } from './tables.ts';

const withId = (shopId: string, id: string) => and(eq(cardLoads.shopId, shopId), eq(cardLoads.id, id));

/** The load, or `not_found`. */
export async function getLoad(on: Reader, shopId: string, id: string): Promise<CardLoad> {
  const [row] = await on.select().from(cardLoads).where(withId(shopId, id));
  if (!row) throw platformErrors.not_found();
  return row;
}

export async function insertLoad(tx: Tx, load: CardLoad, gifts: readonly CardLoadGift[]): Promise<void> {
  await tx.insert(cardLoads).values(load);
  if (gifts.length > 0) await tx.insert(cardLoadGifts).values([...gifts]);
}

/** Changes a load of a locked card, one version further. */
export async function updateLoad(tx: Tx, current: CardLoad, changes: Partial<CardLoad>): Promise<CardLoad> {
  const [row] = await tx
    .update(cardLoads)
    .set({ ...changes, version: current.version + 1 })
    .where(and(withId(current.shopId, current.id), eq(cardLoads.version, current.version)))
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** The loads of a card, newest first. By card_loads_card_idx. */
export const listLoadsOf = (on: Reader, shopId: string, cardId: string): Promise<CardLoad[]> =>
  on
    .select()
    .from(cardLoads)
    .where(and(eq(cardLoads.shopId, shopId), eq(cardLoads.cardId, cardId)))
    .orderBy(desc(cardLoads.id));

/** What pending loads would put on a card. By card_loads_card_idx. */
export async function sumPending(on: Reader, shopId: string, cardId: string): Promise<bigint> {
  const [row] = await on
    .select({ sum: sql<string>`coalesce(sum(${cardLoads.paidAmount} + ${cardLoads.bonusAmount}), 0)::text` })
    .from(cardLoads)
    .where(and(eq(cardLoads.shopId, shopId), eq(cardLoads.cardId, cardId), eq(cardLoads.state, 'pending')));
  return BigInt(row?.sum ?? 0);
}

/** The loads of a locked card go to the one that takes its place. */
export async function moveLoads(tx: Tx, shopId: string, from: string, to: string): Promise<void> {
  await tx
    .update(cardLoads)
    .set({ cardId: to, version: sql`${cardLoads.version} + 1` })
    .where(and(eq(cardLoads.shopId, shopId), eq(cardLoads.cardId, from)));
}

/** Who holds a locked card now is somebody else than who paid its loads. */
export async function markHandedOn(tx: Tx, shopId: string, cardId: string): Promise<void> {
  await tx
    .update(cardLoads)
    .set({ isHandedOn: true, version: sql`${cardLoads.version} + 1` })
    .where(and(eq(cardLoads.shopId, shopId), eq(cardLoads.cardId, cardId), eq(cardLoads.isHandedOn, false)));
}

/** Loads that nobody paid in time. By card_loads_due_idx. */
export const listDueLoads = async (on: Reader, shopId: string, now: Date, limit: number): Promise<string[]> =>
  (
    await on
      .select({ id: cardLoads.id })
      .from(cardLoads)
      .where(and(eq(cardLoads.shopId, shopId), lte(cardLoads.dueAt, now)))
      .orderBy(cardLoads.dueAt)
      .limit(limit)
  ).map(({ id }) => id);

/** A promised gift, or `not_found`. */
export async function getGift(on: Reader, shopId: string, id: string): Promise<CardLoadGift> {
  const [row] = await on
    .select()
    .from(cardLoadGifts)
    .where(and(eq(cardLoadGifts.shopId, shopId), eq(cardLoadGifts.id, id)));
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The gifts of loads, in their order. By card_load_gifts_load_idx. */
export const listGiftsOf = (
  on: Reader,
  shopId: string,
  loadIds: readonly string[],
): Promise<CardLoadGift[]> =>
  loadIds.length === 0
    ? Promise.resolve([])
    : on
        .select()
        .from(cardLoadGifts)
        .where(and(eq(cardLoadGifts.shopId, shopId), inArray(cardLoadGifts.loadId, [...loadIds])))
        .orderBy(cardLoadGifts.loadId, cardLoadGifts.id);

/** Moves gifts of a load whose card is locked: all that are in one of these states, or only one of them. Returns how many. */
export async function moveGifts(
  tx: Tx,
  { shopId, id }: Pick<CardLoad, 'shopId' | 'id'>,
  change: {
    readonly from: readonly CardLoadGift['state'][];
    readonly to: CardLoadGift['state'];
    readonly now: Date;
    readonly giftId?: string;
  },
): Promise<number> {
  const { giftId } = change;
  const moved = await tx
    .update(cardLoadGifts)
    .set({ state: change.to, updatedAt: change.now })
    .where(
      and(
        eq(cardLoadGifts.shopId, shopId),
        eq(cardLoadGifts.loadId, id),
        inArray(cardLoadGifts.state, [...change.from]),
        giftId === undefined ? undefined : eq(cardLoadGifts.id, giftId),
      ),
    )
    .returning({ id: cardLoadGifts.id });
  return moved.length;
}

const keyset = createKeyset({
  name: 'card_loads',
  table: cardLoads,
  filters: { cardId: (value) => eq(cardLoads.cardId, value) },
  // By card_loads_card_idx.
  sorts: { '-id': { columns: [cardLoads.id], direction: 'desc' } },
});

/** A page of the loads of a card, newest first. */
export const listLoadRows = (
  on: Reader,
  shopId: string,
  cardId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CardLoad>> => keyset(on, { shopId, page, sort: '-id', filters: { cardId } });
