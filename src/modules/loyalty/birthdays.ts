import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { customersErrors } from '../customers/errors.ts';
import { holdKnownCustomer } from '../customers/standing.ts';
import { birthdayYear, NO_BIRTHDAY, nextBirthday } from './birthday-rules.ts';
import { loyaltyErrors } from './errors.ts';
import { grantPoints } from './grant.ts';
import { findLotBySource } from './lot-repository.ts';
import { lockDueBirthdays, updateMember } from './member-repository.ts';
import { bringToNow, holdMember, type MemberView, viewOf } from './members.ts';
import { ownIdOf } from './points.ts';
import { requireProgramme } from './programme.ts';
import { yearDayOf } from './programme-rules.ts';
import { type LoyaltyMember, type LoyaltyProgramme, loyaltyMembers } from './tables.ts';

/** So many members in one transaction: each is given points of their own. */
const BATCH = 100;

/**
 * Says when a member has their birthday, or that nobody knows. Points come from the next one on. Refusals: not_found, customer_merged,
 * customer_erased, member_left.
 */
export function setBirthday(ctx: Ctx, customerId: string, birthday: string | null): Promise<MemberView> {
  return inTransaction(ctx, async (tx) => write(tx, ctx, await hold(tx, ctx, customerId), birthday));
}

/** The customer who calls says it, once: who could move it would have one every week. Refusals: those above, birthday_known. */
export function setOwnBirthday(ctx: Ctx, birthday: string): Promise<MemberView> {
  return inTransaction(ctx, async (tx) => {
    const member = await hold(tx, ctx, ownIdOf(ctx));
    if (member.birthday !== null && member.birthday !== birthday) throw loyaltyErrors.birthday_known();
    return write(tx, ctx, member, birthday);
  });
}

async function hold(tx: Tx, ctx: Ctx, customerId: string): Promise<LoyaltyMember> {
  const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
  if (isErased) throw customersErrors.customer_erased();
  return holdMember(tx, ctx, customerId);
}

async function write(tx: Tx, ctx: Ctx, member: LoyaltyMember, birthday: string | null): Promise<MemberView> {
  if (member.birthday === birthday) return viewOf(tx, ctx, member);
  const said =
    birthday === null
      ? NO_BIRTHDAY
      : { birthday, birthdayDueAt: nextBirthday(ctx.shop.timezone, yearDayOf(birthday), ctx.now) };
  return viewOf(tx, ctx, await updateMember(tx, member, { ...said, updatedAt: ctx.now }));
}

/** Gives points to members whose birthday has begun. Returns how many members that were. */
const celebrate = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const due = await lockDueBirthdays(tx, ctx.shop.id, ctx.now, BATCH);
    if (due.length === 0) return 0;
    const programme = await requireProgramme(tx, ctx.shop.id);
    for (const member of due) await celebrateOne(tx, ctx, programme, member);
    return due.length;
  });

async function celebrateOne(
  tx: Tx,
  ctx: Ctx,
  programme: LoyaltyProgramme,
  locked: LoyaltyMember,
): Promise<void> {
  const { customerId, birthday, birthdayDueAt } = locked;
  if (birthday === null || birthdayDueAt === null) throw new Error(`${customerId} is due without a birthday`);
  const { timezone } = ctx.shop;
  let member = await bringToNow(tx, ctx, locked);
  // Who was away for years has each of their birthdays.
  const sourceKey = `${customerId}:${birthdayYear(timezone, birthdayDueAt)}`;
  const points = BigInt(programme.rule.birthdayPoints);
  const isGiven =
    points === 0n || (await findLotBySource(tx, ctx.shop.id, 'birthday', sourceKey)) !== undefined;
  if (!isGiven)
    ({ member } = await grantPoints(tx, ctx, member, programme, { points, source: 'birthday', sourceKey }));
  await updateMember(tx, member, {
    birthdayDueAt: nextBirthday(timezone, yearDayOf(birthday), birthdayDueAt),
    updatedAt: ctx.now,
  });
}

export const birthdaySweep: Sweep = {
  name: 'loyalty.birthdays',
  due: loyaltyMembers.birthdayDueAt,
  run: celebrate,
};
