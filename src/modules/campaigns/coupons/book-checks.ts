import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../../platform/invariants.ts';

/** What coupons of a value have to agree with in the books. */
export const couponBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    'what is owed as coupons is the sum of those that can be used, for every customer',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(-e.sum, 0) <> coalesce(c.sum, 0)) as broken
        from (select shop_id, owner_id, sum(amount) as sum from ledger_entries
            where account = 'coupon_promises' and ${of('ledger_entries')} group by shop_id, owner_id) e
        full join (select shop_id, customer_id, sum(amount) as sum from coupons
            where amount is not null and state = 'active' and used = 0 and ${of('coupons')} group by shop_id, customer_id) c
          on c.shop_id = e.shop_id and c.customer_id = e.owner_id`,
  ),
  shopInvariant(
    'a coupon of a value and its rests sum to what was posted for it',
    (of) => sql`select count(*) as checked, count(*) filter (where c.sum is distinct from e.amount) as broken
        from (select shop_id, from_type, from_id, sum(amount) as sum from coupons
            where amount is not null and ${of('coupons')} group by shop_id, from_type, from_id) c
        left join coupons f on f.shop_id = c.shop_id and f.from_type = c.from_type and f.from_id = c.from_id
          and f.rest_of_id is null
        left join ledger_transfers t on t.shop_id = f.shop_id and t.reference = 'coupon_promise_issued:' || f.id
        left join ledger_entries e on e.shop_id = t.shop_id and e.transfer_id = t.id and e.amount > 0`,
  ),
  shopInvariant(
    'what a payment by coupon keeps is what is used of its coupon',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where c.used is distinct from 1 or c.amount <> p.kept
          or c.taken_for_id <> p.subject_id) as broken
        from (select shop_id, subject_id, (options->>'couponId')::uuid as coupon_id, amount - refunded_amount as kept
            from payments where provider = 'coupon' and state = 'succeeded' and amount > refunded_amount
            and ${of('payments')}) p
        left join coupons c on c.shop_id = p.shop_id and c.id = p.coupon_id`,
  ),
];
