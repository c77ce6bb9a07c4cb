import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

export const drawInvariants: readonly Invariant[] = [
  invariant(
    'the tickets of a draw have every number once',
    sql`select count(*) as checked, count(*) filter (where d.tickets <> coalesce(t.tickets, 0)
          or d.tickets <> coalesce(t.last, 0)) as broken
        from draws d left join (select shop_id, activity_id, count(*) as tickets, max(number) as last
          from draw_tickets group by 1, 2) t on t.shop_id = d.shop_id and t.activity_id = d.activity_id`,
  ),
  invariant(
    'of a prize as many are gone as tickets brought it',
    sql`select count(*) as checked, count(*) filter (where p.given <> coalesce(t.given, 0)) as broken
        from draw_prizes p left join (select shop_id, activity_id, prize_key, count(*) as given
          from draw_tickets group by 1, 2, 3) t
          on t.shop_id = p.shop_id and t.activity_id = p.activity_id and t.prize_key = p.key`,
  ),
  invariant(
    'a customer has used as many chances of a draw as they have tickets',
    sql`select count(*) as checked, count(*) filter (where p.used <> coalesce(t.tickets, 0)) as broken
        from (select p.shop_id, p.activity_id, p.customer_id, sum(p.used) as used from participants p
            join activities a on a.shop_id = p.shop_id and a.id = p.activity_id and a.type = 'draw' group by 1, 2, 3) p
        left join (select shop_id, activity_id, customer_id, count(*) as tickets from draw_tickets group by 1, 2, 3) t
          on t.shop_id = p.shop_id and t.activity_id = p.activity_id and t.customer_id = p.customer_id`,
  ),
  invariant(
    'what a draw published has its hash, and a seed that is known is the one that was bound',
    sql`select count(*) as checked, count(*) filter (where not fits) as broken from (
          select encode(sha256(convert_to(text, 'UTF8')), 'hex') = hash as fits from draw_texts
          union all select encode(sha256(decode(seed, 'hex')), 'hex') = commitment from draws where seed is not null) f`,
  ),
  invariant(
    'what a ticket brought is earned by it',
    sql`select count(*) as checked, count(*) filter (where t.reward_count <> (select count(*) from activity_rewards r
          where r.shop_id = t.shop_id and r.activity_id = t.activity_id and r.earned_by = 'ticket:' || t.number)) as broken
        from draw_tickets t`,
  ),
];
