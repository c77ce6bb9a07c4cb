import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What `npm run verify` checks about segments. */
export const segmentInvariants: readonly Invariant[] = [
  invariant(
    'a segment has as many members as it counts, and an archived one none',
    sql`select count(*) as checked, count(*) filter (where s.member_count <> coalesce(m.members, 0)) as broken
        from segments s left join (select shop_id, segment_id, count(*) as members from segment_memberships
          where left_at is null group by shop_id, segment_id) m on m.shop_id = s.shop_id and m.segment_id = s.id`,
  ),
  invariant(
    'nobody who was merged or erased is or was in a segment, has scores or service time',
    sql`select count(*) as checked, count(*) filter (
          where exists (select 1 from segment_memberships m where m.shop_id = c.shop_id and m.customer_id = c.id)
            or exists (select 1 from customer_rfm_scores r where r.shop_id = c.shop_id and r.customer_id = c.id)
            or exists (select 1 from service_times w where w.shop_id = c.shop_id and w.customer_id = c.id)) as broken
        from customers c where c.merged_into_id is not null or c.erased_at is not null`,
  ),
  invariant(
    'whoever is or was in a segment is a customer, and what they were in is a segment',
    sql`select count(*) as checked, count(*) filter (where c.id is null or s.id is null) as broken
        from segment_memberships m left join customers c on c.shop_id = m.shop_id and c.id = m.customer_id
          left join segments s on s.shop_id = m.shop_id and s.id = m.segment_id`,
  ),
  invariant(
    'the newest version of a rule is the one that a segment goes by',
    sql`select count(*) as checked, count(*) filter (where v.rule is distinct from s.rule) as broken
        from segments s left join segment_versions v on v.shop_id = s.shop_id and v.segment_id = s.id
          and v.rule_version = s.rule_version where s.kind = 'rule'`,
  ),
];
