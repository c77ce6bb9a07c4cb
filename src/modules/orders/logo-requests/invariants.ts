import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../../platform/invariants.ts';

// Lines of orders that were not cancelled, and goods of edits that wait for their payment.
const ORDERED = sql`(
    select l.shop_id, l.logo_request_id as request_id, l.product_id, l.quantity - l.cancelled_quantity as quantity,
      case when l.cancelled_quantity < l.quantity then l.logo_setup_amount else 0 end as setup_amount
    from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id
    where l.logo_request_id is not null and o.status <> 'cancelled'
    union all select t.shop_id, t.logo_request_id, t.product_id, t.quantity, t.logo_setup_amount
    from order_edit_items t join order_edits e on e.shop_id = t.shop_id and e.id = t.edit_id and e.state = 'open'
    where t.logo_request_id is not null)`;

export const logoInvariants = [
  sqlInvariant(
    'what is ordered with a logo is what orders and open edits have of it',
    sql`select count(*) as checked, count(*) filter (where coalesce(i.ordered_quantity, 0) <> coalesce(w.quantity, 0)) as broken
        from logo_request_items i full join (select shop_id, request_id, product_id, sum(quantity) as quantity
            from ${ORDERED} x group by shop_id, request_id, product_id having sum(quantity) > 0) w
          on w.shop_id = i.shop_id and w.request_id = i.request_id and w.product_id = i.product_id`,
  ),
  sqlInvariant(
    'the tools of a logo are paid once, and are then the price that was agreed on',
    sql`select count(*) as checked, count(*) filter (where coalesce(w.count, 0) <> case when r.is_setup_charged then 1 else 0 end
          or w.amount <> r.setup_amount) as broken
        from logo_requests r left join (select shop_id, request_id, count(*) as count, max(setup_amount) as amount
            from ${ORDERED} x where setup_amount > 0 group by shop_id, request_id) w
          on w.shop_id = r.shop_id and w.request_id = r.id`,
  ),
  sqlInvariant(
    'a line with a logo has its price and its customer',
    sql`select count(*) as checked, count(*) filter (where r.id is null or r.unit_amount <> l.logo_unit_amount
          or r.customer_id is distinct from o.customer_id) as broken
        from order_lines l join orders o on o.shop_id = l.shop_id and o.id = l.order_id
          left join logo_requests r on r.shop_id = l.shop_id and r.id = l.logo_request_id
        where l.logo_request_id is not null`,
  ),
];
