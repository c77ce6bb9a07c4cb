import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';

// By helps_helper_idx.
const selectGiven = preparedSql<{ id: string; activity_id: string; channel: string; created_at: Date }>(
  'select_helps_given',
  `select id, activity_id, channel, created_at from helps where shop_id = $1 and helper_customer_id = $2 order by id`,
);
const eraseGiven = preparedSql(
  'erase_helps_given',
  `with given as (update helps set helper_customer_id = null where shop_id = $1 and helper_customer_id = $2 returning id)
   delete from help_identifiers i using given g where i.shop_id = $1 and i.help_id = g.id`,
);
const eraseOwn = preparedSql(
  'erase_participant_identifiers',
  `delete from participant_identifiers i using participants p
   where p.shop_id = $1 and p.customer_id = $2 and i.shop_id = $1 and i.participant_id = p.id`,
);

/** The likes that a customer gave. They go on counting; who gave them is forgotten. */
export const helpPersonalData: PersonalDataSection = {
  name: 'helps',
  export: async (on, ctx, customerId) =>
    (await selectGiven(on, [ctx.shop.id, customerId])).map((row) => ({
      id: row.id,
      activityId: row.activity_id,
      channel: row.channel,
      createdAt: row.created_at.toISOString(),
    })),
  async erase(tx, ctx, customerId) {
    await eraseGiven(tx, [ctx.shop.id, customerId]);
    await eraseOwn(tx, [ctx.shop.id, customerId]);
    return { kept: [] };
  },
};

const moveGiven = preparedSql<{ moved: number }>(
  'move_helps_given',
  `with moved as (update helps set helper_customer_id = $3 where shop_id = $1 and helper_customer_id = $2 returning 1)
   select count(*)::int as moved from moved`,
);
// What was collected under both is one collection from here on. Who helped both keeps the help of the survivor.
const moveCollected = preparedSql(
  'move_helps_collected',
  `with pairs as (
     select d.id as duplicate_id, s.id as survivor_id from participants d join participants s
       on s.shop_id = d.shop_id and s.activity_id = d.activity_id and s.customer_id = $3::uuid and s.absorbed_at is null
     where d.shop_id = $1 and d.customer_id = $2::uuid and d.absorbed_at is null
   ), identified as (
     update help_identifiers i set participant_id = p.survivor_id from pairs p
     where i.shop_id = $1 and i.participant_id = p.duplicate_id and not exists (select 1 from help_identifiers o
       where o.shop_id = $1 and o.participant_id = p.survivor_id and o.fingerprint = i.fingerprint) returning 1
   ), told as (
     insert into participant_identifiers (shop_id, activity_id, participant_id, fingerprint)
     select i.shop_id, i.activity_id, p.survivor_id, i.fingerprint from participant_identifiers i
       join pairs p on i.shop_id = $1 and i.participant_id = p.duplicate_id on conflict do nothing
   )
   update helps h set participant_id = p.survivor_id from pairs p where h.shop_id = $1 and h.participant_id = p.duplicate_id`,
);

/** The likes that a duplicate gave, and those that it collected. Before its participations, which become a part of the survivor’s. */
export const helpCustomerMove: CustomerMove = {
  name: 'helps',
  async move(tx, ctx, from, to) {
    await moveCollected(tx, [ctx.shop.id, from, to]);
    return (await moveGiven(tx, [ctx.shop.id, from, to]))[0]?.moved ?? 0;
  },
};
