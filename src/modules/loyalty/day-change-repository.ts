import type { Tx } from '../../platform/db/client.ts';
import { plannedSql } from '../../platform/db/prepared.ts';

/** What the change of days did to one member. */
export interface Turned {
  readonly customerId: string;
  readonly activatedPoints: bigint;
  readonly expiredPoints: bigint;
  readonly activePoints: bigint;
  readonly pendingPoints: bigint;
}

interface Row {
  customer_id: string;
  activated: string;
  expired: string;
  active_points: bigint;
  pending_points: bigint;
}

/**
 * Lots of locked members become active and then expire, with one movement for each that had something left, soonest expiry first. A lot
 * that did both since somebody looked is expired and was never to be spent. Along point_lots_left_idx and the primary key of members.
 */
const turn = plannedSql<Row>(
  `with touched as materialized (
    select l.id, l.customer_id, l.left_points, l.state, l.expires_at, coalesce(l.expires_at <= $3, false) as ends
    from point_lots l
    where l.shop_id = $1 and l.customer_id = any($2::uuid[]) and l.left_points > 0
      and (l.expires_at <= $3 or (l.state = 'pending' and l.activates_at <= $3))
  ), turned as (
    update point_lots l set state = case when t.ends then 'expired' else 'active' end,
      left_points = case when t.ends then 0 else l.left_points end
    from touched t where l.shop_id = $1 and l.id = t.id
  ), sums as materialized (
    select customer_id,
      coalesce(sum(left_points) filter (where not ends), 0) as activated,
      coalesce(sum(left_points) filter (where ends), 0) as expired,
      coalesce(sum(left_points) filter (where ends and state = 'active'), 0) as expired_active,
      coalesce(sum(left_points) filter (where state = 'pending'), 0) as was_pending,
      count(*) filter (where ends) as movements
    from touched group by customer_id
  ), next_due as (
    select customer_id, min(least(case when l.activates_at > $3 then l.activates_at end, l.expires_at)) as due_at
    from point_lots l where l.shop_id = $1 and l.customer_id = any($2::uuid[]) and l.left_points > 0
      and not exists (select 1 from touched t where t.id = l.id and t.ends)
      and (l.expires_at > $3 or l.activates_at > $3)
    group by customer_id
  ), written as (
    insert into point_movements (shop_id, customer_id, position, kind, lot_id, points, balance_after, operation_id,
      actor_kind, actor_id, created_at)
    select $1, m.customer_id, m.movement_count + row_number() over soonest, 'expired', t.id, -t.left_points,
      m.active_points + m.pending_points - sum(t.left_points) over soonest, $4::uuid, $5::text, $6::text, $3
    from touched t join loyalty_members m on m.shop_id = $1 and m.customer_id = t.customer_id
    where t.ends window soonest as (partition by t.customer_id order by t.expires_at, t.id
      rows between unbounded preceding and current row)
  )
  update loyalty_members m set
    active_points = m.active_points + coalesce(s.activated, 0) - coalesce(s.expired_active, 0),
    pending_points = m.pending_points - coalesce(s.was_pending, 0),
    movement_count = m.movement_count + coalesce(s.movements, 0),
    due_at = n.due_at, version = m.version + 1, updated_at = $3
  from unnest($2::uuid[]) as d(customer_id)
    left join sums s on s.customer_id = d.customer_id
    left join next_due n on n.customer_id = d.customer_id
  where m.shop_id = $1 and m.customer_id = d.customer_id
  returning m.customer_id, coalesce(s.activated, 0)::text as activated, coalesce(s.expired, 0)::text as expired,
    m.active_points, m.pending_points`,
);

export interface TurnInput {
  readonly shopId: string;
  readonly customerIds: readonly string[];
  readonly now: Date;
  readonly operationId: string;
  readonly actor: { readonly kind: string; readonly id: string };
}

/** Brings lots of locked members to a moment. */
export const turnDays = async (
  tx: Tx,
  { shopId, customerIds, now, operationId, actor }: TurnInput,
): Promise<Turned[]> =>
  (await turn(tx, [shopId, customerIds, now, operationId, actor.kind, actor.id])).map((row) => ({
    customerId: row.customer_id,
    activatedPoints: BigInt(row.activated),
    expiredPoints: BigInt(row.expired),
    activePoints: row.active_points,
    pendingPoints: row.pending_points,
  }));
