import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { minOf } from '../../platform/money.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { type Account, couponPromisesOf, lapsedCoupons } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import {
  endPromises,
  insertPromise,
  listHeldFor,
  lockExpired,
  lockOpenOf,
  lockUsable,
  writeHold,
  writePartReturn,
  writeReleases,
  writeReturn,
  writeUse,
} from './coupon-promise-repository.ts';
import { walletErrors } from './errors.ts';
import { couponPromiseEvents } from './events.ts';
import type { MovementSubject } from './movements.ts';
import { walletsSettings } from './settings.ts';
import type { CouponPromise } from './tables.ts';

/**
 * Promises a customer an amount off, in the caller's transaction: `from` is the account that stands for it, such as
 * `clearing(orderId)`. One subject is promised for once. The caller has locked an order of theirs.
 */
export async function issueCouponPromise(
  tx: Tx,
  ctx: Ctx,
  input: {
    readonly customerId: string;
    /** Minor units, more than zero. */
    readonly amount: bigint;
    readonly from: Account;
    readonly subject: MovementSubject;
  },
): Promise<CouponPromise> {
  const { customerId, amount, from, subject } = input;
  const expiresAt = after(ctx.now, walletsSettings.of(ctx.shop).couponPromiseDays * DAY_MS);
  const promise = newPromise(ctx, {
    customerId,
    amount,
    expiresAt,
    fromType: subject.type,
    fromId: subject.id,
  });
  await insertPromise(tx, promise);
  await post(tx, ctx, {
    kind: 'coupon_promise_issued',
    subject: promise.id,
    legs: [debit(from, amount), credit(couponPromisesOf(customerId), amount)],
  });
  await tell(tx, ctx, couponPromiseEvents.issued, [promise]);
  return promise;
}

interface Use {
  readonly id: string;
  readonly customerId: string;
  /** What it pays for, such as a settlement. */
  readonly forSubject: MovementSubject;
  /** Minor units, more than zero. */
  readonly amount: bigint;
}

/**
 * Keeps a promise for a payment that is on its way, at most the amount: of any number who want it, one gets it, and for one
 * subject it is held once, however many attempts there are. What is left of the promise is a promise of its own, with the same end:
 * 2.00 of 6.00 are a held one of 2.00 and an open one of 4.00. The books do not move yet. Refusal: coupon_promise_not_usable.
 */
export async function holdCouponPromise(tx: Tx, ctx: Ctx, use: Use): Promise<CouponPromise> {
  const open = await lockUsable(tx, ctx, use);
  if (!open || use.amount <= 0n)
    throw walletErrors.coupon_promise_not_usable(undefined, { pointer: '/couponPromiseId' });
  if (open.state === 'held') return open;
  const amount = minOf(open.amount, use.amount);
  const held = await writeHold(tx, ctx, open, { ...use, amount });
  const rest = open.amount - amount;
  if (rest > 0n) await insertPromise(tx, restOf(ctx, open, { amount: rest, expiresAt: open.expiresAt }));
  await tell(tx, ctx, couponPromiseEvents.held, [held]);
  return held;
}

/** What is held for a subject. */
export const heldCouponPromises = (tx: Tx, ctx: Ctx, forSubject: MovementSubject): Promise<CouponPromise[]> =>
  listHeldFor(tx, ctx, forSubject);

/** Lets go of what is held for a subject that needs it no more, with the time that each promise had left. */
export async function releaseCouponPromises(tx: Tx, ctx: Ctx, forSubject: MovementSubject): Promise<void> {
  await tell(tx, ctx, couponPromiseEvents.returned, await writeReleases(tx, ctx, forSubject));
}

/** A payment took exactly what is held: the caller has posted it. Refusal: coupon_promise_not_usable. */
export async function useCouponPromise(tx: Tx, ctx: Ctx, use: Use): Promise<CouponPromise> {
  const used = await writeUse(tx, ctx, use);
  if (!used) throw walletErrors.coupon_promise_not_usable(undefined, { pointer: '/couponPromiseId' });
  await tell(tx, ctx, couponPromiseEvents.used, [used]);
  return used;
}

