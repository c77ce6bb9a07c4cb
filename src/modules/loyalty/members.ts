import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { holdCustomer, holdKnownCustomer } from '../customers/standing.ts';
import { NO_BIRTHDAY } from './birthday-rules.ts';
import { loyaltyErrors } from './errors.ts';
import { memberEvents } from './events.ts';
import { followDays } from './day-change.ts';
import { grantPoints } from './grant.ts';
import { lapsePoints } from './lapse.ts';
import { readPointBalances } from './lot-repository.ts';
import {
  findMember,
  insertMember,
  listMemberRows,
  lockMember,
  type MemberQuery,
  updateMember,
} from './member-repository.ts';
import { ownIdOf } from './points.ts';
import { requireProgramme } from './programme.ts';
import { findProgramme } from './programme-repository.ts';
import { followTiers } from './tiers/follow.ts';
import { NO_TIER } from './tiers/rules.ts';
import type { LoyaltyMember, LoyaltyProgramme } from './tables.ts';

/** A member with what they have at this moment. */
export type MemberView = Pick<
  LoyaltyMember,
  'customerId' | 'debtPoints' | 'tierKey' | 'birthday' | 'enrolledAt' | 'leftAt' | 'version' | 'updatedAt'
> & {
  readonly activePoints: bigint;
  readonly pendingPoints: bigint;
};

/**
 * Lets a customer take part in the loyalty programme, also one who had left; points for signing up are given once. Who takes part already
 * stays as they are. Refusals: loyalty_programme_missing, customer_not_found, customer_merged, customer_erased.
 */
export function enrolMember(ctx: Ctx, customerId: string): Promise<{ member: MemberView; isNew: boolean }> {
  return inTransaction(ctx, async (tx) => {
    await holdCustomer(tx, ctx.shop.id, customerId);
    const programme = await requireProgramme(tx, ctx.shop.id);
    const isNew = await insertMember(tx, newMember(ctx, customerId, programme));
    const known = await bringToNow(tx, ctx, await lockKnown(tx, ctx, customerId));
    if (!isNew && !known.leftAt) return { member: await viewOf(tx, ctx, known), isNew };
    const member = isNew
      ? known
      : await updateMember(tx, known, { enrolledAt: ctx.now, leftAt: null, updatedAt: ctx.now });
    await appendEvents(tx, ctx, [eventRow(ctx, memberEvents.enrolled, customerId, { isReturning: !isNew })]);
    const points = BigInt(programme.rule.signUpPoints);
    if (isNew && points > 0n)
      await grantPoints(tx, ctx, member, programme, { points, source: 'sign_up', sourceKey: customerId });
    return { member: await viewOf(tx, ctx, await lockKnown(tx, ctx, customerId)), isNew };
  });
}

const newMember = (ctx: Ctx, customerId: string, { rule, version }: LoyaltyProgramme): LoyaltyMember => ({
  shopId: ctx.shop.id,
  customerId,
  activePoints: 0n,
  pendingPoints: 0n,
  debtPoints: 0n,
  ...NO_TIER,
  tierVersion: version,
  // The lowest tier may begin with nothing.
  tierDueAt: rule.tiers.length > 0 ? ctx.now : null,
  movementCount: 0,
  enrolledAt: ctx.now,
  leftAt: null,
  dueAt: null,
  ...NO_BIRTHDAY,
  version: 1,
  updatedAt: ctx.now,
});

async function lockKnown(tx: Tx, ctx: Ctx, customerId: string): Promise<LoyaltyMember> {
  const member = await lockMember(tx, ctx.shop.id, customerId);
  if (!member) throw platformErrors.not_found();
  return member;
}

/**
 * Building block: locks a member and brings their points to now. The caller holds the customer, or has locked what a merge moves before
 * members. Refusals: not_found, member_left.
 */
export async function holdMember(tx: Tx, ctx: Ctx, customerId: string): Promise<LoyaltyMember> {
  const member = await lockKnown(tx, ctx, customerId);
  if (member.leftAt) throw loyaltyErrors.member_left();
  return bringToNow(tx, ctx, member);
}

/** Building block: brings the points and then the tier of a locked member to now. */
export async function bringToNow(tx: Tx, ctx: Ctx, member: LoyaltyMember): Promise<LoyaltyMember> {
  const isDue = (at: Date | null) => at !== null && at <= ctx.now;
  if (!isDue(member.dueAt) && !isDue(member.tierDueAt)) return member;
  if (isDue(member.dueAt)) await followDays(tx, ctx, [member.customerId]);
  if (isDue(member.tierDueAt)) await followTiers(tx, ctx, [member.customerId]);
  return lockKnown(tx, ctx, member.customerId);
}

/**
 * A member leaves: what is left of their points lapses. Who has left already stays as they are. Refusals: not_found, customer_merged.
 */
export function leaveProgramme(ctx: Ctx, customerId: string): Promise<MemberView> {
  return inTransaction(ctx, async (tx) => {
    await holdKnownCustomer(tx, ctx.shop.id, customerId);
    const known = await lockKnown(tx, ctx, customerId);
    if (known.leftAt) return viewOf(tx, ctx, known);
    const { member, points } = await lapsePoints(tx, ctx, await holdMember(tx, ctx, customerId));
    const left = await updateMember(tx, member, { ...NO_BIRTHDAY, leftAt: ctx.now, updatedAt: ctx.now });
    const data = { points: Number(points) };
    await appendEvents(tx, ctx, [eventRow(ctx, memberEvents.left, customerId, data)]);
    return viewOf(tx, ctx, left);
  });
}

/** Building block: a member with what they have now. */
export async function viewOf(on: Ctx['db'] | Tx, ctx: Ctx, member: LoyaltyMember): Promise<MemberView> {
  return { ...member, ...(await readPointBalances(on, ctx.shop.id, member.customerId, ctx.now)) };
}

/** A member with what they have now. Refusal: not_found. */
export async function readMember(ctx: Ctx, customerId: string): Promise<MemberView> {
  const member = await findMember(ctx.db, ctx.shop.id, customerId);
  if (!member) throw platformErrors.not_found();
  return viewOf(ctx.db, ctx, member);
}

/** The programme of the shop, and the customer who calls as far as they are in it. */
export interface OwnLoyalty {
  readonly programme: LoyaltyProgramme | undefined;
  readonly member: MemberView | undefined;
}

/** What the customer who calls has. */
export async function readOwnLoyalty(ctx: Ctx): Promise<OwnLoyalty> {
  const [programme, member] = await Promise.all([
    findProgramme(ctx.db, ctx.shop.id),
    findMember(ctx.db, ctx.shop.id, ownIdOf(ctx)),
  ]);
  return { programme, member: member && (await viewOf(ctx.db, ctx, member)) };
}

/** Members, newest first, or since a moment in the order of their changes; with what they had when their points last moved. */
export const listMembers = (ctx: Ctx, query: MemberQuery): Promise<Page<LoyaltyMember>> =>
  listMemberRows(ctx.db, ctx.shop.id, query);
