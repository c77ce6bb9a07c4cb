import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { dayIn } from '../../../platform/days.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { hasBought } from '../../orders/bought.ts';
import { hasLoaded } from '../../wallets/cards/loaded.ts';
import { activityErrors } from '../errors.ts';
import { requireRunning, requireShared } from '../open.ts';
import { fingerprintsOf, fingerprintsOfProfile, type Identifier } from '../participants/identifiers.ts';
import { listParticipantsWith } from '../participants/identifier-repository.ts';
import { lockParticipant } from '../participants/repository.ts';
import { getActivity, holdActivity, type WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { countFriends, findCode, isAbove, keepFriend, lockClaims } from './claim-repository.ts';
import { referralErrors } from './errors.ts';
import { referralEvent } from './events.ts';
import {
  findInvitation,
  insertReferral,
  listReferralsOf,
  lockReferral,
  updateReferral,
} from './repository.ts';
import type { Referral } from './tables.ts';

export interface ClaimInput {
  /** The friend. */
  readonly customerId: string;
  readonly code: string;
  readonly channel: string;
  readonly identifiers?: readonly Identifier[];
}

/** A friend who claims, and by whom they were brought. */
interface Visit extends ClaimInput {
  readonly whole: WholeActivity;
  readonly owner: Participant;
  /** Where the code is that of a personal invitation. */
  readonly invitation: Referral | undefined;
  readonly fingerprints: readonly string[];
}

/**
 * A friend says who brought them: before they buy for the first time, and once. Refusals: not_found, those of customers, activity_other_type,
 * activity_not_running, activity_channel_closed, activity_sharing_forbidden, referral_code_unknown, referral_code_used, referral_own,
 * referral_existing_customer, referral_repeated, referral_circular, referral_same_person, referral_limit_reached,
 * referral_day_limit_reached.
 */
export function claimReferral(ctx: Ctx, activityId: string, input: ClaimInput): Promise<Referral> {
  return inTransaction(ctx, async (tx) => {
    await getActivity(tx, ctx.shop.id, activityId);
    await holdCustomer(tx, ctx.shop.id, input.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    if (whole.rule.format.type !== 'referral') throw activityErrors.activity_other_type();
    requireRunning(whole, ctx.now);
    requireShared(ctx, whole, input.channel);
    await lockClaims(tx, ctx.shop.id, activityId);
    const visit = await readVisit(tx, ctx, whole, input);
    await checkFriend(tx, ctx, visit);
    await checkLimits(tx, ctx, visit);
    const claimed = await takeFriend(tx, ctx, visit);
    if (!(await keepFriend(tx, claimed, visit.fingerprints))) throw referralErrors.referral_same_person();
    await appendEvents(tx, ctx, [referralEvent(ctx, claimed)]);
    return claimed;
  });
}

async function readVisit(tx: Tx, ctx: Ctx, whole: WholeActivity, input: ClaimInput): Promise<Visit> {
  const { id: activityId } = whole.row;
  const invitation = await findInvitation(tx, ctx.shop.id, input.code);
  const found = invitation ?? (await findCode(tx, ctx.shop.id, input.code));
  if (found?.activityId !== activityId)
    throw referralErrors.referral_code_unknown(undefined, { pointer: '/code' });
  const owner = await lockParticipant(tx, ctx.shop.id, found.participantId);
  const locked = invitation && (await lockReferral(tx, ctx.shop.id, invitation.id));
  if (locked && locked.state !== 'invited')
    throw referralErrors.referral_code_used(`It is ${locked.state}.`, { pointer: '/code' });
  const named = fingerprintsOf(ctx, activityId, input.identifiers ?? []);
  const known = await fingerprintsOfProfile(tx, ctx, activityId, input.customerId);
  const fingerprints = [...new Set([...named, ...known])].toSorted((a, b) => (a < b ? -1 : 1));
  return { ...input, whole, owner, invitation: locked, fingerprints };
}

/** Who they are: somebody else than who brought them, new, and brought by nobody else. */
async function checkFriend(tx: Tx, ctx: Ctx, visit: Visit): Promise<void> {
  const { whole, owner, customerId, fingerprints } = visit;
  const { id: activityId } = whole.row;
  const alike = await listParticipantsWith(tx, ctx.shop.id, activityId, fingerprints);
  const own = await fingerprintsOfProfile(tx, ctx, activityId, owner.customerId);
  const isOwner =
    owner.customerId === customerId ||
    alike.some((one) => one.customerId === owner.customerId) ||
    own.some((one) => fingerprints.includes(one));
  if (isOwner) throw referralErrors.referral_own();
  const before = await listReferralsOf(tx, ctx.shop.id, customerId);
  if (before.some((one) => one.activityId === activityId)) throw referralErrors.referral_repeated();
  const place = { shopId: ctx.shop.id, activityId, participantId: owner.id };
  if (await isAbove(tx, place, customerId)) throw referralErrors.referral_circular();
  if ((await hasBought(tx, ctx.shop.id, customerId)) || (await hasLoaded(tx, ctx.shop.id, customerId)))
    throw referralErrors.referral_existing_customer();
}

/** Building block: refuses one friend too many of a participant, who is locked. */
export async function checkLimits(
  tx: Tx,
  ctx: Ctx,
  { whole: { rule }, owner, invitation }: Pick<Visit, 'whole' | 'owner' | 'invitation'>,
): Promise<void> {
  if (rule.format.type !== 'referral') throw activityErrors.activity_other_type();
  const { friendsLimit, friendsPerDay } = rule.format;
  const { friends, today } = await countFriends(tx, ctx.shop.id, owner.id, dayIn(ctx.shop.timezone, ctx.now));
  if (friendsLimit !== null && friends >= friendsLimit) throw referralErrors.referral_limit_reached();
  // An invitation counted on the day on which it was made.
  if (!invitation && today >= friendsPerDay) throw referralErrors.referral_day_limit_reached();
}

function takeFriend(tx: Tx, ctx: Ctx, visit: Visit): Promise<Referral> {
  const claim = {
    state: 'claimed',
    referredCustomerId: visit.customerId,
    channel: visit.channel,
    claimedAt: ctx.now,
    updatedAt: ctx.now,
  } as const;
  return visit.invitation
    ? updateReferral(tx, visit.invitation, claim)
    : keepNew(tx, { ...newReferral(ctx, visit.owner), ...claim });
}

/** Building block: writes a referral that nobody has seen yet. */
export async function keepNew(tx: Tx, referral: Referral): Promise<Referral> {
  await insertReferral(tx, referral);
  return referral;
}

/** A friend of a participant of whom nothing is known yet. */
export const newReferral = (ctx: Ctx, { id, activityId }: Participant): Referral => ({
  shopId: ctx.shop.id,
  id: newId(),
  activityId,
  participantId: id,
  state: 'invited',
  code: null,
  referredCustomerId: null,
  channel: null,
  day: dayIn(ctx.shop.timezone, ctx.now),
  dueAt: null,
  claimedAt: null,
  qualifiedAt: null,
  cancelReason: null,
  version: 1,
  createdAt: ctx.now,
  updatedAt: ctx.now,
});
