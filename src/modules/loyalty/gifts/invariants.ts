import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What `npm run verify` checks about gifts. */
export const giftInvariants: readonly Invariant[] = [
  invariant(
    'a redemption cost what was spent for it, and of what was given up the points are back',
    sql`select count(*) as checked, count(*) filter (where s.id is null or s.points <> r.unit_points * r.quantity
          or s.given_back_points <> r.unit_points * r.cancelled_quantity or s.customer_id <> r.customer_id) as broken
        from redemptions r left join point_spendings s on s.shop_id = r.shop_id and s.id = r.spending_id`,
  ),
  invariant(
    'a gift is owed, or was handed over, for what was redeemed and not given up',
    sql`select count(*) as checked, count(*) filter (where coalesce(g.quantity, 0) <> case when r.redeemed_at is null then 0
          else r.quantity - r.cancelled_quantity end or g.customer_id <> r.customer_id) as broken
        from redemptions r left join gift_grants g
          on g.shop_id = r.shop_id and g.source = 'redemption' and g.source_key = r.id::text`,
  ),
  invariant(
    'of a gift are left so many as nobody has',
    sql`select count(*) as checked, count(*) filter (where g.stocked_quantity - g.left_quantity <> coalesce(r.taken, 0)
          or coalesce(t.taken, 0) <> coalesce(r.taken, 0)) as broken
        from loyalty_gifts g left join (select shop_id, gift_id, sum(quantity - cancelled_quantity) as taken
          from redemptions group by shop_id, gift_id) r on r.shop_id = g.shop_id and r.gift_id = g.id
        left join (select shop_id, gift_id, sum(quantity) as taken from gift_takers group by shop_id, gift_id) t
          on t.shop_id = g.shop_id and t.gift_id = g.id`,
  ),
  invariant(
    'a member has of a gift what they redeemed and did not give up',
    sql`select count(*) as checked, count(*) filter (where coalesce(t.quantity, 0) <> coalesce(r.taken, 0)) as broken
        from gift_takers t full join (select shop_id, gift_id, customer_id, sum(quantity - cancelled_quantity) as taken
          from redemptions group by shop_id, gift_id, customer_id) r
          on r.shop_id = t.shop_id and r.gift_id = t.gift_id and r.customer_id = t.customer_id`,
  ),
  invariant(
    'what was spent came from its lots',
    sql`select count(*) as checked, count(*) filter (where s.points <> coalesce(p.points, 0)) as broken
        from point_spendings s left join (select shop_id, spending_id, sum(points) as points from point_spending_parts
          group by shop_id, spending_id) p on p.shop_id = s.shop_id and p.spending_id = s.id`,
  ),
];
