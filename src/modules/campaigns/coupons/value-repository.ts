import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { newId } from '../../../platform/ids.ts';
import { campaignsSettings } from '../settings.ts';
import { getDefinition } from './definition-repository.ts';
import { type Coupon, type CouponDefinition, coupons } from './tables.ts';

/** What is paid with a value, such as a settlement. */
export interface ValueSubject {
  readonly type: string;
  readonly id: string;
}

// Of two who need it first, the second waits for the first and finds theirs. By coupon_definitions_value_key.
const makeDefinition = preparedSql<{ id: string }>(
  'make_value_definition',
  `insert into coupon_definitions (shop_id, id, name, kind, state, assignment, prefix, uses_per_code, goes_with_parcel, created_at, updated_at)
   values ($1, $2, $3, 'value', 'active', 'assigned', '', 1, false, $4, $4)
   on conflict (shop_id) where kind = 'value' do nothing`,
);
const selectDefinition = preparedSql<{ id: string }>(
  'select_value_definition',
  `select id from coupon_definitions where shop_id = $1 and kind = 'value'`,
);

/** The shop's own definition of values, which is made when it is first needed. */
export async function ensureValueDefinition(tx: Tx, { shop, now }: Ctx): Promise<CouponDefinition> {
  let [row] = await selectDefinition(tx, [shop.id]);
  if (!row) {
    await makeDefinition(tx, [shop.id, newId(), campaignsSettings.of(shop).valueCouponName, now]);
    [row] = await selectDefinition(tx, [shop.id]);
  }
  return getDefinition(tx, shop.id, row?.id ?? '');
}

const isOfShop = (ctx: Ctx) => and(eq(coupons.shopId, ctx.shop.id), sql`${coupons.amount} is not null`);
const isFree = and(eq(coupons.state, 'active'), eq(coupons.held, 0), eq(coupons.used, 0));
const isFor = ({ type, id }: ValueSubject) => and(eq(coupons.takenForType, type), eq(coupons.takenForId, id));

/** A value that can be held for a subject now, or is already, locked: of two who want it, the second finds it held. */
export async function lockUsable(
  tx: Tx,
  ctx: Ctx,
  use: { readonly code: string; readonly customerId: string; readonly forSubject: ValueSubject },
): Promise<Coupon | undefined> {
  const [open] = await tx
    .select()
    .from(coupons)
    .where(
      and(
        isOfShop(ctx),
        eq(coupons.code, use.code),
        eq(coupons.customerId, use.customerId),
        or(and(isFree, gt(coupons.validUntil, ctx.now)), and(eq(coupons.held, 1), isFor(use.forSubject))),
      ),
    )
    .for('no key update');
  return open;
}

/** Writes what a locked value is held for, and how much of it. */
export async function writeHold(
  tx: Tx,
  ctx: Ctx,
  { id }: Coupon,
  hold: { readonly amount: bigint; readonly forSubject: ValueSubject },
): Promise<Coupon> {
  const [held] = await tx
    .update(coupons)
    .set({
      held: 1,
      amount: hold.amount,
      takenForType: hold.forSubject.type,
      takenForId: hold.forSubject.id,
      takenAt: ctx.now,
      expireDueAt: null,
      updatedAt: ctx.now,
    })
    .where(and(isOfShop(ctx), eq(coupons.id, id), isFree))
    .returning();
  if (!held) throw new Error(`the coupon ${id} was held under its lock`);
  return held;
}

/** What is used of a value: exactly its amount, for what it is held or was used for. */
export interface ValueUse {
  readonly id: string;
  readonly customerId: string;
  readonly forSubject: ValueSubject;
  /** Minor units, more than zero. */
  readonly amount: bigint;
}
const isTaken = (ctx: Ctx, { id, customerId, forSubject }: ValueUse) =>
  and(isOfShop(ctx), eq(coupons.id, id), eq(coupons.customerId, customerId), isFor(forSubject));

