import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';

// By contest_entries_customer_idx.
const selectEntries = preparedSql<{
  activity_id: string;
  number: number;
  option_key: string;
  created_at: Date;
}>(
  'select_contest_entries_of_customer',
  `select activity_id, number, option_key, created_at from contest_entries
   where shop_id = $1 and customer_id = $2 order by activity_id, number`,
);

/** What a customer guessed. It stays under the id that an erasure leaves, because who won is decided again from all entries. */
export const contestPersonalData: PersonalDataSection = {
  name: 'contests',
  export: async (on, ctx, customerId) =>
    (await selectEntries(on, [ctx.shop.id, customerId])).map((row) => ({
      activityId: row.activity_id,
      number: row.number,
      optionKey: row.option_key,
      createdAt: row.created_at.toISOString(),
    })),
  erase: async () => ({ kept: [] }),
};

// After the participations: what one of them became a part of. Where both had entered, the survivor's entry is the one; where a result is
// locked both stay, because how many were right is counted already.
const moveEntries = preparedSql<{ moved: number }>(
  'move_contest_entries',
  `with own as (
     select e.activity_id, e.number, s.id as survivor_id, c.state in ('open', 'entered') as is_undecided,
       exists (select 1 from contest_entries o where o.shop_id = $1 and o.participant_id = s.id and o.number <> e.number
         and o.voided_at is null) as is_second
     from contest_entries e
     join contests c on c.shop_id = $1 and c.activity_id = e.activity_id
     join participants s on s.shop_id = $1 and s.activity_id = e.activity_id and s.customer_id = $3::uuid and s.absorbed_at is null
     where e.shop_id = $1 and e.customer_id = $2::uuid
   ), moved as (
     update contest_entries e set customer_id = $3::uuid, version = e.version + 1, updated_at = $4,
       participant_id = case when o.is_second then e.participant_id else o.survivor_id end,
       voided_at = case when o.is_second and o.is_undecided then $4 else e.voided_at end
     from own o where e.shop_id = $1 and e.activity_id = o.activity_id and e.number = o.number returning 1
   )
   select count(*)::int as moved from moved`,
);

/** What a duplicate entered is the survivor’s, and one entry where both had entered. */
export const contestCustomerMove: CustomerMove = {
  name: 'contests',
  move: async (tx, ctx, from, to) => (await moveEntries(tx, [ctx.shop.id, from, to, ctx.now]))[0]?.moved ?? 0,
};
