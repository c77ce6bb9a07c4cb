import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../../platform/invariants.ts';

// The same sum as amountDue.
const OPEN = sql`greatest(0, total_amount + charged_amount - settled_refund_amount - credited_amount - paid_amount
  + refunded_amount - written_off_amount)`;

export const creditInvariants = [
  sqlInvariant(
    'what is used of a credit is what is open of the orders on account',
    sql`select count(*) as checked, count(*) filter (where coalesce(c.used_amount, 0) <> coalesce(o.open, 0)) as broken
        from customer_credits c full join (select shop_id, customer_id, sum(${OPEN}) as open from orders
            where terms = 'on_account' and status <> 'cancelled' and customer_id is not null group by shop_id, customer_id) o
          on o.shop_id = c.shop_id and o.customer_id = c.customer_id`,
  ),
  sqlInvariant(
    'the parts of an order on account sum to what it was sold for',
    sql`select count(*) as checked, count(*) filter (where d.amount <> (e.data ->> 'totalAmount')::bigint) as broken
        from (select shop_id, order_id, sum(amount) as amount from order_dues group by shop_id, order_id) d
          join outbox e on e.shop_id = d.shop_id and e.subject_id = d.order_id and e.type in ('order.placed', 'order.imported')`,
  ),
];
