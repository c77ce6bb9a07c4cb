import type { Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { recordsJson } from '../../../platform/db/records.ts';
import { sendAlong } from '../../../platform/db/transaction.ts';
import type { CapTake } from './rules.ts';
import {
  type PriceProtectionSweep,
  type PriceProtectionWait,
  priceProtectionUses,
  priceProtectionWaits,
} from './tables.ts';

// Lines along order_lines_product_idx. Old orders count when something happened to them lately: a window may begin with delivery.
// Those are looked up by their primary key, which a product that has been sold for years pays for once in a sweep.
const LATE = `exists (select 1 from orders o where o.shop_id = l.shop_id and o.id = l.order_id
     and greatest(o.paid_at, o.shipped_at, o.delivered_at) > $4)`;
const listByProduct = preparedSql<{ count: number }>(
  'list_swept_orders_by_product',
  `with listed as (
     insert into price_protection_orders (shop_id, sweep_id, order_id)
     select distinct $1::uuid, $2::uuid, l.order_id from order_lines l
     where l.shop_id = $1 and l.product_id = any($3::uuid[]) and l.placed_at <= $5 and (l.placed_at > $4 or ${LATE})
     returning 1
   ) select count(*)::int as count from listed`,
);
// Along orders_placed_at_idx.
const listAll = preparedSql<{ count: number }>(
  'list_swept_orders',
  `with listed as (
     insert into price_protection_orders (shop_id, sweep_id, order_id)
     select $1::uuid, $2::uuid, o.id from orders o where o.shop_id = $1 and o.placed_at <= $4
       and (o.placed_at > $3 or greatest(o.paid_at, o.shipped_at, o.delivered_at) > $3)
     returning 1
   ) select count(*)::int as count from listed`,
);

/** Lists the orders that a sweep has to look at: those that had one of its products and to which something happened since. */
export async function listOrdersToSweep(
  tx: Tx,
  { shopId, id, productIds }: PriceProtectionSweep,
  since: Date,
  until: Date,
): Promise<number> {
  const [row] =
    productIds === null
      ? await listAll(tx, [shopId, id, since, until])
      : await listByProduct(tx, [shopId, id, productIds, since, until]);
  return row?.count ?? 0;
}

// Along the primary key.
const selectNext = preparedSql<{ order_id: string }>(
  'select_next_swept_orders',
  `select order_id from price_protection_orders
   where shop_id = $1 and sweep_id = $2 and order_id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
   order by order_id limit $4`,
);

/** The orders of the next batch: those after the last one that was decided. */
export const nextOrders = async (
  tx: Tx,
  { shopId, id, cursorOrderId }: PriceProtectionSweep,
  limit: number,
): Promise<string[]> => (await selectNext(tx, [shopId, id, cursorOrderId, limit])).map((row) => row.order_id);

const deleteWork = preparedSql(
  'delete_sweep_work',
  `with work as (delete from price_protection_orders where shop_id = $1 and sweep_id = $2),
     trials as (delete from price_protection_uses where shop_id = $1 and sweep_id = $2)
   delete from price_protection_holders where shop_id = $1 and sweep_id = $2 and $3`,
);

/** Takes away what only a running sweep needs. For whom it opened something is kept while lines of it wait. */
export const dropWork = (tx: Tx, { shopId, id }: PriceProtectionSweep, isOver: boolean): Promise<void> =>
  sendAlong(tx, deleteWork(tx, [shopId, id, isOver]));

const addHolders = preparedSql<{ count: number }>(
  'add_sweep_holders',
  `with added as (
     insert into price_protection_holders (shop_id, sweep_id, holder_id)
     select $1::uuid, $2::uuid, holder from unnest($3::uuid[]) holder on conflict do nothing returning 1
   ) select count(*)::int as count from added`,
);

/** Remembers for whom a sweep opens something; returns how many are new. */
export async function rememberHolders(
  tx: Tx,
  { shopId, id }: PriceProtectionSweep,
  holderIds: readonly string[],
): Promise<number> {
  const [row] = await addHolders(tx, [shopId, id, [...new Set(holderIds)]]);
  return row?.count ?? 0;
}

const addUses = preparedSql(
  'add_trial_uses',
  `insert into price_protection_uses as u select * from jsonb_populate_recordset(null::price_protection_uses, $1::jsonb)
   on conflict (shop_id, sweep_id, policy_id, holder_id, year) do update set used_amount = u.used_amount + excluded.used_amount`,
);

/** Notes what a dry run would have taken. */
export async function noteUses(
  tx: Tx,
  { shopId, id }: PriceProtectionSweep,
  takes: readonly CapTake[],
): Promise<void> {
  if (takes.length === 0) return;
  const rows = takes.map(({ amount, most: _most, ...take }) => ({
    ...take,
    shopId,
    sweepId: id,
    usedAmount: amount,
  }));
  await sendAlong(tx, addUses(tx, [recordsJson(priceProtectionUses, rows)]));
}

// Guarded, like a single claim's. The rows that there were are locked already, in this order; one that was made meanwhile is met
// by the insert, which then takes nothing.
const takeUses = preparedSql<{ count: number }>(
  'take_policy_uses',
  `with takes as (
     select * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::int8[], $6::int8[]) as t (policy_id, holder_id, year, amount, most)
   ), updated as (
     update price_difference_policy_uses u set used_amount = u.used_amount + t.amount from takes t
     where u.shop_id = $1 and u.policy_id = t.policy_id and u.holder_id = t.holder_id and u.year = t.year
       and u.used_amount + t.amount <= t.most returning u.policy_id, u.holder_id, u.year
   ), inserted as (
     insert into price_difference_policy_uses (shop_id, policy_id, holder_id, year, used_amount)
     select $1::uuid, policy_id, holder_id, year, amount from takes
     where amount <= most and (policy_id, holder_id, year) not in (select policy_id, holder_id, year from updated)
     order by policy_id, year, holder_id on conflict do nothing returning 1
   ) select ((select count(*) from updated) + (select count(*) from inserted))::int as count`,
);

/** Takes of several caps; false when one of them has less left than was read. */
export async function takeCaps(tx: Tx, shopId: string, takes: readonly CapTake[]): Promise<boolean> {
  if (takes.length === 0) return true;
  const of = <T>(value: (take: CapTake) => T): T[] => takes.map(value);
  const [taken] = await takeUses(tx, [
    shopId,
    of(({ policyId }) => policyId),
    of(({ holderId }) => holderId),
    of(({ year }) => year),
    of(({ amount }) => amount),
    of(({ most }) => most),
  ]);
  return taken?.count === takes.length;
}

const addWaits = preparedSql(
  'add_price_protection_waits',
  `insert into price_protection_waits select * from jsonb_populate_recordset(null::price_protection_waits, $1::jsonb)`,
);

/** Records lines that wait until another settlement ends. */
export async function insertWaits(tx: Tx, waits: readonly PriceProtectionWait[]): Promise<void> {
  if (waits.length > 0) await sendAlong(tx, addWaits(tx, [recordsJson(priceProtectionWaits, waits)]));
}

// Along price_protection_waits_order_idx.
const wake = preparedSql(
  'wake_price_protection_waits',
  `update price_protection_waits set due_at = $3 where shop_id = $1 and order_id = $2`,
);

/**
 * A settlement of an order has ended: what waited for its lines is swept again. All of the order's, because a line may also have
 * been busy with an edit; what still is waits again. The caller holds the order's lock.
 */
export const wakeWaits = (tx: Tx, shopId: string, orderId: string, now: Date): Promise<void> =>
  sendAlong(tx, wake(tx, [shopId, orderId, now]));

// Along price_protection_waits_due_idx.
const selectDueWaits = preparedSql<{ sweep_id: string }>(
  'select_due_waits',
  `select distinct sweep_id from price_protection_waits where shop_id = $1 and due_at <= $2`,
);

/** The sweeps of which lines have waited long enough. */
export const listWaitingSweeps = async (
  on: Parameters<typeof selectDueWaits>[0],
  shopId: string,
  now: Date,
): Promise<string[]> => (await selectDueWaits(on, [shopId, now])).map((row) => row.sweep_id);

// Along price_protection_waits_due_idx. Whole orders: lines of the same order wait for the same settlement more often than not.
const takeWaits = preparedSql<{ order_id: string; line_id: string }>(
  'take_due_waits',
  `delete from price_protection_waits w where shop_id = $1 and sweep_id = $2 and due_at <= $3 and order_id in (
     select distinct order_id from price_protection_waits where shop_id = $1 and sweep_id = $2 and due_at <= $3
     order by order_id limit $4) returning order_id, line_id`,
);

export interface WaitingLine {
  readonly orderId: string;
  readonly lineId: string;
}

/** Takes the lines of a locked sweep that have waited long enough; those that are busy again have to be recorded again. */
export const takeDueWaits = async (
  tx: Tx,
  { shopId, id }: PriceProtectionSweep,
  now: Date,
  limit: number,
): Promise<WaitingLine[]> =>
  (await takeWaits(tx, [shopId, id, now, limit])).map((row) => ({
    orderId: row.order_id,
    lineId: row.line_id,
  }));

const deleteWaits = preparedSql<{ line_id: string }>(
  'delete_waits',
  `delete from price_protection_waits where shop_id = $1 and sweep_id = $2 returning line_id`,
);

/** Lets nothing of a sweep wait any longer; returns how many lines did. */
export const dropWaits = async (tx: Tx, { shopId, id }: PriceProtectionSweep): Promise<number> =>
  (await deleteWaits(tx, [shopId, id])).length;
