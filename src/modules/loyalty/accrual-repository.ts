import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { prepared, preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson, rowInsert, rowUpdate } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { type PointAccrual, type PointAccrualLine, pointAccrualLines, pointAccruals } from './tables.ts';

const p = sql.placeholder;
const select = prepared('select_point_accrual', (db) =>
  db
    .select()
    .from(pointAccruals)
    .where(and(eq(pointAccruals.shopId, p('shopId')), eq(pointAccruals.orderId, p('orderId')))),
);
const selectLines = prepared('select_point_accrual_lines', (db) =>
  db
    .select()
    .from(pointAccrualLines)
    .where(and(eq(pointAccrualLines.shopId, p('shopId')), eq(pointAccrualLines.orderId, p('orderId'))))
    .orderBy(pointAccrualLines.lineId),
);
const updateAccruals = rowUpdate('update_point_accruals', pointAccruals, 'order_id');
const insertAccruals = rowInsert('insert_point_accruals', pointAccruals);

/** What an order earned, where it did. Its row changes under the lock of its order only. */
export const findAccrual = async (
  on: Reader,
  shopId: string,
  orderId: string,
): Promise<PointAccrual | undefined> => (await select(on, { shopId, orderId }))[0];

export const listAccrualLines = (on: Reader, shopId: string, orderId: string): Promise<PointAccrualLine[]> =>
  selectLines(on, { shopId, orderId });

export const insertAccrual = (tx: Tx, row: PointAccrual): Promise<void> =>
  sendAlong(tx, insertAccruals(tx, [row]));

/** Changes an accrual, one version further. */
export async function updateAccrual(
  tx: Tx,
  accrual: PointAccrual,
  changes: Partial<PointAccrual>,
): Promise<void> {
  const changed = { ...accrual, ...changes, version: accrual.version + 1 };
  const written = await updateAccruals(tx, [changed]);
  if (written.length === 0) throw platformErrors.version_conflict();
}

// By the primary key.
const writeLines = preparedSql(
  'write_point_accrual_lines',
  `insert into point_accrual_lines select * from jsonb_populate_recordset(null::point_accrual_lines, $1::jsonb)
   on conflict (shop_id, order_id, line_id) do update set basis_amount = excluded.basis_amount,
     kept_amount = excluded.kept_amount, earned_points = excluded.earned_points, unearned_points = excluded.unearned_points`,
);

/** Writes lines as they are now, new ones with them. */
export async function writeAccrualLines(tx: Tx, lines: readonly PointAccrualLine[]): Promise<void> {
  if (lines.length > 0) await sendAlong(tx, writeLines(tx, [recordsJson(pointAccrualLines, lines)]));
}

// Along point_accruals_customer_idx.
const earnedWithin = preparedRead<{ points: string }>(
  'sum_points_earned_within',
  `select coalesce(sum(earned_points - unearned_points), 0)::text as points from point_accruals
   where shop_id = $1 and customer_id = $2 and earned_at >= $3 and earned_at < $4`,
);

/** What a member earned with orders in a period. */
export const sumEarnedWithin = async (
  on: Reader,
  shopId: string,
  customerId: string,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<bigint> => BigInt((await earnedWithin(on, [shopId, customerId, from, until]))[0]?.points ?? 0);

// By the primary key, in its order as the orders are locked.
const mark = preparedSql(
  'mark_point_accruals',
  `update point_accruals set follow_due_at = $3, version = version + 1
   where shop_id = $1 and order_id = any($2::uuid[]) and follow_due_at is null`,
);

/** Orders that are locked changed: what they earned is to be followed. */
export const markAccruals = async (
  tx: Tx,
  shopId: string,
  orderIds: readonly string[],
  now: Date,
): Promise<void> => void (await mark(tx, [shopId, orderIds, now]));

// By point_accruals_follow_idx.
const due = preparedRead<{ order_id: string }>(
  'list_due_point_accruals',
  `select order_id from point_accruals where shop_id = $1 and follow_due_at <= $2
   order by follow_due_at, order_id limit $3`,
);

export const listDueAccruals = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await due(on, [shopId, now, limit])).map((row) => row.order_id);

// By point_accruals_customer_idx.
const move = preparedSql(
  'move_point_accruals',
  `update point_accruals set customer_id = $3, version = version + 1 where shop_id = $1 and customer_id = $2`,
);

/** Gives what orders earned to another member. */
export const moveAccruals = async (tx: Tx, shopId: string, from: string, to: string): Promise<void> =>
  void (await move(tx, [shopId, from, to]));