/** Uses what is held for a subject, with exactly its amount, once. */
export async function writeUse(tx: Tx, ctx: Ctx, use: ValueUse): Promise<Coupon | undefined> {
  const [used] = await tx
    .update(coupons)
    .set({ held: 0, used: 1, takenAt: ctx.now, updatedAt: ctx.now })
    .where(and(isTaken(ctx, use), eq(coupons.amount, use.amount), eq(coupons.held, 1)))
    .returning();
  return used;
}

/** What is held for a subject. By coupons_taken_for_idx. */
export const listHeldFor = (tx: Tx, ctx: Ctx, forSubject: ValueSubject): Promise<Coupon[]> =>
  tx
    .select()
    .from(coupons)
    .where(and(isOfShop(ctx), eq(coupons.held, 1), isFor(forSubject)))
    .orderBy(coupons.id);

// While it was held or used, its time stood still.
const timeLeft = (ctx: Ctx) =>
  sql`${coupons.validUntil} + (${ctx.now.toISOString()}::timestamptz - ${coupons.takenAt})`;
const reopened = (ctx: Ctx) => ({
  held: 0,
  used: 0,
  validUntil: timeLeft(ctx),
  expireDueAt: timeLeft(ctx),
  takenForType: null,
  takenForId: null,
  takenAt: null,
  updatedAt: ctx.now,
});

/** Opens everything again that is held for a subject. */
export const writeReleases = (tx: Tx, ctx: Ctx, forSubject: ValueSubject): Promise<Coupon[]> =>
  tx
    .update(coupons)
    .set(reopened(ctx))
    .where(and(isOfShop(ctx), eq(coupons.held, 1), isFor(forSubject)))
    .returning();

/** Opens a value again that is used for a subject with exactly this amount, once. */
export async function writeReturn(tx: Tx, ctx: Ctx, what: ValueUse): Promise<Coupon | undefined> {
  const [returned] = await tx
    .update(coupons)
    .set(reopened(ctx))
    .where(and(isTaken(ctx, what), eq(coupons.used, 1), eq(coupons.amount, what.amount)))
    .returning();
  return returned;
}

/** Takes a part out of what is used for a subject. */
export async function writePartReturn(tx: Tx, ctx: Ctx, what: ValueUse): Promise<Coupon | undefined> {
  const [left] = await tx
    .update(coupons)
    .set({ amount: sql`${coupons.amount} - ${what.amount}`, updatedAt: ctx.now })
    .where(and(isTaken(ctx, what), eq(coupons.used, 1), gt(coupons.amount, what.amount)))
    .returning();
  return left;
}

const ofCustomer = (shopId: string, customerId: string) =>
  and(eq(coupons.shopId, shopId), eq(coupons.customerId, customerId));

/** Ends the codes of a customer, but for values that something holds or has used, and returns them. In the order of their ids. */
export async function endCodesOf(tx: Tx, ctx: Ctx, customerId: string): Promise<Coupon[]> {
  await tx
    .select({ id: coupons.id })
    .from(coupons)
    .where(and(ofCustomer(ctx.shop.id, customerId), eq(coupons.state, 'active')))
    .orderBy(coupons.id)
    .for('no key update');
  return tx
    .update(coupons)
    .set({ state: 'revoked', expireDueAt: null, updatedAt: ctx.now })
    .where(
      and(
        ofCustomer(ctx.shop.id, customerId),
        or(isFree, and(eq(coupons.state, 'active'), isNull(coupons.amount))),
      ),
    )
    .returning();
}

/** Gives every code of a customer to another, also used ones, which may come back. Returns them. */
export const moveCodes = (tx: Tx, ctx: Ctx, from: string, to: string): Promise<Coupon[]> =>
  tx
    .update(coupons)
    .set({ customerId: to, updatedAt: ctx.now })
    .where(ofCustomer(ctx.shop.id, from))
    .returning();

/** All codes of a customer. By coupons_customer_idx. */
export const listCodesOf = (on: Reader, shopId: string, customerId: string): Promise<Coupon[]> =>
  on.select().from(coupons).where(ofCustomer(shopId, customerId)).orderBy(coupons.id);
