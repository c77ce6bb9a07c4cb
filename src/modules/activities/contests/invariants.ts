import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

export const contestInvariants: readonly Invariant[] = [
  invariant(
    'the entries of a contest have every number once',
    sql`select count(*) as checked, count(*) filter (where c.entries <> coalesce(e.entries, 0)
          or c.entries <> coalesce(e.last, 0)) as broken
        from contests c left join (select shop_id, activity_id, count(*) as entries, max(number) as last
          from contest_entries group by 1, 2) e on e.shop_id = c.shop_id and e.activity_id = c.activity_id`,
  ),
  invariant(
    'who won was right, and earned it',
    sql`select count(*) as checked, count(*) filter (where e.is_winner <> exists (select 1 from activity_rewards r
            where r.shop_id = e.shop_id and r.activity_id = e.activity_id and r.earned_by = 'entry:' || e.number)
          or (e.is_winner and (e.option_key is distinct from c.result_key or c.locked_at is null))) as broken
        from contest_entries e join contests c on c.shop_id = e.shop_id and c.activity_id = e.activity_id`,
  ),
  invariant(
    'a pot is shared to the last point',
    sql`select count(*) as checked, count(*) filter (where r.points is distinct from (c.prize->>'points')::numeric) as broken
        from contests c
        left join (select shop_id, activity_id, sum((reward->>'points')::numeric) as points from activity_rewards
          where earned_by like 'entry:%' group by 1, 2) r on r.shop_id = c.shop_id and r.activity_id = c.activity_id
        where c.state = 'settled' and c.right_entries > 0 and c.prize->>'kind' = 'share'`,
  ),
  invariant(
    'the seed of a contest that is known is the one that was bound',
    sql`select count(*) as checked, count(*) filter (where encode(sha256(decode(seed, 'hex')), 'hex') <> commitment) as broken
        from contests where seed is not null`,
  ),
];
