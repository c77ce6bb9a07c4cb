import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../../../platform/db/client.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { sendAlong } from '../../../platform/db/transaction.ts';
import type { LotPart } from '../lot-rules.ts';
import { type PointSpending, type PointSpendingPart, pointSpendingParts, pointSpendings } from './tables.ts';

const p = sql.placeholder;
const insertSpendings = rowInsert('insert_point_spendings', pointSpendings);
const insertParts = rowInsert('insert_point_spending_parts', pointSpendingParts);

export async function insertSpending(
  tx: Tx,
  row: PointSpending,
  parts: readonly PointSpendingPart[],
): Promise<void> {
  await sendAlong(tx, insertSpendings(tx, [row]));
  await sendAlong(tx, insertParts(tx, parts));
}

// By the primary key. Whoever gives the last points back comes first; the others find them gone.
const giveBack = preparedSql<{ customer_id: string; before: bigint }>(
  'give_back_point_spending',
  `update point_spendings set given_back_points = given_back_points + $3, version = version + 1
   where shop_id = $1 and id = $2 and given_back_points + $3 <= points
   returning customer_id, given_back_points - $3 as before`,
);

/** Counts points of a spending as given back: whose it was, and how many were before. Throws where it has not so many left. */
export async function takeGivenBack(
  tx: Tx,
  shopId: string,
  spendingId: string,
  points: bigint,
): Promise<{ customerId: string; before: bigint }> {
  const [row] = await giveBack(tx, [shopId, spendingId, points]);
  if (!row) throw new Error(`spending ${spendingId} has not ${points} points left to give back`);
  return { customerId: row.customer_id, before: row.before };
}

const selectParts = prepared('select_point_spending_parts', (db) =>
  db
    .select()
    .from(pointSpendingParts)
    .where(
      and(eq(pointSpendingParts.shopId, p('shopId')), eq(pointSpendingParts.spendingId, p('spendingId'))),
    )
    .orderBy(pointSpendingParts.position),
);

/** What a spending took from which lot, in its order. */
export const listSpendingParts = async (tx: Tx, shopId: string, spendingId: string): Promise<LotPart[]> =>
  (await selectParts(tx, { shopId, spendingId })).map(({ lotId, points }) => ({ lotId, quantity: points }));

// By point_spendings_customer_idx.
const move = preparedSql(
  'move_point_spendings',
  `update point_spendings set customer_id = $3, version = version + 1 where shop_id = $1 and customer_id = $2`,
);

/** Gives what one member spent to another. */
export const moveSpendings = async (tx: Tx, shopId: string, from: string, to: string): Promise<void> =>
  void (await move(tx, [shopId, from, to]));
