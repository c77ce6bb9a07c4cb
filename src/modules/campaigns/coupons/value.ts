import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import type { EventDefinition } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { minOf } from '../../../platform/money.ts';
import { after, DAY_MS } from '../../../platform/time.ts';
import { type Account, couponPromisesOf } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { campaignsSettings } from '../settings.ts';
import { insertCoupon } from './code-repository.ts';
import { normaliseCode } from './code-rules.ts';
import { couponErrors } from './errors.ts';
import { couponEvent, couponEvents } from './events.ts';
import { makeCoupon, newCode } from './issue.ts';
import type { Coupon } from './tables.ts';
import {
  ensureValueDefinition,
  listHeldFor,
  lockUsable,
  type ValueSubject,
  type ValueUse,
  writeHold,
  writePartReturn,
  writeReleases,
  writeReturn,
  writeUse,
} from './value-repository.ts';

/**
 * Gives a customer an amount off as a coupon, in the caller's transaction: `from` is the account that stands for it, such as
 * `clearing(orderId)`. One subject is given for once. The caller has locked an order of theirs.
 */
export async function issueValueCoupon(
  tx: Tx,
  ctx: Ctx,
  input: {
    readonly customerId: string;
    /** Minor units, more than zero. */
    readonly amount: bigint;
    readonly from: Account;
    readonly subject: ValueSubject;
  },
): Promise<Coupon> {
  const { customerId, amount, from, subject } = input;
  const validUntil = after(ctx.now, campaignsSettings.of(ctx.shop).valueCouponDays * DAY_MS);
  const definition = await ensureValueDefinition(tx, ctx);
  const coupon = makeCoupon(ctx, definition, {
    customerId,
    amount,
    validUntil,
    expireDueAt: validUntil,
    fromType: subject.type,
    fromId: subject.id,
  });
  await insertCoupon(tx, coupon);
  await post(tx, ctx, {
    kind: 'coupon_promise_issued',
    subject: coupon.id,
    legs: [debit(from, amount), credit(couponPromisesOf(customerId), amount)],
  });
  await tell(tx, ctx, couponEvents.issued, [coupon]);
  return coupon;
}

/**
 * Keeps a value for a payment that is on its way, at most the amount: of any number who want it, one gets it, and for one subject it is
 * held once, however many attempts there are. What is left of it is a coupon of its own, with a code of its own and the same end: 2.00 of
 * 6.00 are a held one of 2.00 and an open one of 4.00. The books do not move yet. Refusal: coupon_not_usable.
 */
export async function holdValueCoupon(
  tx: Tx,
  ctx: Ctx,
  use: {
    readonly code: string;
    readonly customerId: string;
    readonly forSubject: ValueSubject;
    readonly amount: bigint;
  },
): Promise<Coupon> {
  const open = await lockUsable(tx, ctx, { ...use, code: normaliseCode(use.code) ?? '' });
  if (!open || open.amount === null || use.amount <= 0n)
    throw couponErrors.coupon_not_usable(undefined, { pointer: '/couponCode' });
  if (open.held > 0) return open;
  const amount = minOf(open.amount, use.amount);
  const held = await writeHold(tx, ctx, open, { ...use, amount });
  const rest = open.amount - amount;
  const rests = rest > 0n ? [restOf(ctx, open, rest, open.validUntil)] : [];
  for (const coupon of rests) await insertCoupon(tx, coupon);
  await tell(tx, ctx, couponEvents.held, [held]);
  await tell(tx, ctx, couponEvents.issued, rests);
  return held;
}

/** What is held for a subject. */
export const heldValueCoupons = (tx: Tx, ctx: Ctx, forSubject: ValueSubject): Promise<Coupon[]> =>
  listHeldFor(tx, ctx, forSubject);

/** Lets go of what is held for a subject that needs it no more, with the time that each coupon had left. */
export const releaseValueCoupons = async (tx: Tx, ctx: Ctx, forSubject: ValueSubject): Promise<void> =>
  tell(tx, ctx, couponEvents.returned, await writeReleases(tx, ctx, forSubject));

/** A payment took exactly what is held: the caller has posted it. Refusal: coupon_not_usable. */
export async function useValueCoupon(tx: Tx, ctx: Ctx, use: ValueUse): Promise<Coupon> {
  const used = await writeUse(tx, ctx, use);
  if (!used) throw couponErrors.coupon_not_usable(undefined, { pointer: '/couponCode' });
  await tell(tx, ctx, couponEvents.used, [used]);
  return used;
}

/**
 * A refund gave back what a payment took, or a part of it: the caller has posted it. All of it opens the coupon again, with the time that
 * it had left; a part is a coupon of its own, with the same time. Returns the one that is open again.
 */
export async function returnValueCoupon(tx: Tx, ctx: Ctx, what: ValueUse): Promise<Coupon> {
  const returned = (await writeReturn(tx, ctx, what)) ?? (await returnPart(tx, ctx, what));
  await tell(tx, ctx, couponEvents.returned, [returned]);
  return returned;
}

async function returnPart(tx: Tx, ctx: Ctx, what: ValueUse): Promise<Coupon> {
  const left = await writePartReturn(tx, ctx, what);
  if (!left?.takenAt || !left.validUntil)
    throw new Error(`the coupon ${what.id} is not used with ${what.amount}`);
  const validUntil = after(left.validUntil, ctx.now.getTime() - left.takenAt.getTime());
  const part = restOf(ctx, left, what.amount, validUntil);
  await insertCoupon(tx, part);
  return part;
}

/** What of a coupon is not used, as one of its own. */
const restOf = (ctx: Ctx, of: Coupon, amount: bigint, validUntil: Date | null): Coupon => ({
  ...of,
  ...OPEN,
  id: newId(),
  code: newCode(''),
  restOfId: of.id,
  amount,
  validUntil,
  expireDueAt: validUntil,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});
const OPEN = { held: 0, used: 0, takenForType: null, takenForId: null, takenAt: null } as const;

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof couponEvents.issued.data>,
  told: readonly Coupon[],
): Promise<void> =>
  appendEvents(
    tx,
    ctx,
    told.map((coupon) => couponEvent(ctx, kind, coupon, subjectOf(coupon))),
  );

const subjectOf = ({ takenForType: type, takenForId: id }: Coupon): ValueSubject | undefined =>
  type === null || id === null ? undefined : { type, id };
