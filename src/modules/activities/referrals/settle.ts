import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { formatOf } from '../formats.ts';
import { countSource, recountSource } from '../participants/count.ts';
import { listCountsOf } from '../participants/repository.ts';
import type { WholeActivity } from '../repository.ts';
import type { Participant } from '../tables.ts';
import { referralEvent } from './events.ts';
import { listPurchases } from './purchase-repository.ts';
import { countRewarded, decideStanding } from './referral-rules.ts';
import { getReferral, rankReferrals, updateReferral } from './repository.ts';
import type { Referral } from './tables.ts';

/** For so long after an activity it is still heard of what was bought before its end. */
export const GRACE_MS = HOUR_MS;

/**
 * Building block: brings a friend to where what they bought says they are; the participant and the referral are locked. Done again, it
 * changes nothing.
 */
export async function settleReferral(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  participant: Participant,
  referral: Referral,
): Promise<void> {
  const { endedAt } = whole.row;
  const closesAt = endedAt === null ? null : after(endedAt, GRACE_MS);
  if (referral.claimedAt === null) {
    if (referral.state === 'invited' && closesAt !== null && closesAt <= ctx.now)
      await move(tx, ctx, referral, { state: 'expired', dueAt: null });
    return;
  }
  const purchases = await listPurchases(tx, ctx.shop.id, referral.id);
  const standing = decideStanding(purchases, { state: referral.state, closesAt, now: ctx.now });
  const isQualified = standing.state === 'qualified';
  // Who is rewarded is qualified, and stays so here.
  const state = isQualified && referral.state === 'rewarded' ? 'rewarded' : standing.state;
  const qualifiedAt = isQualified ? (referral.qualifiedAt ?? ctx.now) : null;
  if (state !== referral.state || standing.dueAt?.getTime() !== referral.dueAt?.getTime())
    await move(tx, ctx, referral, { state, dueAt: standing.dueAt, qualifiedAt });
  await countFriend(tx, ctx, whole, participant, referral.id, isQualified ? 1 : 0);
}

async function move(tx: Tx, ctx: Ctx, referral: Referral, changes: Partial<Referral>): Promise<Referral> {
  const moved = await updateReferral(tx, referral, { ...changes, updatedAt: ctx.now });
  if (moved.state !== referral.state) await appendEvents(tx, ctx, [referralEvent(ctx, moved)]);
  return moved;
}

/** Building block: counts a friend for a participant, who is locked, or no more. */
async function countFriend(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  participant: Participant,
  id: string,
  units: 0 | 1,
): Promise<void> {
  const [count] = await listCountsOf(tx, ctx.shop.id, { sourceType: 'referral', sourceId: id });
  if (!count && units === 0) return;
  const counted = count
    ? await recountSource(tx, ctx, whole, participant, count, { units, amount: 0n })
    : await countSource(tx, ctx, whole, participant, { type: 'referral', id, amount: 0n }, units);
  await rankFriends(tx, ctx, whole, counted);
}

/** Building block: says for which of their friends a participant, who is locked, is rewarded: the first ones. */
export async function rankFriends(
  tx: Tx,
  ctx: Ctx,
  { row, rule }: WholeActivity,
  { id, progress }: Participant,
): Promise<void> {
  const rewarded = countRewarded(formatOf(row.type).stepsOf?.(rule.format) ?? [], progress);
  for (const one of await rankReferrals(tx, ctx.shop.id, id, { rewarded, now: ctx.now }))
    await appendEvents(tx, ctx, [referralEvent(ctx, await getReferral(tx, ctx.shop.id, one))]);
}

/** Building block: a friend counts no more, whatever they bought. The participant and the referral are locked. */
export async function cancelLocked(
  tx: Tx,
  ctx: Ctx,
  whole: WholeActivity,
  participant: Participant,
  referral: Referral,
  changes: Pick<Referral, 'cancelReason'> & Partial<Pick<Referral, 'referredCustomerId'>>,
): Promise<Referral> {
  const cancelled = await move(tx, ctx, referral, {
    ...changes,
    state: 'cancelled',
    dueAt: null,
    qualifiedAt: null,
  });
  await countFriend(tx, ctx, whole, participant, referral.id, 0);
  return cancelled;
}
