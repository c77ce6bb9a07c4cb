import { preparedSql } from '../../platform/db/prepared.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { oweReached } from './participants/count.ts';
import { participantRowsOf, rewardRowsOf } from './personal-data-repository.ts';
import { presentParticipant, presentReward } from './participants/schemas.ts';

// What joined under both is one participation: what was counted is counted for the survivor, and what the duplicate earned by the same thing
// stays with what it was.
const moveRows = preparedSql<{ moved: number }>(
  'move_participants',
  `with pairs as (
     select d.id as duplicate_id, d.progress, d.used, s.id as survivor_id, s.activity_id
     from participants d join participants s
       on s.shop_id = d.shop_id and s.activity_id = d.activity_id and s.customer_id = $3::uuid and s.absorbed_at is null
     where d.shop_id = $1 and d.customer_id = $2::uuid and d.absorbed_at is null
   ), counts as (
     update participant_counts c set participant_id = p.survivor_id from pairs p
     where c.shop_id = $1 and c.participant_id = p.duplicate_id returning 1
   ), rewards as (
     update activity_rewards r set customer_id = $3::uuid, version = r.version + 1, updated_at = $4,
       participant_id = coalesce((select p.survivor_id from pairs p where p.duplicate_id = r.participant_id
         and not exists (select 1 from activity_rewards o where o.shop_id = $1 and o.participant_id = p.survivor_id
           and o.earned_by = r.earned_by)), r.participant_id)
     where r.shop_id = $1 and r.customer_id = $2::uuid returning 1
   ), survivors as (
     update participants s set progress = s.progress + p.progress, used = s.used + p.used, version = s.version + 1, updated_at = $4
     from pairs p where s.shop_id = $1 and s.id = p.survivor_id returning 1
   ), moved as (
     update participants d set customer_id = $3::uuid, version = d.version + 1, updated_at = $4,
       absorbed_at = case when p.duplicate_id is null then d.absorbed_at else $4 end,
       progress = case when p.duplicate_id is null then d.progress else 0 end,
       used = case when p.duplicate_id is null then d.used else 0 end
     from participants own left join pairs p on p.duplicate_id = own.id
     where d.shop_id = $1 and own.shop_id = $1 and own.id = d.id and d.customer_id = $2::uuid returning 1
   )
   select ((select count(*) from moved) + (select count(*) from rewards))::int as moved`,
);

// By participants_customer_idx.
const listAbsorbing = (tx: Tx, shopId: string, customerId: string) =>
  selectAbsorbing(tx, [shopId, customerId]);
const selectAbsorbing = preparedSql<{ id: string }>(
  'select_absorbing_participants',
  `select s.id from participants s where s.shop_id = $1 and s.customer_id = $2::uuid and s.absorbed_at is null
     and exists (select 1 from participants d where d.shop_id = $1 and d.customer_id = $2::uuid
       and d.activity_id = s.activity_id and d.absorbed_at is not null) order by s.id`,
);

/**
 * In what a customer takes part, and what they earned. It stays under the id that an erasure leaves, because others helped, and what was
 * given is in the books of the modules that gave it; what is owed and not given yet is withdrawn by the sweep, because nobody is there.
 */
export const activityPersonalData: PersonalDataSection = {
  name: 'activities',
  async export(on, ctx, customerId) {
    const joined = await participantRowsOf(on, ctx.shop.id, customerId);
    const earned = await rewardRowsOf(on, ctx.shop.id, customerId);
    return [
      ...joined.map((row) => ({ what: 'participant', ...presentParticipant(row) })),
      ...earned.map((row) => ({ what: 'reward', ...presentReward(row) })),
    ];
  },
  erase: async () => ({ kept: [] }),
};

/** What a duplicate takes part in, the survivor does. What both reach together is earned. */
export const activityCustomerMove: CustomerMove = {
  name: 'activities',
  async move(tx, ctx, from, to) {
    const moved = (await moveRows(tx, [ctx.shop.id, from, to, ctx.now]))[0]?.moved ?? 0;
    for (const { id } of await listAbsorbing(tx, ctx.shop.id, to)) await oweReached(tx, ctx, id);
    return moved;
  },
};
