import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What `npm run verify` checks about activities. */
export const activityInvariants: readonly Invariant[] = [
  invariant(
    'an activity says something, and its times and its type are those of what it says',
    sql`select count(*) as checked, count(*) filter (where v.rule is null
          or (v.rule->>'startsAt')::timestamptz is distinct from a.starts_at
          or (v.rule->>'endsAt')::timestamptz is distinct from a.ends_at
          or v.rule->'format'->>'type' is distinct from a.type) as broken
        from activities a left join activity_versions v
          on v.shop_id = a.shop_id and v.activity_id = a.id and v.number = a.rule_version`,
  ),
  invariant(
    'an activity that begins or ends by itself is found then',
    sql`select count(*) as checked, count(*) filter (where due_at is distinct from
          case when state = 'scheduled' then starts_at when state in ('running', 'paused') then ends_at end) as broken
        from activities`,
  ),
  invariant(
    'an activity counts who takes part and what is kept of its budget for them',
    sql`select count(*) as checked, count(*) filter (where c.participants is distinct from coalesce(p.participants, 0)
          or c.promised_amount is distinct from coalesce(p.promised, 0)) as broken
        from activities a left join activity_counters c on c.shop_id = a.shop_id and c.activity_id = a.id
        left join (select shop_id, activity_id, count(*) as participants, sum(promised_amount) as promised
          from participants group by 1, 2) p on p.shop_id = a.shop_id and p.activity_id = a.id`,
  ),
  invariant(
    'for a participant is counted what their sources count for',
    sql`select count(*) as checked, count(*) filter (where p.progress <> coalesce(c.units, 0)) as broken
        from participants p left join (select shop_id, participant_id, sum(units) as units from participant_counts
          group by 1, 2) c on c.shop_id = p.shop_id and c.participant_id = p.id`,
  ),
  invariant(
    'what a participant earned belongs to their customer',
    sql`select count(*) as checked, count(*) filter (where r.customer_id <> p.customer_id) as broken
        from activity_rewards r join participants p on p.shop_id = r.shop_id and p.id = r.participant_id`,
  ),
  invariant(
    'what is said to be given was given by the module that owns it',
    sql`select count(*) as checked, count(*) filter (where case r.kind
            when 'points' then not exists (select 1 from point_lots l where l.shop_id = r.shop_id and l.id = r.given_id)
            when 'coupon' then not exists (select 1 from coupons c where c.shop_id = r.shop_id and c.id = r.given_id)
            when 'goods' then not exists (select 1 from gift_grants g where g.shop_id = r.shop_id and g.id = r.given_id)
            else not exists (select 1 from wallet_movements w where w.shop_id = r.shop_id and w.id = r.given_id) end) as broken
        from activity_rewards r where r.given_id is not null`,
  ),
  invariant(
    'gifts and points of activities are those of rewards',
    sql`select count(*) as checked, count(*) filter (where r.id is null) as broken from (
          select shop_id, id from gift_grants where source = 'activity' and state <> 'cancelled'
          union all select shop_id, id from point_lots where source = 'activity' and left_points > 0) g
        left join activity_rewards r on r.shop_id = g.shop_id and r.given_id = g.id`,
  ),
];
