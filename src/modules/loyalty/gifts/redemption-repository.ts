import { and, asc, eq, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { sendAlong } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { RedemptionState } from './states.ts';
import { type Redemption, redemptions } from './tables.ts';

const BATCH = 200;
const one = (shopId: string, id: string) => and(eq(redemptions.shopId, shopId), eq(redemptions.id, id));

const insertRedemptions = rowInsert('insert_redemptions', redemptions);

export const insertRedemption = (tx: Tx, row: Redemption): Promise<void> =>
  sendAlong(tx, insertRedemptions(tx, [row]));

/** A redemption, for a customer only their own; else `not_found`. */
export async function getRedemption(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<Redemption> {
  const [row] = await on.select().from(redemptions).where(one(shopId, id));
  if (!row || (customerId !== undefined && row.customerId !== customerId)) throw platformErrors.not_found();
  return row;
}

/** The same, locked: after its customer, before the member. */
export async function lockRedemption(tx: Tx, shopId: string, id: string): Promise<Redemption> {
  const [row] = await tx.select().from(redemptions).where(one(shopId, id)).for('no key update');
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Changes a locked redemption, one version further. */
export async function updateRedemption(
  tx: Tx,
  current: Redemption,
  changes: Partial<Redemption>,
): Promise<Redemption> {
  const { shopId, id, version } = current;
  const changed = { ...changes, version: version + 1 };
  // By the primary key: one plan for any number of rows would read all of a table that is small.
  const write = tx
    .update(redemptions)
    .set(changed)
    .where(and(one(shopId, id), eq(redemptions.version, version)))
    .returning({ id: redemptions.id });
  await sendAlong(tx, write.then(refuseMissed));
  return { ...current, ...changed };
}

const refuseMissed = (written: readonly unknown[]): void => {
  if (written.length === 0) throw platformErrors.version_conflict();
};

/** Redemptions whose hold is over. By redemptions_due_idx. */
export const listDueRedemptions = (on: Reader, shopId: string, now: Date): Promise<{ id: string }[]> =>
  on
    .select({ id: redemptions.id })
    .from(redemptions)
    .where(and(eq(redemptions.shopId, shopId), lte(redemptions.dueAt, now)))
    .orderBy(asc(redemptions.dueAt), asc(redemptions.id))
    .limit(BATCH);

/** All redemptions of a customer, oldest first. By redemptions_customer_idx. */
export const listRedemptionsOf = (on: Reader, shopId: string, customerId: string): Promise<Redemption[]> =>
  on
    .select()
    .from(redemptions)
    .where(and(eq(redemptions.shopId, shopId), eq(redemptions.customerId, customerId)))
    .orderBy(redemptions.id);

// By redemptions_customer_idx, gift_grants_customer_idx and gift_takers_customer_idx.
const move = preparedSql<{ id: string }>(
  'move_redemptions',
  `with gone as (
     delete from gift_takers where shop_id = $1 and customer_id = $2 returning gift_id, quantity
   ), kept as (
     insert into gift_takers as k (shop_id, gift_id, customer_id, quantity)
     select $1, gift_id, $3::uuid, quantity from gone order by gift_id
     on conflict (shop_id, gift_id, customer_id) do update set quantity = k.quantity + excluded.quantity
   ), grants as (
     update gift_grants set customer_id = $3::uuid, version = version + 1 where shop_id = $1 and customer_id = $2 returning id
   ), wishes as (
     update redemptions set customer_id = $3::uuid, version = version + 1 where shop_id = $1 and customer_id = $2 returning id
   ) select id from grants union all select id from wishes`,
);

/** Gives what one customer asked for and is owed to another. Returns how many rows it were. */
export const moveGifts = async (tx: Tx, shopId: string, from: string, to: string): Promise<number> =>
  (await move(tx, [shopId, from, to])).length;

const keyset = createKeyset({
  name: 'redemptions',
  table: redemptions,
  filters: {
    customerId: (value) => eq(redemptions.customerId, value),
    state: (value) => sql`${redemptions.state} = ${value}`,
  },
  // By the primary key, redemptions_state_idx and redemptions_customer_idx.
  sorts: { '-id': { columns: [redemptions.id], direction: 'desc' } },
});

export interface RedemptionQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly state?: RedemptionState;
}

/** Redemptions, newest first. */
export const listRedemptionRows = (
  on: Reader,
  shopId: string,
  query: RedemptionQuery,
): Promise<Page<Redemption>> => {
  const { customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { customerId, state } });
};
