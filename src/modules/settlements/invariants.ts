import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What must never be false about settlements, over the whole database. */
export const settlementInvariants: readonly Invariant[] = [
  invariant(
    "a settlement's lines and freight sum to its amount",
    sql`select count(*) as checked, count(*) filter (where s.amount <> s.freight_amount + coalesce(l.amount, 0)) as broken
        from settlements s left join (select shop_id, settlement_id, sum(amount) as amount from settlement_lines
          group by shop_id, settlement_id) l on l.shop_id = s.shop_id and l.settlement_id = s.id
        where s.edit_id is null`,
  ),
  invariant(
    'what is settled of a line is the sum of its accepted settlements',
    sql`select count(*) as checked, count(*) filter (where o.settled_amount <> coalesce(l.amount, 0)) as broken
        from order_lines o left join (select l.shop_id, l.line_id, sum(l.amount) as amount
          from settlement_lines l join settlements s on s.shop_id = l.shop_id and s.id = l.settlement_id
          where s.accepted_at is not null and s.direction = 'to_customer' group by l.shop_id, l.line_id) l
          on l.shop_id = o.shop_id and l.line_id = o.id`,
  ),
  invariant(
    "an order's settled amount is that of its lines and its freight",
    sql`select count(*) as checked,
          count(*) filter (where o.settled_amount <> o.settled_freight_amount + coalesce(l.amount, 0)) as broken
        from orders o left join (select shop_id, order_id, sum(settled_amount) as amount from order_lines
          group by shop_id, order_id) l on l.shop_id = o.shop_id and l.order_id = o.id`,
  ),
  invariant(
    'a settlement keeps its lines busy until it ends',
    sql`select count(*) as checked, count(*) filter (where l.is_open <> (s.state not in
          ('settled', 'declined', 'expired', 'cancelled'))) as broken
        from settlement_lines l join settlements s on s.shop_id = l.shop_id and s.id = l.settlement_id`,
  ),
  invariant(
    'the refunds of an accepted settlement carry its amount',
    sql`select count(*) as checked, count(*) filter (where s.amount <> coalesce(p.amount, 0)) as broken
        from settlements s left join (select p.shop_id, p.settlement_id, sum(r.amount) as amount
          from settlement_payouts p join refunds r on r.shop_id = p.shop_id and r.id = p.refund_id
          group by p.shop_id, p.settlement_id) p on p.shop_id = s.shop_id and p.settlement_id = s.id
        where s.accepted_at is not null and s.state <> 'accepted' and s.payout_method = 'original_payment'`,
  ),
  invariant(
    'a settlement as stored value is in the wallet with its amount',
    sql`select count(*) as checked, count(*) filter (where m.amount is distinct from s.amount) as broken
        from settlements s left join wallet_movements m on m.shop_id = s.shop_id and m.subject_type = 'settlement'
          and m.subject_id = s.id where s.accepted_at is not null and s.state <> 'accepted'
          and s.payout_method = 'stored_value'`,
  ),
  invariant(
    'a settlement as a coupon is given with its amount',
    sql`select count(*) as checked, count(*) filter (where p.amount is distinct from s.amount) as broken
        from settlements s left join (select shop_id, from_id, sum(amount) as amount from coupons
          where from_type = 'settlement' group by shop_id, from_id) p on p.shop_id = s.shop_id and p.from_id = s.id
        where s.settled_at is not null and s.payout_method = 'coupon'`,
  ),
  invariant(
    "what is used of a policy's caps is the sum of the settlements that count in them",
    sql`select count(*) as checked, count(*) filter (where u.used_amount <> coalesce((
          select sum(s.amount) from settlements s join price_difference_policy_versions v
            on v.shop_id = s.shop_id and v.policy_id = s.policy_id and v.rule_version = s.rule_version
            and v.rule ->> case when u.year = 0 then 'budgetAmount' else 'customerYearCapAmount' end is not null
          where s.shop_id = u.shop_id and s.policy_id = u.policy_id
            and s.state not in ('declined', 'expired', 'cancelled')
            and (u.year = 0 or s.customer_id = u.holder_id and s.cap_year = u.year)), 0)) as broken
        from price_difference_policy_uses u`,
  ),
  // That nothing is settled of what was given away, the constraints of order lines see to: its price is nothing.
  invariant(
    'no promise pays for what was bought in a flash sale that it leaves out',
    sql`select count(*) as checked, count(*) filter (where o.is_flash_sale) as broken
        from settlement_lines l join settlements s on s.shop_id = l.shop_id and s.id = l.settlement_id
          join price_difference_policy_versions v on v.shop_id = s.shop_id and v.policy_id = s.policy_id
            and v.rule_version = s.rule_version and v.rule ->> 'includesFlashSales' = 'false'
          join order_lines o on o.shop_id = l.shop_id and o.id = l.line_id`,
  ),
];
