import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

export const referralInvariants: readonly Invariant[] = [
  invariant(
    'a friend counts for one for who brought them while they are qualified, and else for nothing',
    sql`select count(*) as checked, count(*) filter (where coalesce(c.units, 0) <> (r.qualified_at is not null)::int
          or c.participant_id <> r.participant_id) as broken
        from referrals r left join participant_counts c on c.shop_id = r.shop_id and c.source_type = 'referral'
          and c.source_id = r.id and c.activity_id = r.activity_id`,
  ),
  invariant(
    'what counts as a friend is one',
    sql`select count(*) as checked, count(*) filter (where r.id is null) as broken
        from participant_counts c left join referrals r on r.shop_id = c.shop_id and r.id = c.source_id
        where c.source_type = 'referral'`,
  ),
  invariant(
    'who is qualified bought something that cannot be returned, and who waits for that is found then',
    sql`select count(*) as checked, count(*) filter (where case
            when r.qualified_at is not null then coalesce(b.first_at > r.qualified_at, true)
            when r.state = 'claimed' and b.first_at is not null then r.due_at is distinct from b.first_at
            else false end) as broken
        from referrals r left join (select shop_id, referral_id, min(returnable_until) as first_at
          from referral_purchases where qualifies group by 1, 2) b on b.shop_id = r.shop_id and b.referral_id = r.id`,
  ),
  invariant(
    'nobody is their own friend',
    sql`select count(*) as checked, count(*) filter (where r.referred_customer_id = p.customer_id) as broken
        from referrals r join participants p on p.shop_id = r.shop_id and p.id = r.participant_id
        where r.state <> 'cancelled'`,
  ),
];
