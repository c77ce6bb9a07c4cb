import { and, asc, desc, eq, gte, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { revokedCustomers } from '../../platform/auth/tables.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import type { Part } from '../../platform/db/parts.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson, rowUpdate } from '../../platform/db/records.ts';
import { platformErrors } from '../../platform/errors.ts';
import { decideSort } from '../../platform/sorting.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { customersErrors } from './errors.ts';
import { type Customer, contactPoints, customers } from './tables.ts';

const p = sql.placeholder;
const withId = and(eq(customers.shopId, p('shopId')), eq(customers.id, p('id')));

const selectCustomer = prepared('select_customer', (db) => db.select().from(customers).where(withId));

/** The row of a customer, also of one that was erased or merged. */
export const findCustomerRow = async (
  on: Reader,
  shopId: string,
  id: string,
): Promise<Customer | undefined> => (await selectCustomer(on, { shopId, id }))[0];

// Two changes of one customer: the second waits and sees the first. Orders refer to customers without waiting.
const lockToChange = prepared('lock_customer', (db) =>
  db.select().from(customers).where(withId).for('no key update'),
);

/** Locks the row of a customer for a change. */
export const lockCustomerRow = async (tx: Tx, shopId: string, id: string): Promise<Customer | undefined> =>
  (await lockToChange(tx, { shopId, id }))[0];

// Merges and erasures of a shop go one after the other, so that the tombstones of a customer are known before they are
// locked. Both are rare; everything else in the shop goes on.
const waitForTurn = preparedSql(
  'lock_customer_endings',
  "select pg_advisory_xact_lock(hashtextextended('customers.end/' || $1, 0))",
);

const waitForEndings = preparedSql(
  'hold_customer_endings',
  "select pg_advisory_xact_lock_shared(hashtextextended('customers.end/' || $1, 0))",
);

/** Waits until no customer of the shop is being merged or erased, and lets none be until the caller commits. */
export const holdEndingsOf = async (tx: Tx, shopId: string): Promise<void> =>
  void (await waitForEndings(tx, [shopId]));

// UPDATE, not NO KEY UPDATE: who is about to hang something on a customer that ends here has to wait, then sees it
// ended. In order of id, as bulk upserts lock: they wait for each other instead of deadlocking. By customers_pkey and
// customers_merged_into_idx.
const lockToEnd = prepared('lock_customers_to_end', (db) =>
  db
    .select()
    .from(customers)
    .where(
      and(
        eq(customers.shopId, p('shopId')),
        or(
          sql`${customers.id} = any(${p('ids')}::uuid[])`,
          and(isNotNull(customers.mergedIntoId), sql`${customers.mergedIntoId} = any(${p('ids')}::uuid[])`),
        ),
      ),
    )
    .orderBy(customers.id)
    .for('update'),
);

/**
 * Locks customers that are about to be merged or erased, and the tombstones that name them, so that nothing new can
 * refer to them meanwhile. Returns the customers.
 */
export async function lockCustomerRowsToEnd(
  tx: Tx,
  shopId: string,
  ids: readonly string[],
): Promise<Customer[]> {
  // On one connection: the second statement begins when the first has its turn.
  const [, rows] = await Promise.all([waitForTurn(tx, [shopId]), lockToEnd(tx, { shopId, ids })]);
  // The ids may have come in capital letters.
  const asked = new Set(ids.map((id) => id.toLowerCase()));
  return rows.filter(({ id }) => asked.has(id));
}

const lockToRefer = prepared('hold_customer', (db) =>
  db
    .select({ mergedIntoId: customers.mergedIntoId, erasedAt: customers.erasedAt })
    .from(customers)
    .where(withId)
    .for('key share'),
);

/** Locks the row of a customer against being merged or erased. Changes of its fields do not wait. */
export const holdCustomerRow = async (
  tx: Tx,
  shopId: string,
  id: string,
): Promise<Pick<Customer, 'mergedIntoId' | 'erasedAt'> | undefined> =>
  (await lockToRefer(tx, { shopId, id }))[0];

