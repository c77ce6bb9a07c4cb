import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedRead, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { couponErrors } from './errors.ts';
import type { CouponState } from './states.ts';
import { type Coupon, type CouponBatch, couponBatches, coupons } from './tables.ts';

const p = sql.placeholder;
const selectCoupon = prepared('select_coupon', (db) =>
  db
    .select()
    .from(coupons)
    .where(and(eq(coupons.shopId, p('shopId')), eq(coupons.id, p('id')))),
);

/** The coupon, or `not_found`. */
export async function getCoupon(on: Reader, shopId: string, id: string): Promise<Coupon> {
  const [row] = await selectCoupon(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Writes a code. Refusal: coupon_code_taken. */
export const insertCoupon = async (tx: Tx, row: Coupon): Promise<void> =>
  void (await onConflict(tx.insert(coupons).values(row).execute(), 'coupons_code_key', () =>
    couponErrors.coupon_code_taken(undefined, { pointer: '/code' }),
  ));

export const insertBatch = async (tx: Tx, row: CouponBatch): Promise<void> =>
  void (await tx.insert(couponBatches).values(row));

// Column by column: what the codes have in common is sent once. A code that there is already is left out, and another is made.
const insertCodes = preparedSql<{ written: number }>(
  'insert_coupon_codes',
  `with written as (
     insert into coupons (shop_id, id, definition_id, batch_id, code, state, valid_from, valid_until, uses_limit, created_at, updated_at)
     select $1, n.id, $2, $3, n.code, 'active', $6, $7, $8, $9, $9 from unnest($4::uuid[], $5::text[]) as n (id, code)
     on conflict (shop_id, code) do nothing returning 1
   ) select count(*)::int4 as written from written`,
);

type Shared = Pick<
  Coupon,
  'shopId' | 'definitionId' | 'batchId' | 'validFrom' | 'validUntil' | 'usesLimit' | 'createdAt'
>;

/** Writes open codes; returns how many of them there were not yet. */
export async function insertOpenCodes(
  tx: Tx,
  shared: Shared,
  ids: readonly string[],
  codes: readonly string[],
): Promise<number> {
  const { shopId, definitionId, batchId, validFrom, validUntil, usesLimit, createdAt } = shared;
  const values = [shopId, definitionId, batchId, ids, codes, validFrom, validUntil, usesLimit, createdAt];
  const [row] = await insertCodes(tx, values);
  return row?.written ?? 0;
}

const revokeStatement = prepared('revoke_coupon', (db) =>
  db
    .update(coupons)
    .set({ state: 'revoked', expireDueAt: null, updatedAt: sql`${p('now')}::timestamptz` })
    .where(
      and(
        eq(coupons.shopId, p('shopId')),
        eq(coupons.id, p('id')),
        eq(coupons.state, 'active'),
        sql`(${coupons.amount} is null or ${coupons.held} + ${coupons.used} = 0)`,
      ),
    )
    .returning(),
);

/** Ends an active code; undefined when it is none, or a value that something holds. */
export const revokeRow = async (tx: Tx, { shop, now }: Ctx, id: string): Promise<Coupon | undefined> =>
  (await revokeStatement(tx, { shopId: shop.id, id, now: now.toISOString() }))[0];

const withdrawStatement = prepared('withdraw_coupon', (db) =>
  db
    .update(coupons)
    .set({ state: 'revoked', expireDueAt: null, updatedAt: sql`${p('now')}::timestamptz` })
    .where(
      and(
        eq(coupons.shopId, p('shopId')),
        eq(coupons.id, p('id')),
        eq(coupons.state, 'active'),
        sql`${coupons.held} + ${coupons.used} = 0`,
      ),
    )
    .returning(),
);

/** Ends an active code that nothing holds or has used; undefined when it is none. */
export const withdrawRow = async (tx: Tx, { shop, now }: Ctx, id: string): Promise<Coupon | undefined> =>
  (await withdrawStatement(tx, { shopId: shop.id, id, now: now.toISOString() }))[0];

// By coupons_expire_due_idx. What another sweep has taken is left to it.
const expireStatement = preparedSql<{ id: string }>(
  'expire_coupons',
  `with due as (
     select id from coupons where shop_id = $1 and expire_due_at <= $2 order by expire_due_at, id limit 200
     for no key update skip locked
   )
   update coupons c set state = 'expired', expire_due_at = null, updated_at = $2 from due
   where c.shop_id = $1 and c.id = due.id and c.expire_due_at <= $2 returning c.id`,
);
const selectNamed = prepared('select_named_coupons', (db) =>
  db
    .select()
    .from(coupons)
    .where(and(eq(coupons.shopId, p('shopId')), sql`${coupons.id} = any(${p('ids')}::uuid[])`))
    .orderBy(coupons.id),
);

/** Ends a batch of codes whose time is over, and returns them. */
export async function expireRows(tx: Tx, { shop, now }: Ctx): Promise<Coupon[]> {
  const ids = (await expireStatement(tx, [shop.id, now])).map(({ id }) => id);
  return ids.length === 0 ? [] : selectNamed(tx, { shopId: shop.id, ids });
}

const keyset = createKeyset({
  name: 'coupons',
  table: coupons,
  filters: {
    // Each by its index; the rest is filtered along it.
    customerId: (value) => sql`${coupons.customerId} = ${value}`,
    ownerId: (value) => sql`${coupons.customerId} = ${value}`,
    definitionId: (value) => sql`${coupons.definitionId} = ${value}`,
    batchId: (value) => sql`${coupons.batchId} = ${value}`,
    code: (value) => sql`${coupons.code} = ${value}`,
    state: (value) => sql`${coupons.state} = ${value}`,
  },
  sorts: { '-id': { columns: [coupons.id], direction: 'desc' } },
});

export interface CouponQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly definitionId?: string;
  readonly batchId?: string;
  readonly code?: string;
  readonly state?: CouponState;
}

/** Codes, newest first; with an owner, only theirs, whatever the filter says. */
export const listCouponRows = (
  on: Reader,
  shopId: string,
  query: CouponQuery,
  ownerId: string | undefined,
): Promise<Page<Coupon>> => {
  const { customerId, definitionId, batchId, code, state } = query;
  const filters = { customerId, ownerId, definitionId, batchId, code, state };
  return keyset(on, { shopId, page: query, sort: '-id', filters });
};

const batchKeyset = createKeyset({
  name: 'coupon-batches',
  table: couponBatches,
  // By coupon_batches_definition_idx.
  filters: { definitionId: (value) => sql`${couponBatches.definitionId} = ${value}` },
  sorts: { '-id': { columns: [couponBatches.id], direction: 'desc' } },
});

/** The batches of a definition, newest first. */
export const listBatchRows = (
  on: Reader,
  shopId: string,
  definitionId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CouponBatch>> =>
  batchKeyset(on, { shopId, page: query, sort: '-id', filters: { definitionId } });

const selectBatch = prepared('select_coupon_batch', (db) =>
  db
    .select()
    .from(couponBatches)
    .where(
      and(
        eq(couponBatches.shopId, p('shopId')),
        eq(couponBatches.definitionId, p('definitionId')),
        eq(couponBatches.id, p('id')),
      ),
    ),
);

/** The batch of a definition, or `not_found`. */
export async function getBatch(
  on: Reader,
  shopId: string,
  definitionId: string,
  id: string,
): Promise<CouponBatch> {
  const [row] = await selectBatch(on, { shopId, definitionId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

interface CodeRow extends Record<string, unknown> {
  readonly id: string;
  readonly code: string;
  readonly state: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly uses_limit: number | null;
}
// Along coupons_batch_idx, a page at a time.
const selectCodes = preparedRead<CodeRow>(
  'select_batch_codes',
  `select id, code, state, valid_from, valid_until, uses_limit from coupons
   where shop_id = $1 and batch_id = $2 and id > $3 order by id limit $4`,
);
const FIRST = '00000000-0000-0000-0000-000000000000';
const CODES_PER_READ = 1_000;

/** The codes of a batch, read in pages: what is in memory does not grow with the batch. */
export async function* readCodes(
  on: Reader,
  shopId: string,
  batchId: string,
): AsyncGenerator<readonly CodeRow[]> {
  for (let last = FIRST; ; ) {
    const rows = await selectCodes(on, [shopId, batchId, last, CODES_PER_READ]);
    if (rows.length > 0) yield rows;
    if (rows.length < CODES_PER_READ) return;
    last = rows.at(-1)?.id ?? last;
  }
}
