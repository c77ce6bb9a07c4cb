import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';
import { lockParticipant } from '../participants/repository.ts';
import { getActivity } from '../repository.ts';
import { getReferral, listReferralsOf, lockReferral } from './repository.ts';
import { cancelLocked, rankFriends } from './settle.ts';
import type { Referral } from './tables.ts';

// Along participants_customer_idx and referrals_participant_idx.
const selectBrought = preparedSql<{ id: string; activity_id: string; state: string; created_at: Date }>(
  'select_referrals_brought',
  `select r.id, r.activity_id, r.state, r.created_at from participants p
     join referrals r on r.shop_id = p.shop_id and r.participant_id = p.id
   where p.shop_id = $1 and p.customer_id = $2 order by r.id`,
);
const eraseFingerprints = preparedSql(
  'erase_referral_identifiers',
  `delete from referral_identifiers i using referrals r
   where r.shop_id = $1 and r.referred_customer_id = $2 and i.shop_id = $1 and i.referral_id = r.id`,
);
const eraseCodes = preparedSql(
  'erase_referral_codes',
  `delete from referral_codes c using participants p
   where p.shop_id = $1 and p.customer_id = $2 and c.shop_id = $1 and c.participant_id = p.id`,
);

/**
 * By whom a customer was brought, and how many they brought. It stays under the id that an erasure leaves, because others were rewarded for
 * it; what told them apart goes, and their codes lead nowhere.
 */
export const referralPersonalData: PersonalDataSection = {
  name: 'referrals',
  async export(on, ctx, customerId) {
    const brought = await selectBrought(on, [ctx.shop.id, customerId]);
    const own = await listReferralsOf(on, ctx.shop.id, customerId);
    return [
      ...own.map(({ id, activityId, state, channel, claimedAt }) => ({
        what: 'brought by somebody',
        id,
        activityId,
        state,
        channel,
        claimedAt: claimedAt?.toISOString() ?? null,
      })),
      ...brought.map((row) => ({
        what: 'brought a friend',
        id: row.id,
        activityId: row.activity_id,
        state: row.state,
        createdAt: row.created_at.toISOString(),
      })),
    ];
  },
  async erase(tx, ctx, customerId) {
    await eraseFingerprints(tx, [ctx.shop.id, customerId]);
    await eraseCodes(tx, [ctx.shop.id, customerId]);
    return { kept: [] };
  },
};

// After the participations: what one of them became a part of has the friends of both.
const moveFriends = preparedSql(
  'move_referrals_brought',
  `with pairs as (
     select d.id as absorbed_id, s.id as survivor_id from participants d join participants s
       on s.shop_id = d.shop_id and s.activity_id = d.activity_id and s.customer_id = d.customer_id and s.absorbed_at is null
     where d.shop_id = $1 and d.customer_id = $2::uuid and d.absorbed_at is not null
   ), codes as (
     update referral_codes c set participant_id = p.survivor_id from pairs p
     where c.shop_id = $1 and c.participant_id = p.absorbed_id
   )
   update referrals r set participant_id = p.survivor_id, version = r.version + 1, updated_at = $3 from pairs p
   where r.shop_id = $1 and r.participant_id = p.absorbed_id`,
);
const moveReferred = preparedSql<{ id: string }>(
  'move_referrals_referred',
  `update referrals set referred_customer_id = $3::uuid, version = version + 1, updated_at = $4
   where shop_id = $1 and referred_customer_id = $2::uuid returning id`,
);
const selectOwn = preparedSql<{ id: string }>(
  'select_referrals_of_oneself',
  `select r.id from participants p join referrals r on r.shop_id = $1 and r.participant_id = p.id
   where p.shop_id = $1 and p.customer_id = $2::uuid and r.referred_customer_id = p.customer_id and r.state <> 'cancelled' order by r.id`,
);
const selectParticipants = preparedSql<{ id: string }>(
  'select_referrers_of_customer',
  `select p.id from participants p join activities a on a.shop_id = $1 and a.id = p.activity_id and a.type = 'referral'
   where p.shop_id = $1 and p.customer_id = $2::uuid and p.absorbed_at is null order by p.id`,
);

async function cancel(tx: Tx, ctx: Ctx, id: string, changes: Partial<Referral>, why: string): Promise<void> {
  const { activityId, participantId } = await getReferral(tx, ctx.shop.id, id);
  const whole = await getActivity(tx, ctx.shop.id, activityId);
  const participant = await lockParticipant(tx, ctx.shop.id, participantId);
  const referral = await lockReferral(tx, ctx.shop.id, id);
  const cancelReason = referral.cancelReason ?? why;
  await cancelLocked(tx, ctx, whole, participant, referral, { ...changes, cancelReason });
}

/**
 * The friends of a duplicate are the survivor’s, and who brought it brought them. Who was brought under both names was brought once, by who
 * brought the survivor; and nobody who turns out to be one person brought themselves.
 */
export const referralCustomerMove: CustomerMove = {
  name: 'referrals',
  async move(tx, ctx, from, to) {
    await moveFriends(tx, [ctx.shop.id, to, ctx.now]);
    const kept = new Set((await listReferralsOf(tx, ctx.shop.id, to)).map(({ activityId }) => activityId));
    for (const { id, activityId } of await listReferralsOf(tx, ctx.shop.id, from))
      if (kept.has(activityId))
        await cancel(tx, ctx, id, { referredCustomerId: null }, 'The same customer was brought already.');
    const moved = await moveReferred(tx, [ctx.shop.id, from, to, ctx.now]);
    for (const { id } of await selectOwn(tx, [ctx.shop.id, to]))
      await cancel(tx, ctx, id, {}, 'The friend is who brought them.');
    for (const { id } of await selectParticipants(tx, [ctx.shop.id, to])) {
      const participant = await lockParticipant(tx, ctx.shop.id, id);
      await rankFriends(tx, ctx, await getActivity(tx, ctx.shop.id, participant.activityId), participant);
    }
    return moved.length;
  },
};
