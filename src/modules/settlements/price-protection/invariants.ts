import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What must never be false about price protection, over the whole database. */
export const priceProtectionInvariants: readonly Invariant[] = [
  invariant(
    'every line that a sweep looked at was opened, waits or was refused',
    sql`select count(*) as checked, count(*) filter (where w.found_line_count <> w.opened_line_count + w.waiting_line_count
          + coalesce((select sum(value::int) from jsonb_each_text(w.refused_line_counts)), 0)) as broken
        from price_protection_sweeps w`,
  ),
  invariant(
    'a sweep has opened what it says, and a dry run nothing',
    sql`select count(*) as checked, count(*) filter (where coalesce(s.count, 0) <> case when w.is_dry_run then 0
            else w.opened_count end or coalesce(s.amount, 0) <> case when w.is_dry_run then 0 else w.opened_amount end
          -- Customers may have been merged since.
          or coalesce(s.customers, 0) > w.customer_count) as broken
        from price_protection_sweeps w left join (select shop_id, sweep_id, count(*) as count, sum(amount) as amount,
            count(distinct coalesce(customer_id, order_id)) as customers from settlements group by shop_id, sweep_id) s
          on s.shop_id = w.shop_id and s.sweep_id = w.id`,
  ),
  invariant(
    'a sweep waits for as many lines as there are waits',
    sql`select count(*) as checked, count(*) filter (where coalesce(t.count, 0)
          <> case when w.is_dry_run then 0 else w.waiting_line_count end) as broken
        from price_protection_sweeps w left join (select shop_id, sweep_id, count(*) as count from price_protection_waits
          group by shop_id, sweep_id) t on t.shop_id = w.shop_id and t.sweep_id = w.id`,
  ),
  invariant(
    'a line waits only while another settlement of its order is open',
    sql`select count(*) as checked, count(*) filter (where t.due_at is null and not exists (select 1 from settlements s
          where s.shop_id = t.shop_id and s.order_id = t.order_id
            and s.state not in ('settled', 'declined', 'expired', 'cancelled'))) as broken from price_protection_waits t`,
  ),
  invariant(
    'what a sweep accepted is paid or due',
    sql`select count(*) as checked, count(*) filter (where s.state = 'accepted' and s.payout_due_at is null) as broken
        from settlements s where s.sweep_id is not null`,
  ),
  invariant(
    'an ended sweep leaves no work behind',
    sql`select count(*) as checked, count(*) filter (where w.state in ('finished', 'cancelled') and exists
          (select 1 from price_protection_orders o where o.shop_id = w.shop_id and o.sweep_id = w.id)) as broken
        from price_protection_sweeps w`,
  ),
];
