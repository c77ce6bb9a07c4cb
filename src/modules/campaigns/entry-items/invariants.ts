import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What `npm run verify` checks about entry items. */
export const entryItemInvariants: readonly Invariant[] = [
  invariant(
    'of the budget of an entry item so much is spent as orders lose on it',
    sql`select count(*) as checked, count(*) filter (where b.entry_item_id is null
          or b.spent_amount <> coalesce(u.spent, 0) or b.spent_amount > b.budget_amount) as broken
        from entry_budgets b full join (select shop_id, entry_item_id, sum(loss_amount) as spent
          from entry_uses where state <> 'returned' group by 1, 2) u
        on u.shop_id = b.shop_id and u.entry_item_id = b.entry_item_id`,
  ),
  invariant(
    'an entry item has a budget, is found when it ends by itself, and is on the shelf that orders are priced by',
    sql`select count(*) as checked, count(*) filter (where b.entry_item_id is null or s.revision is null
          or e.due_at is distinct from case when e.state = 'active' then e.ends_at end) as broken
        from entry_items e left join entry_budgets b on b.shop_id = e.shop_id and b.entry_item_id = e.id
          left join campaign_shelves s on s.shop_id = e.shop_id`,
  ),
];
