import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../platform/invariants.ts';

// The part of what is kept that pays for the order; see posting-rules.ts.
const CHARGED = sql.raw(
  "case when o.status = 'cancelled' then 0 else o.total_amount + o.charged_amount - o.credited_amount end",
);
const KEPT = sql.raw('o.paid_amount - o.refunded_amount + o.settled_refund_amount');

/** What orders, payments and refunds have to agree with in the books. */
export const orderBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    'what is owed for an order is its price less what was kept of its payments and what was written off',
    (of) => sql`select count(*) as checked,
          count(*) filter (where coalesce(e.sum, 0) <> ${CHARGED} - least(${KEPT}, ${CHARGED})
            - o.written_off_amount) as broken
        from orders o left join (select shop_id, owner_id, sum(amount) as sum from ledger_entries
          where account = 'receivable' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = o.shop_id and e.owner_id = o.id where ${of('o')}`,
  ),
  shopInvariant(
    'the clearing of an order holds exactly what is on its way back or about to be, and nothing when that has arrived',
    (of) => sql`select count(*) as checked,
          count(*) filter (where -coalesce(e.sum, 0) <> coalesce(r.open, 0) + o.settling_amount) as broken
        from orders o
        left join (select shop_id, owner_id, sum(amount) as sum from ledger_entries
          where account = 'clearing' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = o.shop_id and e.owner_id = o.id
        left join (select shop_id, order_id, sum(amount) as open from refunds
          where state <> 'succeeded' and ${of('refunds')} group by shop_id, order_id) r
          on r.shop_id = o.shop_id and r.order_id = o.id where ${of('o')}`,
  ),
  shopInvariant(
    'no more was given back for an order than was captured',
    (of) => sql`select count(*) as checked, count(*) filter (where b.captured < b.refunded) as broken
        from (select e.shop_id, e.owner_id,
            coalesce(-sum(e.amount) filter (where t.kind = 'payment_captured'), 0) as captured,
            coalesce(sum(e.amount) filter (where t.kind = 'refund_paid'), 0) as refunded
          from ledger_entries e join ledger_transfers t on t.shop_id = e.shop_id and t.id = e.transfer_id
          where e.account = 'clearing' and ${of('e')} group by e.shop_id, e.owner_id) b`,
  ),
  shopInvariant(
    'the books know of as much settled as orders do',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(e.given, 0) <> coalesce(o.settled, 0)) as broken
        from (select shop_id, sum(settled_amount - goodwill_amount) as settled from orders
          where status <> 'cancelled' and ${of('orders')} group by shop_id) o
        full join (select e.shop_id, sum(e.amount) as given
          from ledger_entries e join ledger_transfers t on t.shop_id = e.shop_id and t.id = e.transfer_id
          where e.account = 'price_differences' and t.kind in ('settlement', 'order_cancelled') and ${of('e')}
          group by e.shop_id) e on e.shop_id = o.shop_id`,
  ),
  shopInvariant(
    'the books know of as much written off as orders do',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(e.given, 0) <> coalesce(o.written_off, 0)) as broken
        from (select shop_id, sum(written_off_amount) as written_off from orders where ${of('orders')} group by shop_id) o
        full join (select shop_id, sum(amount) as given from ledger_entries
          where account = 'bad_debts' and ${of('ledger_entries')} group by shop_id) e on e.shop_id = o.shop_id`,
  ),
  shopInvariant(
    'every payment that succeeded is in the books with its amount, and no other',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where p.amount is distinct from e.amount) as broken
        from (select shop_id, id, amount from payments where state = 'succeeded' and ${of('payments')}) p
        full join (select t.shop_id, substr(t.reference, 18)::uuid as payment_id, e.amount
            from ledger_transfers t join ledger_entries e on e.shop_id = t.shop_id and e.transfer_id = t.id
            where t.kind = 'payment_captured' and e.amount > 0 and ${of('t')}) e
          on e.shop_id = p.shop_id and e.payment_id = p.id`,
  ),
];
