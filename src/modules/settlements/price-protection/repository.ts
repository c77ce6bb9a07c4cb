import { and, desc, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowUpdate } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../../platform/http/pagination.ts';
import type { SettlementState } from '../states.ts';
import type { PriceProtectionSweepState } from './states.ts';
import { type PriceProtectionSweep, priceProtectionSweeps as sweeps } from './tables.ts';

export const insertSweep = async (tx: Tx, row: PriceProtectionSweep): Promise<void> =>
  void (await tx.insert(sweeps).values(row));

// One that waits for its turn takes the product up: what falls together is swept together. While the platform's sweep begins
// with it, its row is locked; then it is no longer queued, and another one is made.
const addProducts = preparedSql<{ id: string }>(
  'add_swept_products',
  `insert into price_protection_sweeps as s (shop_id, id, reason, cause, is_dry_run, product_ids, state, due_at, order_count,
     done_order_count, found_line_count, opened_line_count, waiting_line_count, refused_line_counts, opened_count,
     customer_count, opened_amount, created_at, updated_at)
   values ($1, $2, $3, 'price_changed', false, $4::uuid[], 'queued', $5, 0, 0, 0, 0, 0, '{}', 0, 0, 0, $6, $5)
   on conflict (shop_id, reason) where state = 'queued' and cause = 'price_changed' do update
   set product_ids = case when s.product_ids is not null and excluded.product_ids is not null
       then s.product_ids || array(select unnest(excluded.product_ids) except select unnest(s.product_ids)) end,
     version = s.version + 1, created_at = least(s.created_at, excluded.created_at), updated_at = excluded.updated_at
   returning s.id`,
);

/** Queues a sweep of products, of all when null, or adds them to the one that is queued. `at` is when prices fell. */
export const queueProducts = async (
  tx: Tx,
  shopId: string,
  input: { id: string; reason: string; productIds: readonly string[] | null; now: Date; at: Date },
): Promise<void> =>
  void (await addProducts(tx, [shopId, input.id, input.reason, input.productIds, input.now, input.at]));

/** The sweep, or `not_found`. */
export async function getSweep(on: Reader, shopId: string, id: string): Promise<PriceProtectionSweep> {
  const [sweep] = await on
    .select()
    .from(sweeps)
    .where(and(eq(sweeps.shopId, shopId), eq(sweeps.id, id)));
  if (!sweep) throw platformErrors.not_found();
  return sweep;
}

/** The same under its lock: a batch is decided, or it is cancelled, but not both. */
export async function lockSweep(tx: Tx, shopId: string, id: string): Promise<PriceProtectionSweep> {
  const [sweep] = await tx
    .select()
    .from(sweeps)
    .where(and(eq(sweeps.shopId, shopId), eq(sweeps.id, id)))
    .for('no key update');
  if (!sweep) throw platformErrors.not_found();
  return sweep;
}

/** The same, or undefined while another process works on it: two that run at once do not wait for each other. */
export async function lockIdleSweep(
  tx: Tx,
  shopId: string,
  id: string,
): Promise<PriceProtectionSweep | undefined> {
  const [sweep] = await tx
    .select()
    .from(sweeps)
    .where(and(eq(sweeps.shopId, shopId), eq(sweeps.id, id)))
    .for('no key update', { skipLocked: true });
  return sweep;
}

const writeSweeps = rowUpdate('update_price_protection_sweeps', sweeps);

/** Changes a locked sweep; its version rises. */
export async function updateSweep(
  tx: Tx,
  sweep: PriceProtectionSweep,
  changes: Partial<PriceProtectionSweep>,
  now: Date,
): Promise<PriceProtectionSweep> {
  const changed = { ...sweep, ...changes, version: sweep.version + 1, updatedAt: now };
  if ((await writeSweeps(tx, [changed])).length === 0) throw platformErrors.version_conflict();
  return changed;
}

/** Sweeps, newest first, along the primary key. */
export async function listSweepRows(
  on: Reader,
  shopId: string,
  query: { limit: number; cursor?: string; state?: PriceProtectionSweepState },
): Promise<Page<PriceProtectionSweep>> {
  const rows = await on
    .select()
    .from(sweeps)
    .where(
      and(
        eq(sweeps.shopId, shopId),
        query.state === undefined ? undefined : eq(sweeps.state, query.state),
        afterKey([sweeps.id], readCursor('price-protection-sweeps', query), 'desc'),
      ),
    )
    .orderBy(desc(sweeps.id))
    .limit(query.limit + 1);
  return toPage('price-protection-sweeps', query, rows, (row) => [row.id]);
}

// Along price_protection_sweeps_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'select_due_price_protection',
  `select id from price_protection_sweeps where shop_id = $1 and due_at <= $2 order by due_at, id limit 20`,
);

/** The sweeps that go on now, the one that waits longest first. */
export const listDueSweeps = async (on: Reader, shopId: string, now: Date): Promise<string[]> =>
  (await selectDue(on, [shopId, now])).map(({ id }) => id);

// Along settlements_sweep_idx.
const countStates = preparedSql<{ state: SettlementState; count: string; amount: string }>(
  'count_swept_settlements',
  `select state, count(*) as count, sum(amount) as amount from settlements where shop_id = $1 and sweep_id = $2 group by state`,
);

export interface StateCount {
  readonly state: SettlementState;
  readonly count: number;
  readonly amount: bigint;
}

/** What became of the settlements that a sweep opened. */
export async function countSettlements(on: Reader, shopId: string, sweepId: string): Promise<StateCount[]> {
  const rows = await countStates(on, [shopId, sweepId]);
  return rows.map((row) => ({ state: row.state, count: Number(row.count), amount: BigInt(row.amount) }));
}