// In order of id, as those who end customers lock them.
const lockAllToRefer = prepared('hold_customers', (db) =>
  db
    .select({ id: customers.id, mergedIntoId: customers.mergedIntoId, erasedAt: customers.erasedAt })
    .from(customers)
    .where(and(eq(customers.shopId, p('shopId')), sql`${customers.id} = any(${p('ids')}::uuid[])`))
    .orderBy(customers.id)
    .for('key share'),
);

/** Locks the rows of customers against being merged or erased. */
export const holdCustomerRows = (
  tx: Tx,
  shopId: string,
  ids: readonly string[],
): Promise<Pick<Customer, 'id' | 'mergedIntoId' | 'erasedAt'>[]> => lockAllToRefer(tx, { shopId, ids });

const selectIdsOf = preparedSql<{ id: string; external_id: string }>(
  'list_customer_ids_by_external_id',
  'select id, external_id from customers where shop_id = $1 and external_id = any($2::text[])',
);

/** The ids of the customers of these external ids, by external id. By customers_external_id_key. */
export async function findIdsByExternalId(
  on: Reader,
  shopId: string,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await selectIdsOf(on, [shopId, externalIds]);
  return new Map(rows.map((row) => [row.external_id, row.id]));
}

const tryLockToRefer = prepared('try_hold_customer', (db) =>
  db
    .select({ erasedAt: customers.erasedAt })
    .from(customers)
    .where(withId)
    .for('key share', { skipLocked: true }),
);

/** The same without waiting: undefined when somebody is about to end the customer. */
export const tryHoldCustomerRow = async (
  tx: Tx,
  shopId: string,
  id: string,
): Promise<Pick<Customer, 'erasedAt'> | undefined> => (await tryLockToRefer(tx, { shopId, id }))[0];

const selectErased = preparedSql<{ id: string }>(
  'list_erased_customers',
  'select id from customers where shop_id = $1 and id = any($2::uuid[]) and erased_at is not null',
);

/** Those of these customers who were erased. By the primary key. */
export const listErasedIds = async (on: Reader, shopId: string, ids: readonly string[]): Promise<string[]> =>
  (await selectErased(on, [shopId, ids])).map(({ id }) => id);

/** Holds a customer who takes part in the shop's life, or fails, as part of a statement. */
export const holdPart = (shopId: string, id: string): Part => ({
  name: 'hold_customer',
  ctes: `customer_held as (
      select merged_into_id is null and erased_at is null as stands from customers where shop_id = $1 and id = $2 for key share
    )`,
  check: `select refuse('customer_standing', '') where not coalesce((select stands from customer_held), false)`,
  values: [shopId, id],
});

// By customers_external_id_key.
const ofExternalIds = and(
  eq(customers.shopId, p('shopId')),
  sql`${customers.externalId} = any(${p('externalIds')}::text[])`,
);
const selectByExternalIds = prepared('select_customers_by_external_id', (db) =>
  db.select().from(customers).where(ofExternalIds),
);
const lockByExternalIds = prepared('lock_customers_by_external_id', (db) =>
  // In order of id: two bulk upserts that share customers wait for each other instead of deadlocking.
  db.select().from(customers).where(ofExternalIds).orderBy(customers.id).for('no key update'),
);

/** The row of the customer of an external id. */
export const findCustomerRowByExternalId = async (
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<Customer | undefined> => (await selectByExternalIds(on, { shopId, externalIds: [externalId] }))[0];

/** Locks the customers of these external ids that exist. */
export const lockCustomerRowsByExternalId = (
  tx: Tx,
  shopId: string,
  externalIds: readonly string[],
): Promise<Customer[]> => lockByExternalIds(tx, { shopId, externalIds });

const insertStatement = preparedSql<{ id: string }>(
  'insert_customers',
  // In order of external id: two requests that add the same customers wait for each other instead of deadlocking.
  `insert into customers select * from jsonb_populate_recordset(null::customers, $1) order by external_id
   on conflict (shop_id, external_id) where external_id is not null do nothing returning id`,
);
const updateStatement = rowUpdate('update_customers', customers);

/** Adds customers. Returns the ids of those that were added: another request may have taken an external id. */
export async function insertCustomers(tx: Tx, rows: readonly Customer[]): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  return new Set((await insertStatement(tx, [recordsJson(customers, rows)])).map(({ id }) => id));
}

