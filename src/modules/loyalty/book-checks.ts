import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../platform/invariants.ts';

/** What points have to agree with in the books. */
export const loyaltyBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    "a member's points are what the books say that the shop owes them",
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(m.points, 0) <> coalesce(e.points, 0)) as broken
        from (select shop_id, customer_id, active_points + pending_points as points from loyalty_members
            where ${of('loyalty_members')}) m
        full join (select shop_id, owner_id, -sum(amount) as points from ledger_entries
            where account = 'points' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = m.shop_id and e.owner_id = m.customer_id`,
  ),
  shopInvariant(
    'what a member owes in points is what the books say',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(m.points, 0) <> coalesce(e.points, 0)) as broken
        from (select shop_id, customer_id, debt_points as points from loyalty_members
            where ${of('loyalty_members')}) m
        full join (select shop_id, owner_id, sum(amount) as points from ledger_entries
            where account = 'points_debt' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = m.shop_id and e.owner_id = m.customer_id`,
  ),
];