/**
 * A refund gave back what a payment took, or a part of it: the caller has posted it. All of it opens the promise again, with the
 * time that it had left; a part is a promise of its own, with the same time. Returns the one that is open again.
 */
export async function returnCouponPromise(tx: Tx, ctx: Ctx, what: Use): Promise<CouponPromise> {
  const returned = (await writeReturn(tx, ctx, what)) ?? (await returnPart(tx, ctx, what));
  await tell(tx, ctx, couponPromiseEvents.returned, [returned]);
  return returned;
}

async function returnPart(tx: Tx, ctx: Ctx, what: Use): Promise<CouponPromise> {
  const left = await writePartReturn(tx, ctx, what);
  if (!left?.usedAt) throw new Error(`the promise ${what.id} is not used with ${what.amount}`);
  const expiresAt = after(left.expiresAt, ctx.now.getTime() - left.usedAt.getTime());
  const part = restOf(ctx, left, { amount: what.amount, expiresAt });
  await insertPromise(tx, part);
  return part;
}

/** Ends promises whose time is over. Returns how many. */
export const expireCouponPromises = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const ids = await lockExpired(tx, ctx);
    return lapse(tx, ctx, 'expired', ids);
  });

/** Ends the promises of a customer who is being erased: nobody would know who may use them. Returns how many. */
export async function revokeCouponPromises(tx: Tx, ctx: Ctx, customerId: string): Promise<number> {
  return lapse(tx, ctx, 'revoked', await lockOpenOf(tx, ctx, customerId));
}

/** What is not taken off any more is the shop's again. */
async function lapse(
  tx: Tx,
  ctx: Ctx,
  state: 'expired' | 'revoked',
  ids: readonly string[],
): Promise<number> {
  const ended = await endPromises(tx, ctx, ids, state);
  const transfers = ended.map(({ id, customerId, amount }) => ({
    kind: `coupon_promise_${state}`,
    subject: id,
    legs: [debit(couponPromisesOf(customerId), amount), credit(lapsedCoupons(), amount)],
  }));
  await post(tx, ctx, ...transfers);
  await tell(tx, ctx, couponPromiseEvents[state], ended);
  return ended.length;
}

/** What of a promise is not used, as one of its own. */
const restOf = (
  ctx: Ctx,
  { id, customerId, fromType, fromId }: CouponPromise,
  rest: { readonly amount: bigint; readonly expiresAt: Date },
): CouponPromise => newPromise(ctx, { customerId, fromType, fromId, restOfId: id, ...rest });

type NewPromise = Pick<CouponPromise, 'customerId' | 'amount' | 'expiresAt' | 'fromType' | 'fromId'>;

const newPromise = (ctx: Ctx, fields: NewPromise & { readonly restOfId?: string }): CouponPromise => ({
  shopId: ctx.shop.id,
  id: newId(),
  restOfId: null,
  ...fields,
  currency: ctx.shop.currency,
  state: 'issued',
  expireDueAt: fields.expiresAt,
  usedForType: null,
  usedForId: null,
  usedAt: null,
  createdAt: ctx.now,
  version: 1,
  updatedAt: ctx.now,
});

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof couponPromiseEvents.issued.data>,
  promises: readonly CouponPromise[],
): Promise<void> =>
  appendEvents(
    tx,
    ctx,
    promises.map((promise) =>
      eventRow(ctx, kind, promise.id, {
        customerId: promise.customerId,
        state: promise.state,
        amount: Number(promise.amount),
        currency: promise.currency,
        expiresAt: promise.expiresAt.toISOString(),
        fromType: promise.fromType,
        fromId: promise.fromId,
        forType: promise.usedForType,
        forId: promise.usedForId,
      }),
    ),
  );