const externalIdTaken = () =>
  customersErrors.customer_external_id_taken(undefined, { pointer: '/externalId' });

/** Writes customers that are locked, each one version further. */
export async function updateCustomers(tx: Tx, rows: readonly Customer[]): Promise<void> {
  if (rows.length === 0) return;
  const written = await onConflict(updateStatement(tx, rows), 'customers_external_id_key', externalIdTaken);
  if (written.length !== rows.length) throw platformErrors.version_conflict();
}

export interface CustomerQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt';
  readonly updatedSince?: string;
  readonly contact?: string;
  readonly country?: string;
}

/** Customers of the shop, without tombstones of merged ones. Each filter and each sort has an index. */
export async function listCustomerRows(
  on: Reader,
  shopId: string,
  query: CustomerQuery,
): Promise<Page<Customer>> {
  const sort = decideSort(query, '-createdAt', ['updatedAt', '-updatedAt']);
  const field = sort.endsWith('createdAt') ? 'createdAt' : 'updatedAt';
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const order = direction === 'asc' ? asc : desc;
  const columns = [customers[field], customers.id] as const;
  const after = afterKey(columns, readCursor('customers', query), direction);
  const rows = await on
    .select()
    .from(customers)
    .where(
      and(eq(customers.shopId, shopId), isNull(customers.mergedIntoId), ...filtersOf(shopId, query), after),
    )
    .orderBy(...columns.map((column) => order(column)))
    .limit(query.limit + 1);
  return toPage('customers', query, rows, (row) => [row[field].toISOString(), row.id]);
}

function filtersOf(shopId: string, { updatedSince, contact, country }: CustomerQuery): (SQL | undefined)[] {
  return [
    updatedSince === undefined ? undefined : gte(customers.updatedAt, new Date(updatedSince)),
    country === undefined ? undefined : eq(customers.country, country),
    // As an array that is looked up first, by contact_points_value_idx: a join would tempt the planner to walk all
    // customers in their order until enough of them fit.
    contact === undefined
      ? undefined
      : sql`${customers.id} = any(array(select ${contactPoints.customerId} from ${contactPoints}
          where ${contactPoints.shopId} = ${shopId} and ${contactPoints.value} = ${contact}))`,
  ];
}

/** Lets the tombstones that name a customer name another: there is one step from a tombstone to who survived. */
export async function redirectTombstones(tx: Tx, shopId: string, from: string, to: string): Promise<void> {
  await tx
    .update(customers)
    .set({ mergedIntoId: to, version: sql`${customers.version} + 1` })
    .where(and(eq(customers.shopId, shopId), eq(customers.mergedIntoId, from)));
}

/** Takes the external ids from the tombstones of a customer: they would still point to the person. */
export async function clearTombstones(tx: Tx, shopId: string, survivorId: string): Promise<void> {
  await tx
    .update(customers)
    .set({ externalId: null, version: sql`${customers.version} + 1` })
    .where(and(eq(customers.shopId, shopId), eq(customers.mergedIntoId, survivorId)));
}

/** Ends every token of a customer that was signed up to a moment; real time. */
export async function insertRevocation(
  tx: Tx,
  shopId: string,
  customerId: string,
  revokedAt: Date,
): Promise<void> {
  await tx
    .insert(revokedCustomers)
    .values({ shopId, customerId, revokedAt })
    .onConflictDoUpdate({
      target: [revokedCustomers.shopId, revokedCustomers.customerId],
      set: { revokedAt },
    });
}
