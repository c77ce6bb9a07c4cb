import { and, desc, eq, gt, inArray, lte, or, sql } from 'drizzle-orm';
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

const isFor = ({ type, id }: MovementSubject) =>
  and(eq(couponPromises.usedForType, type), eq(couponPromises.usedForId, id));

/** A promise that can be held for a subject now, or is already, locked: of two who want it, the second finds it held. */
export async function lockUsable(
  tx: Tx,
  ctx: Ctx,
  use: { readonly id: string; readonly customerId: string; readonly forSubject: MovementSubject },
): Promise<CouponPromise | undefined> {
  const [open] = await tx
    .select()
    .from(couponPromises)
    .where(
      and(
        isPromise(ctx, use.id),
        eq(couponPromises.customerId, use.customerId),
        or(
          and(eq(couponPromises.state, 'issued'), gt(couponPromises.expiresAt, ctx.now)),
          and(eq(couponPromises.state, 'held'), isFor(use.forSubject)),
        ),
      ),
    )
    .for('no key update');
  return open;
}

/** Writes what a locked promise is held for, and how much of it. */
export async function writeHold(
  tx: Tx,
  ctx: Ctx,
  { id }: CouponPromise,
  hold: { readonly amount: bigint; readonly forSubject: MovementSubject },
): Promise<CouponPromise> {
  const [held] = await tx
    .update(couponPromises)
    .set({
      state: 'held',
      amount: hold.amount,
      usedForType: hold.forSubject.type,
      usedForId: hold.forSubject.id,
      usedAt: ctx.now,
      expireDueAt: null,
      ...raised(ctx),
    })
    .where(and(isPromise(ctx, id), eq(couponPromises.state, 'issued')))
    .returning();
  if (!held) throw new Error(`the promise ${id} was held under its lock`);
  return held;
}

/** Uses what is held for a subject, with exactly its amount, once. */
export async function writeUse(
  tx: Tx,
  ctx: Ctx,
  use: {
    readonly id: string;
    readonly customerId: string;
    readonly forSubject: MovementSubject;
    readonly amount: bigint;
  },
): Promise<CouponPromise | undefined> {
  const [used] = await tx
    .update(couponPromises)
    .set({ state: 'used', usedAt: ctx.now, ...raised(ctx) })
    .where(
      and(
        isPromise(ctx, use.id),
        eq(couponPromises.customerId, use.customerId),
        eq(couponPromises.amount, use.amount),
        eq(couponPromises.state, 'held'),
        isFor(use.forSubject),
      ),
    )
    .returning();
  return used;
}

/** What is held for a subject. By coupon_promises_used_for_idx. */
export const listHeldFor = (tx: Tx, ctx: Ctx, forSubject: MovementSubject): Promise<CouponPromise[]> =>
  tx
    .select()
    .from(couponPromises)
    .where(and(eq(couponPromises.shopId, ctx.shop.id), eq(couponPromises.state, 'held'), isFor(forSubject)))
    .orderBy(couponPromises.id);

// While it was held or used, its time stood still.
const timeLeft = (ctx: Ctx) =>
  sql`${couponPromises.expiresAt} + (${ctx.now.toISOString()}::timestamptz - ${couponPromises.usedAt})`;
const reopened = (ctx: Ctx) => ({
  state: 'issued' as const,
  expiresAt: timeLeft(ctx),
  expireDueAt: timeLeft(ctx),
  usedForType: null,
  usedForId: null,
  usedAt: null,
  ...raised(ctx),
});

/** Opens everything again that is held for a subject. */
export const writeReleases = (tx: Tx, ctx: Ctx, forSubject: MovementSubject): Promise<CouponPromise[]> =>
  tx
    .update(couponPromises)
    .set(reopened(ctx))
    .where(and(eq(couponPromises.shopId, ctx.shop.id), eq(couponPromises.state, 'held'), isFor(forSubject)))
    .returning();

interface Return {
  readonly id: string;
  readonly customerId: string;
  readonly forSubject: MovementSubject;
  readonly amount: bigint;
}
const isReturned = (ctx: Ctx, { id, customerId, forSubject }: Return) =>
  and(
    isPromise(ctx, id),
    eq(couponPromises.customerId, customerId),
    eq(couponPromises.state, 'used'),
    isFor(forSubject),
  );

/** Opens a promise again that is used for a subject with exactly this amount, once. */
export async function writeReturn(tx: Tx, ctx: Ctx, what: Return): Promise<CouponPromise | undefined> {
  const [returned] = await tx
    .update(couponPromises)
    .set(reopened(ctx))
    .where(and(isReturned(ctx, what), eq(couponPromises.amount, what.amount)))
    .returning();
  return returned;
}

/** Takes a part out of what is used for a subject. */
export async function writePartReturn(tx: Tx, ctx: Ctx, what: Return): Promise<CouponPromise | undefined> {
  const [left] = await tx
    .update(couponPromises)
    .set({ amount: sql`${couponPromises.amount} - ${what.amount}`, ...raised(ctx) })
    .where(and(isReturned(ctx, what), gt(couponPromises.amount, what.amount)))
    .returning();
  return left;
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

/** Promises, newest first: of a customer by coupon_promises_customer_idx, in a state by coupon_promises_state_idx, else by the key. */
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
