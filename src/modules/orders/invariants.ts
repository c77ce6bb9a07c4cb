import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What must never be false about orders, over the whole database. */
export const orderInvariants: readonly Invariant[] = [
  invariant(
    "an order's lines sum to its amounts",
    sql`select count(*) as checked, count(*) filter (where o.lines_amount - o.discount_amount <> l.net
          or o.discount_amount <> l.discount or o.tax_amount <> l.tax + o.freight_tax_amount) as broken
        from orders o join (select shop_id, order_id, sum(net_amount) as net, sum(discount_amount) as discount,
          sum(tax_amount) as tax from order_lines group by shop_id, order_id) l
          on l.shop_id = o.shop_id and l.order_id = o.id`,
  ),
  invariant(
    'every order has lines',
    sql`select count(*) as checked, count(*) filter (where not exists
          (select 1 from order_lines l where l.shop_id = o.shop_id and l.order_id = o.id)) as broken from orders o`,
  ),
  invariant(
    'a gift goes with one line of its order, as a whole, and no line is a gift that does not go with it',
    sql`select count(*) as checked, count(*) filter (where coalesce(l.lines, 0) <> 1 or l.units <> g.quantity
          or (g.state = 'shipped') <> (l.shipped = l.units)) as broken
        from gift_grants g left join (select shop_id, order_id, gift_grant_id, count(*) as lines, sum(quantity) as units,
          sum(shipped_quantity) as shipped from order_lines where gift_grant_id is not null and cancelled_quantity = 0
          group by shop_id, order_id, gift_grant_id) l
          on l.shop_id = g.shop_id and l.order_id = g.order_id and l.gift_grant_id = g.id
        where g.order_id is not null`,
  ),
  invariant(
    'a line that is a gift has it, or had it',
    sql`select count(*) as checked, count(*) filter (where g.order_id is distinct from l.order_id) as broken
        from order_lines l join gift_grants g on g.shop_id = l.shop_id and g.id = l.gift_grant_id
        join orders o on o.shop_id = l.shop_id and o.id = l.order_id
        where l.cancelled_quantity = 0 and o.status <> 'cancelled'`,
  ),
  invariant(
    "a line's adjustments sum to its discount",
    sql`select count(*) as checked, count(*) filter (where l.discount_amount <> coalesce(a.amount, 0)) as broken
        from order_lines l left join (select shop_id, line_id, sum(amount) as amount from order_adjustments
          group by shop_id, line_id) a on a.shop_id = l.shop_id and a.line_id = l.id`,
  ),
  // Orders from before freight was explained have no parts, and neither have those that were made elsewhere.
  invariant(
    "an order's freight is that of its parts",
    sql`select count(*) as checked, count(*) filter (where o.freight_amount + o.freight_discount_amount <> p.amount) as broken
        from orders o cross join lateral (select sum((part ->> 'amount')::int8) as amount
          from jsonb_array_elements(o.freight_parts) part) p where o.freight_parts <> '[]'`,
  ),
  invariant(
    "an order's campaigns are its uses, with the same discounts",
    sql`select count(*) as checked, count(*) filter (where o.told is distinct from u.used) as broken
        from (select shop_id, id, (select jsonb_object_agg(c ->> 'campaignId', jsonb_build_array((c ->> 'discountAmount')::int8,
            (c ->> 'freightDiscountAmount')::int8)) from jsonb_array_elements(campaigns) c) as told
          from orders where campaigns <> '[]') o
          full join (select shop_id, order_id, jsonb_object_agg(campaign_id, jsonb_build_array(discount_amount, freight_amount)) as used
            from campaign_uses group by shop_id, order_id) u on u.shop_id = o.shop_id and u.order_id = o.id`,
  ),
  invariant(
    'uses of campaigns are held by unpaid orders, used by paid ones and given back by cancelled ones',
    sql`select count(*) as checked, count(*) filter (where u.state <> case when o.status = 'cancelled' then 'returned'
          when o.paid_at is not null then 'used' else 'held' end) as broken
        from campaign_uses u join orders o on o.shop_id = u.shop_id and o.id = u.order_id`,
  ),
  invariant(
    "an order's paid and refunded amounts are those of its payments",
    sql`select count(*) as checked, count(*) filter (where o.paid_amount <> coalesce(p.paid, 0)
          or o.refunded_amount <> coalesce(p.refunded, 0)) as broken
        from orders o left join (select shop_id, order_id, sum(amount) as paid, sum(refunded_amount) as refunded
          from payments where state = 'succeeded' group by shop_id, order_id) p
          on p.shop_id = o.shop_id and p.order_id = o.id`,
  ),
  invariant(
    'what is shipped and delivered of a line is in its parcels',
    sql`select count(*) as checked, count(*) filter (where l.shipped_quantity <> coalesce(s.shipped, 0)
          or l.delivered_quantity <> coalesce(s.delivered, 0)) as broken
        from order_lines l left join (select c.shop_id, c.line_id, sum(c.quantity) as shipped,
            sum(c.quantity - c.missing_quantity) filter (where p.delivered_at is not null) as delivered
          from order_shipment_lines c join order_shipments p on p.shop_id = c.shop_id and p.id = c.shipment_id
          group by c.shop_id, c.line_id) s on s.shop_id = l.shop_id and s.line_id = l.id`,
  ),
  invariant(
    'stock is reserved for exactly what open orders have still to ship, and what open edits bring',
    sql`select count(*) as checked, count(*) filter (where i.reserved <> coalesce(l.open, 0)) as broken
        from stock_items i left join (select shop_id, product_id, sum(open) as open from (
            select l.shop_id, l.product_id, l.quantity - l.cancelled_quantity - l.shipped_quantity as open
              from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id where o.status <> 'cancelled'
            union all select t.shop_id, t.product_id, t.quantity
              from order_edit_items t join order_edits e on e.shop_id = t.shop_id and e.id = t.edit_id and e.state = 'open'
          ) wanted group by shop_id, product_id) l
          on l.shop_id = i.shop_id and l.product_id = i.product_id`,
  ),
  invariant(
    'what went with units of a line is in its credits',
    sql`select count(*) as checked, count(*) filter (where l.credited_amount <> coalesce(c.amount, 0)
          or l.cancelled_quantity <> coalesce(c.cancelled, 0) or l.returned_quantity <> coalesce(c.returned, 0)) as broken
        from order_lines l left join (select shop_id, line_id, sum(amount) as amount,
            sum(quantity) filter (where kind = 'cancelled') as cancelled,
            sum(quantity) filter (where kind = 'returned') as returned
          from order_credits group by shop_id, line_id) c on c.shop_id = l.shop_id and c.line_id = l.id`,
  ),
  invariant(
    'an edit that was applied took off and brought what it was opened for',
    sql`select count(*) as checked, count(*) filter (where e.credited_amount <> coalesce(c.amount, 0)
          or e.credited_amount <> coalesce(u.amount, 0) or e.added_amount <> coalesce(i.amount, 0)) as broken
        from order_edits e
        left join (select shop_id, cause_id, sum(amount) as amount from order_credits where cause_type = 'order_edit'
          group by shop_id, cause_id) c on c.shop_id = e.shop_id and c.cause_id = e.id
        left join (select shop_id, edit_id, sum(amount) as amount from order_edit_units group by shop_id, edit_id) u
          on u.shop_id = e.shop_id and u.edit_id = e.id
        left join (select shop_id, edit_id, sum(net_amount) as amount from order_edit_items group by shop_id, edit_id) i
          on i.shop_id = e.shop_id and i.edit_id = e.id
        where e.state = 'applied'`,
  ),
  invariant(
    "an order's charged and credited amounts are those of its lines and its freight",
    sql`select count(*) as checked, count(*) filter (where o.charged_amount <> o.charged_freight_amount + l.charged
          or o.credited_amount <> o.credited_freight_amount + l.credited) as broken
        from orders o join (select shop_id, order_id, sum(charged_amount) as charged, sum(credited_amount) as credited
          from order_lines group by shop_id, order_id) l on l.shop_id = o.shop_id and l.order_id = o.id`,
  ),
  // The same sum on another way: by what the units were worth when that last changed.
  invariant(
    'what is left of a line is what was paid, less what was settled and credited',
    sql`select count(*) as checked, count(*) filter (where
          net_amount + charged_amount - settled_amount - credited_amount <>
          case when quantity = cancelled_quantity + returned_quantity then 0 else value - round((value
            - least(logo_setup_amount, value))::numeric * (units - quantity + cancelled_quantity + returned_quantity) / units)
          end) as broken
        from (select *, coalesce(valued_amount, net_amount) as value, coalesce(valued_quantity, quantity) as units
          from order_lines) l`,
  ),
  invariant(
    'a cancelled order keeps no money but what its customer got as stored value',
    sql`select count(*) as checked, count(*) filter (
          where paid_amount <> refunded_amount + settled_amount - settled_refund_amount) as broken
        from orders where status = 'cancelled'`,
  ),
  invariant(
    'every order has a timeline that begins with its placing',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from order_timeline t
          where t.shop_id = o.shop_id and t.order_id = o.id and t.kind = 'placed')) as broken from orders o`,
  ),
];
