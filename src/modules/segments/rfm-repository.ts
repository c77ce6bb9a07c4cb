import type { Reader, Tx } from '../../platform/db/client.ts';
import { plannedSql, preparedSql } from '../../platform/db/prepared.ts';

// A score is the fifth in which a customer stands, counted from those who are behind them: equal values have equal scores, whatever
// the order of the rows. Of ten buyers with 1 order each and ten with 2, the first ten have frequency 1, the others 3.
const SCORES = `select p.customer_id,
    1 + (5 * (rank() over (order by max(p.placed_at)) - 1) / count(*) over ())::int2 as recency,
    1 + (5 * (rank() over (order by count(*)) - 1) / count(*) over ())::int2 as frequency,
    1 + (5 * (rank() over (order by sum(p.amount)) - 1) / count(*) over ())::int2 as monetary,
    sum(p.amount) as total
  from customer_purchases p join customers c on c.shop_id = p.shop_id and c.id = p.customer_id
  where p.shop_id = $1 and p.amount > 0 and c.merged_into_id is null and c.erased_at is null
  group by p.customer_id`;

const writeStatement = plannedSql<{ changed: number }>(
  `with scored as materialized (${SCORES}),
   gone as (delete from customer_rfm_scores r where r.shop_id = $1
     and not exists (select 1 from scored s where s.customer_id = r.customer_id) returning 1),
   written as (insert into customer_rfm_scores as r (shop_id, customer_id, recency, frequency, monetary)
     select $1, customer_id, recency, frequency, monetary from scored
     on conflict (shop_id, customer_id) do update set recency = excluded.recency, frequency = excluded.frequency,
       monetary = excluded.monetary
     where (r.recency, r.frequency, r.monetary) is distinct from (excluded.recency, excluded.frequency, excluded.monetary)
     returning 1)
   select ((select count(*) from gone) + (select count(*) from written))::int4 as changed`,
);

/** Computes the scores of all buyers of a shop and keeps them, in one statement. Returns how many changed. */
export const writeScores = async (tx: Tx, shopId: string): Promise<number> =>
  (await writeStatement(tx, [shopId]))[0]?.changed ?? 0;

/** Customers at a place, ten times the recency plus the value, and what was kept of their orders. */
export interface PlaceCount {
  readonly place: number;
  readonly count: number;
  readonly total: bigint;
}

const placesStatement = plannedSql<PlaceCount>(
  `select recency * 10 + (frequency + monetary + 1) / 2 as place, count(*)::int4 as count, sum(total)::int8 as total
   from (${SCORES}) scored group by 1 order by 1`,
);

/** How many customers are at each place now. */
export const countPlaces = (on: Reader, shopId: string): Promise<PlaceCount[]> =>
  placesStatement(on, [shopId]);

const selectScores = preparedSql<{ recency: number; frequency: number; monetary: number }>(
  'select_rfm_scores',
  'select recency, frequency, monetary from customer_rfm_scores where shop_id = $1 and customer_id = $2',
);

/** The scores of a customer as they were last kept. */
export const findScores = async (on: Reader, shopId: string, customerId: string) =>
  (await selectScores(on, [shopId, customerId]))[0];

const dropStatement = preparedSql<{ customer_id: string }>(
  'drop_rfm_scores',
  'delete from customer_rfm_scores where shop_id = $1 and customer_id = $2 returning customer_id',
);

/** Forgets the scores of a customer who is gone. Returns whether there were some. */
export const dropScores = async (tx: Tx, shopId: string, customerId: string): Promise<boolean> =>
  (await dropStatement(tx, [shopId, customerId])).length > 0;

const startStatement = preparedSql(
  'start_rfm_schedule',
  `insert into rfm_schedules as r (shop_id, due_at) values ($1, $2)
   on conflict (shop_id) do update set due_at = least(r.due_at, excluded.due_at)`,
);

/** Has scores computed: a rule goes by them. */
export const startSchedule = async (tx: Tx, shopId: string, now: Date): Promise<void> =>
  void (await startStatement(tx, [shopId, now]));

// Waits for whoever computes at this moment, and then sees that nothing is due any more: what they have read may be without the
// purchase that is told here. Most shops have no such row, and those that have are mostly due already.
const waitStatement = preparedSql(
  'wait_for_rfm_schedule',
  'select 1 from rfm_schedules where shop_id = $1 for share',
);
const followStatement = preparedSql(
  'follow_rfm_purchases',
  'update rfm_schedules set due_at = $2 where shop_id = $1 and due_at is null',
);

/** Has scores computed at a moment, because what was bought has changed; unless they are due before. */
export async function followPurchases(tx: Tx, shopId: string, dueAt: Date): Promise<void> {
  // On one connection: the second statement begins when the first has waited.
  await Promise.all([waitStatement(tx, [shopId]), followStatement(tx, [shopId, dueAt])]);
}

const dueStatement = preparedSql<{ computed_at: Date | null }>(
  'lock_due_rfm_schedule',
  'select computed_at from rfm_schedules where shop_id = $1 and due_at <= $2 for no key update',
);

/** Whether scores are due; whoever tells of a purchase waits from now on. */
export const lockDueSchedule = async (tx: Tx, shopId: string, now: Date): Promise<boolean> =>
  (await dueStatement(tx, [shopId, now])).length > 0;

const doneStatement = preparedSql(
  'finish_rfm_schedule',
  'update rfm_schedules set due_at = null, computed_at = $2 where shop_id = $1',
);

/** The scores are computed. */
export const finishSchedule = async (tx: Tx, shopId: string, now: Date): Promise<void> =>
  void (await doneStatement(tx, [shopId, now]));
