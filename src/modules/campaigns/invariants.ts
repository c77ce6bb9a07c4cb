import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

const ALL = sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/** What `npm run verify` checks about campaigns. */
export const campaignInvariants: readonly Invariant[] = [
  invariant(
    'a campaign with a limit counts what orders have of it',
    sql`select count(*) as checked, count(*) filter (where coalesce(c.uses, 0) <> coalesce(u.uses, 0)
          or coalesce(c.spent_amount, 0) <> coalesce(u.spent, 0)) as broken
        from campaign_counters c full join (select shop_id, campaign_id, count(*) as uses,
            sum(discount_amount + freight_amount + gift_cost_amount) as spent
          from campaign_uses where is_counted and state <> 'returned' group by 1, 2) u
        on u.shop_id = c.shop_id and u.campaign_id = c.campaign_id`,
  ),
  invariant(
    'a customer has used campaigns as often as orders of theirs have them',
    sql`select count(*) as checked, count(*) filter (where coalesce(c.uses, 0) <> coalesce(u.uses, 0)) as broken
        from campaign_customer_counters c full join (
          select shop_id, campaign_id, customer_id, 'all' as period, count(*) as uses from campaign_uses
            where is_customer_counted and state <> 'returned' and customer_id is not null group by 1, 2, 3
          union all
          select shop_id, campaign_id, customer_id, period, count(*) from campaign_uses
            where period is not null and state <> 'returned' and customer_id is not null group by 1, 2, 3, 4) u
        on u.shop_id = c.shop_id and u.campaign_id = c.campaign_id and u.customer_id = c.customer_id and u.period = c.period`,
  ),
  invariant(
    'of the stock of a flash sale so much is taken as orders have of it',
    sql`select count(*) as checked, count(*) filter (where coalesce(c.taken, 0) <> coalesce(u.taken, 0)) as broken
        from campaign_units c full join (
          select shop_id, campaign_id, t."productId" as product_id, w.customer_id, sum(t.quantity) as taken
          from campaign_uses cross join lateral jsonb_to_recordset(units) as t ("productId" uuid, quantity int)
          cross join lateral (values (${ALL}), (campaign_uses.customer_id)) w (customer_id)
          where state <> 'returned' and w.customer_id is not null group by 1, 2, 3, 4) u
        on u.shop_id = c.shop_id and u.campaign_id = c.campaign_id and u.product_id = c.product_id
          and u.customer_id = c.customer_id`,
  ),
  invariant(
    'a campaign says something, and its times are those of what it says',
    sql`select count(*) as checked, count(*) filter (where v.rule is null
          or (v.rule->>'startsAt')::timestamptz is distinct from c.starts_at
          or (v.rule->>'endsAt')::timestamptz is distinct from c.ends_at) as broken
        from campaigns c left join campaign_versions v
          on v.shop_id = c.shop_id and v.campaign_id = c.id and v.number = c.rule_version`,
  ),
  invariant(
    'what has been for customers is on the shelf that orders are priced by',
    sql`select count(*) as checked, count(*) filter (where s.revision is null) as broken
        from campaigns c left join campaign_shelves s on s.shop_id = c.shop_id where c.started_at is not null`,
  ),
  invariant(
    'a campaign or programme that begins or ends by itself is found then',
    sql`select count(*) as checked, count(*) filter (where due_at is distinct from wanted) as broken from (
          select due_at, case when state = 'scheduled' then starts_at when state in ('running', 'paused') then ends_at end as wanted
          from campaigns
          union all select due_at, case when state = 'running' then ends_at end from programmes) d`,
  ),
  invariant(
    'a programme that is over has no campaign that could still begin',
    sql`select count(*) as checked, count(*) filter (where c.started_at is null and c.state <> 'ended') as broken
        from campaigns c join programmes p on p.shop_id = c.shop_id and p.id = c.programme_id where p.state = 'ended'`,
  ),
];
