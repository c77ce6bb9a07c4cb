import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { after, DAY_MS } from '../../platform/time.ts';
import { type Account, couponPromisesOf, lapsedCoupons } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import {
  endPromises,
  insertPromise,
  lockExpired,
  lockOpenOf,
  lockUsable,
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

/**
 * Takes an amount off for a subject, once: of any number who try, one does. What is left of the promise is a promise of its own,
 * with the same end: 2.00 of 6.00 are a used one of 2.00 and an open one of 4.00. `to` is the account that gets the amount.
 * Refusal: coupon_promise_not_usable.
 */
export async function useCouponPromise(
  tx: Tx,
  ctx: Ctx,
  input: {
    readonly id: string;
    readonly customerId: string;
    readonly forSubject: MovementSubject;
    /** Minor units, more than zero and no more than it is worth. */
    readonly amount: bigint;
    readonly to: Account;
  },
): Promise<CouponPromise> {
  const { id, customerId, amount, to } = input;
  const open = await lockUsable(tx, ctx, id, customerId);
  if (!open || amount <= 0n || open.amount < amount) throw walletErrors.coupon_promise_not_usable();
  const { expiresAt, fromType, fromId } = open;
  const used = await writeUse(tx, ctx, open, input);
  const rest = open.amount - amount;
  if (rest > 0n)
    await insertPromise(
      tx,
      newPromise(ctx, { customerId, amount: rest, expiresAt, fromType, fromId, restOfId: id }),
    );
  await post(tx, ctx, {
    kind: 'coupon_promise_used',
    // It may be used again after it was returned.
    subject: newId(),
    legs: [debit(couponPromisesOf(customerId), amount), credit(to, amount)],
  });
  await tell(tx, ctx, couponPromiseEvents.used, [used]);
  return used;
}

/**
 * Gives a promise back whose subject ended unpaid, with the time that it had left: while it was used its time stood still. `from`
 * is the account that had got the amount. Undefined, and nothing given back, when it is not in use for the subject.
 */
export async function returnCouponPromise(
  tx: Tx,
  ctx: Ctx,
  input: { readonly id: string; readonly forSubject: MovementSubject; readonly from: Account },
): Promise<CouponPromise | undefined> {
  const returned = await writeReturn(tx, ctx, input);
  if (!returned) return undefined;
  const { customerId, amount } = returned;
  await post(tx, ctx, {
    kind: 'coupon_promise_returned',
    subject: newId(),
    legs: [debit(input.from, amount), credit(couponPromisesOf(customerId), amount)],
  });
  await tell(tx, ctx, couponPromiseEvents.returned, [returned]);
  return returned;
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
