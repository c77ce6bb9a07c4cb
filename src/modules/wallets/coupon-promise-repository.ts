import { and, desc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import type { MovementSubject } from './movements.ts';
import type { CouponPromiseState } from './states.ts';
import { type CouponPromise, couponPromises } from './tables.ts';

const BATCH = 200;

export const insertPromise = async (tx: Tx, promise: CouponPromise): Promise<void> =>
  void (await tx.insert(couponPromises).values(promise));

const raised = (ctx: Ctx) => ({ version: sql`${couponPromises.version} + 1`, updatedAt: ctx.now });
const ofCustomer = (shopId: string, customerId: string) =>
  and(eq(couponPromises.shopId, shopId), eq(couponPromises.customerId, customerId));
const isPromise = (ctx: Ctx, id: string) =>
  and(eq(couponPromises.shopId, ctx.shop.id), eq(couponPromises.id, id));

/** A promise that can be used now, locked: of two who use it, the second finds it used. */
export async function lockUsable(
  tx: Tx,
  ctx: Ctx,
  id: string,
  customerId: string,
): Promise<CouponPromise | undefined> {
  const [open] = await tx
    .select()
    .from(couponPromises)
    .where(
      and(
        isPromise(ctx, id),
        eq(couponPromises.customerId, customerId),
        eq(couponPromises.state, 'issued'),
        gt(couponPromises.expiresAt, ctx.now),
      ),
    )
    .for('no key update');
  return open;
}

/** Writes what a locked promise is used for. */
export async function writeUse(
  tx: Tx,
  ctx: Ctx,
  { id }: CouponPromise,
  use: { readonly amount: bigint; readonly forSubject: MovementSubject },
): Promise<CouponPromise> {
  const [used] = await tx
    .update(couponPromises)
    .set({
      state: 'used',
      amount: use.amount,
      usedForType: use.forSubject.type,
      usedForId: use.forSubject.id,
      usedAt: ctx.now,
      expireDueAt: null,
      ...raised(ctx),
    })
    .where(and(isPromise(ctx, id), eq(couponPromises.state, 'issued')))
    .returning();
  if (!used) throw new Error(`the promise ${id} was used under its lock`);
  return used;
}

/** Opens a promise again that is in use for a subject, once. */
export async function writeReturn(
  tx: Tx,
  ctx: Ctx,
  { id, forSubject }: { readonly id: string; readonly forSubject: MovementSubject },
): Promise<CouponPromise | undefined> {
  const endsAt = sql`${couponPromises.expiresAt} + (${ctx.now.toISOString()}::timestamptz - ${couponPromises.usedAt})`;
  const [returned] = await tx
    .update(couponPromises)
    .set({
      state: 'issued',
      expiresAt: endsAt,
      expireDueAt: endsAt,
      usedForType: null,
      usedForId: null,
      usedAt: null,
      ...raised(ctx),
    })
    .where(
      and(
        isPromise(ctx, id),
        eq(couponPromises.state, 'used'),
        eq(couponPromises.usedForType, forSubject.type),
        eq(couponPromises.usedForId, forSubject.id),
      ),
    )
    .returning();
  return returned;
}

/** A batch of promises whose time is over; what another sweep has taken is left to it. By coupon_promises_expire_due_idx. */
export async function lockExpired(tx: Tx, ctx: Ctx): Promise<string[]> {
  const rows = await tx
    .select({ id: couponPromises.id })
    .from(couponPromises)
    .where(and(eq(couponPromises.shopId, ctx.shop.id), lte(couponPromises.expireDueAt, ctx.now)))
    .orderBy(couponPromises.expireDueAt, couponPromises.id)
    .limit(BATCH)
    .for('no key update', { skipLocked: true });
  return rows.map(({ id }) => id);
}

/** The promises of a customer that can be used, locked in the order of their ids. */
export async function lockOpenOf(tx: Tx, ctx: Ctx, customerId: string): Promise<string[]> {
  const rows = await tx
    .select({ id: couponPromises.id })
    .from(couponPromises)
    .where(and(ofCustomer(ctx.shop.id, customerId), eq(couponPromises.state, 'issued')))
    .orderBy(couponPromises.id)
    .for('no key update');
  return rows.map(({ id }) => id);
}

/** Ends locked promises that are open. */
export async function endPromises(
  tx: Tx,
  ctx: Ctx,
  ids: readonly string[],
  state: 'expired' | 'revoked',
): Promise<CouponPromise[]> {
  if (ids.length === 0) return [];
  return tx
    .update(couponPromises)
    .set({ state, expireDueAt: null, ...raised(ctx) })
    .where(
      and(
        eq(couponPromises.shopId, ctx.shop.id),
        inArray(couponPromises.id, [...ids]),
        eq(couponPromises.state, 'issued'),
      ),
    )
    .returning();
}

/** Gives every promise of a customer to another, also used ones, which may come back. Returns them. */
export const movePromiseRows = (tx: Tx, ctx: Ctx, from: string, to: string): Promise<CouponPromise[]> =>
  tx
    .update(couponPromises)
    .set({ customerId: to, ...raised(ctx) })
    .where(ofCustomer(ctx.shop.id, from))
    .returning();

export const listPromisesOf = (on: Reader, shopId: string, customerId: string): Promise<CouponPromise[]> =>
  on.select().from(couponPromises).where(ofCustomer(shopId, customerId)).orderBy(couponPromises.id);

/** Promises, newest first: of a customer by coupon_promises_customer_idx, else along the key. */
export async function listPromiseRows(
  on: Reader,
  shopId: string,
  query: {
    readonly limit: number;
    readonly cursor?: string;
    readonly customerId?: string;
    readonly state?: CouponPromiseState;
  },
): Promise<Page<CouponPromise>> {
  const rows = await on
    .select()
    .from(couponPromises)
    .where(
      and(
        eq(couponPromises.shopId, shopId),
        query.customerId === undefined ? undefined : eq(couponPromises.customerId, query.customerId),
        query.state === undefined ? undefined : eq(couponPromises.state, query.state),
        afterKey([couponPromises.id], readCursor('coupon-promises', query), 'desc'),
      ),
    )
    .orderBy(desc(couponPromises.id))
    .limit(query.limit + 1);
  return toPage('coupon-promises', query, rows, (row) => [row.id]);
}
