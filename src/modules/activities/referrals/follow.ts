import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { FeedEvent, Subscriber } from '../../../platform/events/dispatcher.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { after } from '../../../platform/time.ts';
import { holdSurvivor } from '../../customers/standing.ts';
import { afterWholeDays } from '../../loyalty/expiry-rules.ts';
import { readBought } from '../../orders/bought.ts';
import { orderEvents } from '../../orders/events.ts';
import { cardEvents } from '../../wallets/cards/events.ts';
import { readLoaded } from '../../wallets/cards/loaded.ts';
import { activityEvents } from '../events.ts';
import { lockParticipant } from '../participants/repository.ts';
import { getActivity, listActivitiesAt } from '../repository.ts';
import { keepPurchase, listPurchases } from './purchase-repository.ts';
import { closeReferrals, listDueReferrals, listReferralsOf, lockReferral } from './repository.ts';
import { GRACE_MS, settleReferral } from './settle.ts';
import { referrals, type ReferralPurchase } from './tables.ts';

/** What a friend bought or loaded, as it is now. */
interface Purchase extends Pick<ReferralPurchase, 'sourceType' | 'sourceId'> {
  readonly customerId: string;
  readonly at: Date;
  /** Minor units. */
  readonly amount: bigint;
}

/** Looks at a purchase for whoever brought its customer, in every activity in which somebody did. */
async function followPurchase(tx: Tx, ctx: Ctx, purchase: Purchase): Promise<void> {
  const customerId = await holdSurvivor(tx, ctx.shop.id, purchase.customerId);
  if (customerId === undefined) return;
  const of = (await listReferralsOf(tx, ctx.shop.id, customerId)).filter(
    ({ state }) => state !== 'cancelled',
  );
  if (of.length === 0) return;
  const running = await listActivitiesAt(tx, ctx.shop.id, purchase.at);
  for (const { id, activityId, participantId } of of) {
    const whole = await getActivity(tx, ctx.shop.id, activityId);
    const { format } = whole.rule;
    const participant = await lockParticipant(tx, ctx.shop.id, participantId);
    const referral = await lockReferral(tx, ctx.shop.id, id);
    if (format.type !== 'referral' || referral.claimedAt === null) continue;
    const known = (await listPurchases(tx, ctx.shop.id, id)).find(
      ({ sourceId }) => sourceId === purchase.sourceId,
    );
    // What was bought before they came, or while the activity did not run, is none of it.
    if (!known && (purchase.at < referral.claimedAt || running.every(({ row }) => row.id !== activityId)))
      continue;
    const from = purchase.sourceType === 'order' ? format.fromOrderAmount : format.fromLoadedAmount;
    await keepPurchase(tx, {
      shopId: ctx.shop.id,
      referralId: id,
      sourceType: purchase.sourceType,
      sourceId: purchase.sourceId,
      purchaseAmount: purchase.amount,
      qualifies: from !== null && purchase.amount >= BigInt(from),
      returnableUntil: afterWholeDays(ctx.shop.timezone, purchase.at, format.returnDays),
      boughtAt: purchase.at,
    });
    await settleReferral(tx, ctx, whole, participant, referral);
  }
}

async function followOrder(tx: Tx, ctx: Ctx, { subject_id: sourceId }: FeedEvent): Promise<void> {
  const { customerId, paidAt: at, goodsAmount: amount } = await readBought(tx, ctx.shop.id, sourceId);
  if (customerId !== null && at !== null)
    await followPurchase(tx, ctx, { sourceType: 'order', sourceId, customerId, at, amount });
}

async function followCard(tx: Tx, ctx: Ctx, { subject_id: cardId }: FeedEvent): Promise<void> {
  const { customerId, loads } = await readLoaded(tx, ctx.shop.id, cardId);
  if (customerId === null) return;
  for (const { loadId: sourceId, loadedAt: at, amount } of loads)
    await followPurchase(tx, ctx, { sourceType: 'card_load', sourceId, customerId, at, amount });
}

/** What friends buy and load qualifies them, once it cannot be returned. */
export const referralSubscribers: readonly Subscriber[] = [
  {
    name: 'activities.referrals.orders',
    events: [orderEvents.paid, orderEvents.edited, orderEvents.cancelled],
    handle: followOrder,
  },
  {
    name: 'activities.referrals.cards',
    events: [cardEvents.loaded, cardEvents.closed],
    handle: followCard,
  },
  {
    name: 'activities.referrals',
    events: [activityEvents.ended],
    handle: (tx, ctx, { subject_id: activityId, occurred_at: endedAt }) =>
      closeReferrals(tx, ctx.shop.id, activityId, { dueAt: after(endedAt, GRACE_MS), now: ctx.now }),
  },
];

const BATCH = 50;

async function settleDue(ctx: Ctx): Promise<number> {
  const due = await listDueReferrals(ctx.db, ctx.shop.id, ctx.now, BATCH);
  for (const { id, participant_id } of due)
    await inTransaction(ctx, async (tx) => {
      const participant = await lockParticipant(tx, ctx.shop.id, participant_id);
      const referral = await lockReferral(tx, ctx.shop.id, id);
      const whole = await getActivity(tx, ctx.shop.id, referral.activityId);
      if (referral.dueAt !== null && referral.dueAt <= ctx.now)
        await settleReferral(tx, ctx, whole, participant, referral);
    });
  return due.length;
}

export const referralSweep: Sweep = { name: 'activities.referrals', due: referrals.dueAt, run: settleDue };
