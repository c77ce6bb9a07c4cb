import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What `npm run verify` checks about coupons. */
export const couponInvariants: readonly Invariant[] = [
  invariant(
    'a code with a limit counts the uses that orders have of it',
    sql`select count(*) as checked, count(*) filter (where c.held <> coalesce(u.held, 0) or c.used <> coalesce(u.used, 0)) as broken
        from coupons c left join (select shop_id, coupon_id, count(*) filter (where state = 'held') as held,
            count(*) filter (where state = 'used') as used from coupon_uses group by shop_id, coupon_id) u
          on u.shop_id = c.shop_id and u.coupon_id = c.id where c.amount is null and c.uses_limit is not null`,
  ),
  invariant(
    'a customer has used codes as often as orders of theirs have them',
    sql`select count(*) as checked, count(*) filter (where coalesce(k.uses, 0) <> coalesce(u.uses, 0)) as broken
        from coupon_customer_counters k full join (
          select shop_id, definition_id, customer_id, 'all' as period, count(*) as uses from coupon_uses
            where is_counted and state <> 'returned' and customer_id is not null group by 1, 2, 3
          union all
          select shop_id, definition_id, customer_id, period, count(*) from coupon_uses
            where period is not null and state <> 'returned' and customer_id is not null group by 1, 2, 3, 4) u
        on u.shop_id = k.shop_id and u.definition_id = k.definition_id and u.customer_id = k.customer_id and u.period = k.period`,
  ),
  invariant(
    'a definition has issued as many codes as it counts, and a batch as many as it says',
    sql`select count(*) as checked, count(*) filter (where d.counted <> coalesce(c.codes, 0)) as broken
        from (select shop_id, id, null::uuid as batch_id, codes_issued as counted from coupon_definitions where kind = 'discount'
          union all select shop_id, definition_id, id, quantity from coupon_batches) d
        left join lateral (select count(*) as codes from coupons c where c.shop_id = d.shop_id and c.definition_id = d.id
          and (d.batch_id is null or c.batch_id = d.batch_id)) c on true`,
  ),
  invariant(
    'a code that belongs to somebody and can be used is found when its time is over',
    sql`select count(*) as checked, count(*) filter (where expire_due_at is null) as broken from coupons
        where state = 'active' and customer_id is not null and valid_until is not null
          and (uses_limit is null or held + used < uses_limit)`,
  ),
  invariant(
    'what can be used of codes belongs to nobody who was merged or erased',
    sql`select count(*) as checked, count(*) filter (where k.merged_into_id is not null
          or (k.erased_at is not null and c.amount is null)) as broken
        from coupons c join customers k on k.shop_id = c.shop_id and k.id = c.customer_id
        where c.state = 'active' and c.held + c.used = 0`,
  ),
];
