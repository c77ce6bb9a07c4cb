import { preparedSql } from '../../../platform/db/prepared.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { eventsJson } from '../../../platform/events/outbox.ts';
import type { NewEvent } from '../../../platform/events/define.ts';
import type { UsingOrder } from '../usage/rules.ts';
import type { ResolvedCoupon } from './resolve.ts';

const USABLE = `c.state = 'active' and (c.valid_from is null or c.valid_from <= $9) and (c.valid_until is null or c.valid_until > $9)
      and (c.customer_id is null or c.customer_id = $7::uuid)
      and exists (select 1 from coupon_definitions d where d.shop_id = $1 and d.id = c.definition_id and d.state = 'active'
        and d.kind = 'discount')`;

// Two orders that want the last use wait for each other at the code's row, and the second finds what the first has left. Rows are locked
// in the order of their ids. A code without a limit is not written: else all orders with it would wait for one row.
const TAKEN = `coupon_wanted as (
    select * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::text[])
      as w (coupon_id, definition_id, customer_limit, period_limit, period)
  ), coupon_locked as (
    select id from coupons where shop_id = $1 and id = any($2::uuid[]) and uses_limit is not null
    order by id for no key update
  ), coupon_counted as (
    update coupons c set held = c.held + case when $10 = 'held' then 1 else 0 end,
      used = c.used + case when $10 = 'used' then 1 else 0 end, updated_at = $9,
      expire_due_at = case when c.held + c.used + 1 < c.uses_limit then c.expire_due_at end
    from coupon_locked l
    where c.shop_id = $1 and c.id = l.id and c.held + c.used < c.uses_limit and ${USABLE}
    returning c.id
  ), coupon_taken as (
    select id from coupon_counted
    union all
    select c.id from coupons c where c.shop_id = $1 and c.id = any($2::uuid[]) and c.uses_limit is null and ${USABLE}
  ), coupon_limits as (
    select definition_id, 'all' as period, customer_limit as most from coupon_wanted where customer_limit is not null
    union all
    select definition_id, period, period_limit from coupon_wanted where period_limit is not null
  ), coupon_customer_counted as (
    insert into coupon_customer_counters as k (shop_id, definition_id, customer_id, period, uses)
    select $1, definition_id, $7::uuid, period, 1 from coupon_limits order by definition_id, period
    on conflict (shop_id, definition_id, customer_id, period) do update set uses = k.uses + 1
    where k.uses < (select l.most from coupon_limits l where l.definition_id = k.definition_id and l.period = k.period)
    returning k.definition_id
  ), coupon_uses_kept as (
    insert into coupon_uses (shop_id, order_id, coupon_id, definition_id, customer_id, state, period, is_counted, at, updated_at)
    select $1, $8, coupon_id, definition_id, $7::uuid, $10, case when period_limit is not null then period end,
      customer_limit is not null, $9, $9 from coupon_wanted
  ), coupon_told as (
    insert into outbox (shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at)
    select shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at
    from jsonb_to_recordset($11::jsonb) as e (shop_id uuid, id uuid, type text, subject_type text, subject_id uuid,
      data jsonb, actor_kind text, actor_id text, occurred_at timestamptz)
  )`;
const REFUSED = `select refuse('coupons_taken', '') where (select count(*) from coupon_taken) < cardinality($2::uuid[])
    or (select count(*) from coupon_customer_counted) < (select count(*) from coupon_limits)`;

/** Takes one use of each code, or refuses, as part of a statement. */
export const couponsPart = (
  order: UsingOrder,
  coupons: readonly ResolvedCoupon[],
  events: readonly NewEvent[],
): Part => ({
  name: 'coupons',
  ctes: TAKEN,
  check: REFUSED,
  values: [
    order.shopId,
    coupons.map(({ couponId }) => couponId),
    coupons.map(({ definitionId }) => definitionId),
    coupons.map(({ customerLimit }) => customerLimit),
    coupons.map(({ periodLimit }) => periodLimit),
    coupons.map(({ period }) => period),
    order.customerId,
    order.orderId,
    order.placedAt,
    order.isPaid ? 'used' : 'held',
    eventsJson(events),
  ],
});

export interface MovedUse extends Record<string, unknown> {
  readonly id: string;
  readonly definition_id: string;
  readonly customer_id: string | null;
  readonly valid_until: Date | null;
}

/** What an order holds is used; returns the codes. Codes in the order of their ids. */
export const confirmCoupons = preparedSql<MovedUse>(
  'confirm_coupon_uses',
  `with used as (
     update coupon_uses set state = 'used', updated_at = $3 where shop_id = $1 and order_id = $2 and state = 'held'
     returning coupon_id
   ), locked as (
     select c.id from coupons c join used u on u.coupon_id = c.id where c.shop_id = $1 and c.uses_limit is not null
     order by c.id for no key update of c
   ), counted as (
     update coupons c set held = c.held - 1, used = c.used + 1, updated_at = $3 from locked l
     where c.shop_id = $1 and c.id = l.id
   )
   select c.id, c.definition_id, c.customer_id, c.valid_until from used u join coupons c on c.shop_id = $1 and c.id = u.coupon_id
   order by c.id`,
);

/**
 * Gives back what an order has of codes, once: only rows that this statement moves to `returned` are counted down. While an order had the
 * only use of somebody's own code, its time stood still: an order of ten days leaves it ten days longer.
 *
 * Counts are taken off those that the lock has read, and not off the row as the update first finds it: Postgres holds a new row against
 * its constraints before it looks whether the old one has changed meanwhile, and a use that was paid while this waited is not yet in there.
 */
export const giveBackCoupons = preparedSql<MovedUse>(
  'return_coupon_uses',
  `with found as (
     select coupon_id, state as was from coupon_uses where shop_id = $1 and order_id = $2 and state <> 'returned'
     order by coupon_id for no key update
   ), gone as (
     update coupon_uses u set state = 'returned', updated_at = $3 from found f
     where u.shop_id = $1 and u.order_id = $2 and u.coupon_id = f.coupon_id
     returning u.coupon_id, f.was, u.definition_id, u.customer_id, u.period, u.is_counted, u.at
   ), locked as (
     select c.id, c.held, c.used, g.was,
       case when c.customer_id is not null and c.uses_limit = 1 then c.valid_until + ($3 - g.at) else c.valid_until end as new_until
     from coupons c join gone g on g.coupon_id = c.id where c.shop_id = $1 and c.uses_limit is not null
     order by c.id for no key update of c
   ), counted as (
     update coupons c set held = l.held - case when l.was = 'held' then 1 else 0 end,
       used = l.used - case when l.was = 'used' then 1 else 0 end, valid_until = l.new_until, updated_at = $3,
       expire_due_at = case when c.state = 'active' and c.customer_id is not null then l.new_until end
     from locked l where c.shop_id = $1 and c.id = l.id
   ), customers_back as (
     update coupon_customer_counters k set uses = k.uses - 1 from gone g
     where k.shop_id = $1 and k.definition_id = g.definition_id and k.customer_id = g.customer_id
       and ((k.period = 'all' and g.is_counted) or k.period = g.period)
   )
   select c.id, c.definition_id, c.customer_id, coalesce(l.new_until, c.valid_until) as valid_until
   from gone g join coupons c on c.shop_id = $1 and c.id = g.coupon_id left join locked l on l.id = c.id order by c.id`,
);
