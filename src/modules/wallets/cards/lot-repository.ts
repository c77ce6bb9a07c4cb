import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { PaidBefore } from './lot-rules.ts';
import {
  type CardLot,
  cardLots,
  type CardMovement,
  cardMovements,
  type CardRefundRow,
  cardRefunds,
  type CardUse,
  cardUses,
} from './value/tables.ts';

const insertLotRows = rowInsert('insert_card_lots', cardLots);
const insertUseRows = rowInsert('insert_card_uses', cardUses);
const insertMovementRows = rowInsert('insert_card_movements', cardMovements);

export const insertLots = async (tx: Tx, rows: readonly CardLot[]): Promise<void> =>
  void (await insertLotRows(tx, rows));
export const insertUses = async (tx: Tx, rows: readonly CardUse[]): Promise<void> =>
  void (await insertUseRows(tx, rows));
export const insertMovements = async (tx: Tx, rows: readonly CardMovement[]): Promise<void> =>
  void (await insertMovementRows(tx, rows));
export const insertRefundRow = async (tx: Tx, row: CardRefundRow): Promise<void> =>
  void (await tx.insert(cardRefunds).values(row));

/** The lots of a card. By card_lots_card_idx. */
export const listLotsOf = (on: Reader, shopId: string, cardId: string): Promise<CardLot[]> =>
  on
    .select()
    .from(cardLots)
    .where(and(eq(cardLots.shopId, shopId), eq(cardLots.cardId, cardId)))
    .orderBy(cardLots.loadId, cardLots.id);

/** Those of which something is left. By card_lots_card_idx. */
export const listOpenLots = (on: Reader, shopId: string, cardId: string): Promise<CardLot[]> =>
  on
    .select()
    .from(cardLots)
    .where(and(eq(cardLots.shopId, shopId), eq(cardLots.cardId, cardId), gt(cardLots.leftAmount, 0n)))
    .orderBy(cardLots.loadId, cardLots.id);

// By the primary key.
const change = preparedSql<{ id: string }>(
  'change_card_lots',
  `update card_lots l set left_amount = l.left_amount + t.amount from unnest($2::uuid[], $3::int8[]) as t (id, amount)
   where l.shop_id = $1 and l.id = t.id returning l.id`,
);

/** Adds to the lots of a locked card, or takes from them; each lot is named once. */
export async function changeLots(
  tx: Tx,
  shopId: string,
  parts: readonly { readonly lotId: string; readonly amount: bigint }[],
): Promise<void> {
  const changed = await change(tx, [
    shopId,
    parts.map((part) => part.lotId),
    parts.map((part) => part.amount),
  ]);
  if (changed.length !== parts.length) throw new Error('a lot of a card is gone');
}

/** The lots of a locked card go to the one that takes its place. */
export async function moveLots(tx: Tx, shopId: string, from: string, to: string): Promise<void> {
  await tx
    .update(cardLots)
    .set({ cardId: to })
    .where(and(eq(cardLots.shopId, shopId), eq(cardLots.cardId, from)));
}

/** What a payment took, with the kind of each lot. Along the primary key. */
export const listUsesOfPayment = (on: Reader, shopId: string, paymentId: string) =>
  on
    .select({
      lotId: cardUses.lotId,
      lotKind: cardLots.kind,
      faceAmount: cardUses.faceAmount,
      returnedAmount: cardUses.returnedAmount,
    })
    .from(cardUses)
    .innerJoin(cardLots, and(eq(cardLots.shopId, cardUses.shopId), eq(cardLots.id, cardUses.lotId)))
    .where(and(eq(cardUses.shopId, shopId), eq(cardUses.paymentId, paymentId)));

// By payments_attempt_key, then along the primary key. What is left of a use is rounded as `listLeft` does.
const sumUses = preparedSql<{ face: string; list: string }>(
  'sum_card_uses',
  `select coalesce(sum(u.face_amount - u.returned_amount), 0) as face,
     coalesce(sum(round(u.list_amount::numeric * (u.face_amount - u.returned_amount) / u.face_amount)), 0) as list
   from payments p join card_uses u on u.shop_id = p.shop_id and u.payment_id = p.id
   where p.shop_id = $1 and p.subject_type = $2 and p.subject_id = $3`,
);

/** What cards have paid of something, as far as it did not come back. */
export async function sumUsesOf(
  on: Reader,
  shopId: string,
  subject: { readonly type: string; readonly id: string },
): Promise<PaidBefore> {
  const [row] = await sumUses(on, [shopId, subject.type, subject.id]);
  return { faceAmount: BigInt(row?.face ?? 0), listAmount: BigInt(row?.list ?? 0) };
}

/** What payments took of loads. By card_uses_load_idx. */
export const listUsesOfLoads = (
  on: Reader,
  shopId: string,
  loadIds: readonly string[],
): Promise<CardUse[]> =>
  loadIds.length === 0
    ? Promise.resolve([])
    : on
        .select()
        .from(cardUses)
        .where(and(eq(cardUses.shopId, shopId), inArray(cardUses.loadId, [...loadIds])));

// Along the primary key.
const giveBack = preparedSql<{ lot_id: string }>(
  'return_card_uses',
  `update card_uses u set returned_amount = u.returned_amount + t.amount from unnest($3::uuid[], $4::int8[]) as t (lot_id, amount)
   where u.shop_id = $1 and u.payment_id = $2 and u.lot_id = t.lot_id returning u.lot_id`,
);

/** Counts what of a payment came back. */
export async function returnUses(
  tx: Tx,
  shopId: string,
  paymentId: string,
  parts: readonly { readonly lotId: string; readonly amount: bigint }[],
): Promise<void> {
  const lots = parts.map((part) => part.lotId);
  await giveBack(tx, [shopId, paymentId, lots, parts.map((part) => part.amount)]);
}

const keyset = createKeyset({
  name: 'card_movements',
  table: cardMovements,
  filters: { cardId: (value) => eq(cardMovements.cardId, value) },
  // Along the primary key.
  sorts: { '-position': { columns: [cardMovements.position], direction: 'desc' } },
});

/** The statement of a card, newest first. */
export const listMovementRows = (
  on: Reader,
  shopId: string,
  cardId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CardMovement>> => keyset(on, { shopId, page, sort: '-position', filters: { cardId } });

/** Every movement of cards, oldest first. Along the primary key. */
export const listAllMovements = (
  on: Reader,
  shopId: string,
  cardIds: readonly string[],
): Promise<CardMovement[]> =>
  cardIds.length === 0
    ? Promise.resolve([])
    : on
        .select()
        .from(cardMovements)
        .where(and(eq(cardMovements.shopId, shopId), inArray(cardMovements.cardId, [...cardIds])))
        .orderBy(cardMovements.cardId, sql`${cardMovements.position}`);
