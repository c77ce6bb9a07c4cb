import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What `npm run verify` checks about points. */
export const loyaltyInvariants: readonly Invariant[] = [
  invariant(
    'a member has the points of their lots',
    sql`select count(*) as checked, count(*) filter (where m.active_points <> coalesce(l.active, 0)
          or m.pending_points <> coalesce(l.pending, 0)) as broken
        from loyalty_members m left join (select shop_id, customer_id,
            sum(left_points) filter (where state = 'active') as active,
            sum(left_points) filter (where state = 'pending') as pending
          from point_lots where left_points > 0 group by shop_id, customer_id) l
          on l.shop_id = m.shop_id and l.customer_id = m.customer_id`,
  ),
  invariant(
    'what is left of a lot is the sum of its movements',
    sql`select count(*) as checked, count(*) filter (where l.left_points <> coalesce(w.points, 0)) as broken
        from point_lots l left join (select shop_id, lot_id, sum(points) as points from point_movements
          group by shop_id, lot_id) w on w.shop_id = l.shop_id and w.lot_id = l.id`,
  ),
  invariant(
    "a member's movements are numbered from 1 without a gap, and each tells the balance after it",
    sql`select count(*) as checked, count(*) filter (where w.movements <> m.movement_count or w.newest <> m.movement_count
          or w.wrong > 0) as broken
        from loyalty_members m join (select shop_id, customer_id, count(*) as movements, max(position) as newest,
            count(*) filter (where balance_after <> running) as wrong
          from (select shop_id, customer_id, position, balance_after,
              sum(points) over (partition by shop_id, customer_id order by position) as running from point_movements) r
          group by shop_id, customer_id) w on w.shop_id = m.shop_id and w.customer_id = m.customer_id`,
  ),
  invariant(
    'a member is due when the next lot is',
    sql`select count(*) as checked, count(*) filter (where m.due_at is distinct from l.due_at) as broken
        from loyalty_members m left join (select shop_id, customer_id,
            min(least(case when state = 'pending' then activates_at end, expires_at)) as due_at
          from point_lots where left_points > 0 group by shop_id, customer_id) l
          on l.shop_id = m.shop_id and l.customer_id = m.customer_id`,
  ),
  invariant(
    'what an order earned is what its lines and its lots say',
    sql`select count(*) as checked, count(*) filter (where a.earned_points <> coalesce(l.earned, 0)
          or a.unearned_points <> coalesce(l.unearned, 0) or a.kept_amount <> coalesce(l.kept, 0)
          or a.earned_points <> coalesce(g.granted, 0)) as broken
        from point_accruals a left join (select shop_id, order_id, sum(earned_points) as earned,
            sum(unearned_points) as unearned, sum(kept_amount) as kept
          from point_accrual_lines group by shop_id, order_id) l on l.shop_id = a.shop_id and l.order_id = a.order_id
        left join (select shop_id, order_id, sum(granted_points) as granted from point_lots
          where order_id is not null group by shop_id, order_id) g on g.shop_id = a.shop_id and g.order_id = a.order_id`,
  ),
  invariant(
    'points that were taken back are gone, owed or let go of',
    sql`select count(*) as checked, count(*) filter (where coalesce(a.lost, 0) <> coalesce(w.taken, 0) + coalesce(d.owed, 0)) as broken
        from (select shop_id, sum(unearned_points - forgiven_points) as lost from point_accruals group by shop_id) a
        left join (select shop_id, -sum(points) as taken from point_movements where kind = 'taken_back' group by shop_id) w
          on w.shop_id = a.shop_id
        left join (select e.shop_id, sum(e.amount) as owed from ledger_entries e join ledger_transfers t
            on t.shop_id = e.shop_id and t.id = e.transfer_id
          where e.account = 'points_debt' and t.kind = 'points_taken_back' group by e.shop_id) d on d.shop_id = a.shop_id`,
  ),
  invariant(
    "a member's tier is the last that they came to, and each change begins with the tier before it",
    sql`select count(*) as checked, count(*) filter (where m.tier_key is distinct from w.newest
          or m.tier_change_count <> coalesce(w.changes, 0) or w.broken > 0) as broken
        from loyalty_members m left join (select shop_id, customer_id, count(*) as changes,
            (array_agg(to_tier_key order by position desc))[1] as newest,
            count(*) filter (where position <> number or from_tier_key is distinct from before) as broken
          from (select *, row_number() over of_member as number, lag(to_tier_key) over of_member as before
            from tier_changes window of_member as (partition by shop_id, customer_id order by position)) c
          group by shop_id, customer_id) w on w.shop_id = m.shop_id and w.customer_id = m.customer_id`,
  ),
  invariant(
    'the newest version of the programme is what it says',
    sql`select count(*) as checked, count(*) filter (where v.rule is distinct from p.rule) as broken
        from loyalty_programmes p left join loyalty_programme_versions v on v.shop_id = p.shop_id and v.number = p.version`,
  ),
  invariant(
    'nobody who was merged or erased has points',
    sql`select count(*) as checked, count(*) filter (where m.active_points + m.pending_points > 0) as broken
        from loyalty_members m join customers c on c.shop_id = m.shop_id and c.id = m.customer_id
        where c.merged_into_id is not null or c.erased_at is not null`,
  ),
];
