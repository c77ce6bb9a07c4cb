import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What must never be false about offers and about what customers pay, over the whole database. */
export const offerInvariants: readonly Invariant[] = [
  invariant(
    'the newest offer of a settlement has its amount, and none is missing before it',
    sql`select count(*) as checked, count(*) filter (where o.rounds <> o.newest or p.amount <> s.amount) as broken
        from settlements s join (select shop_id, settlement_id, count(*) as rounds, max(round) as newest
          from settlement_offers group by shop_id, settlement_id) o on o.shop_id = s.shop_id and o.settlement_id = s.id
        join settlement_offers p on p.shop_id = s.shop_id and p.settlement_id = s.id and p.round = o.newest`,
  ),
  invariant(
    'what the customer pays was offered, or is what an edit costs',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from settlement_offers o
          where o.shop_id = s.shop_id and o.settlement_id = s.id) and not exists (select 1 from order_edits e
          where e.shop_id = s.shop_id and e.id = s.edit_id and e.added_amount - e.credited_amount = s.amount)) as broken
        from settlements s where s.direction = 'from_customer'`,
  ),
  invariant(
    'what is charged on a line is the sum of what customers paid for it',
    sql`select count(*) as checked, count(*) filter (where o.charged_amount <> coalesce(l.amount, 0)) as broken
        from order_lines o left join (select l.shop_id, l.line_id, sum(l.amount) as amount
          from settlement_lines l join settlements s on s.shop_id = l.shop_id and s.id = l.settlement_id
          where s.state = 'settled' and l.is_charge and s.edit_id is null group by l.shop_id, l.line_id) l
          on l.shop_id = o.shop_id and l.line_id = o.id`,
  ),
  invariant(
    "an order's settled and charged freight are those of its settlements",
    sql`select count(*) as checked, count(*) filter (where o.settled_freight_amount <> coalesce(s.settled, 0)
          or o.charged_freight_amount <> coalesce(s.charged, 0)) as broken
        from orders o left join (select shop_id, order_id,
            sum(freight_amount) filter (where direction = 'to_customer' and accepted_at is not null) as settled,
            sum(freight_amount) filter (where direction = 'from_customer' and state = 'settled' and edit_id is null) as charged
          from settlements where freight_amount > 0 group by shop_id, order_id) s
          on s.shop_id = o.shop_id and s.order_id = o.id`,
  ),
  invariant(
    'a settlement that the customer paid kept payments of its amount, and no other kept any',
    sql`select count(*) as checked, count(*) filter (where coalesce(p.kept, 0) > s.amount
          or s.state not in ('settled') and coalesce(p.kept, 0) <> 0) as broken
        from settlements s left join (select shop_id, subject_id, sum(amount - refunded_amount) as kept
          from payments where subject_type = 'settlement' and state = 'succeeded' group by shop_id, subject_id) p
          on p.shop_id = s.shop_id and p.subject_id = s.id
        where s.direction = 'from_customer'`,
  ),
  invariant(
    'a coupon is held only for a settlement whose payment is on its way',
    sql`select count(*) as checked, count(*) filter (where s.state is distinct from 'paying') as broken
        from coupons c left join settlements s on s.shop_id = c.shop_id and s.id = c.taken_for_id
        where c.amount is not null and c.held > 0`,
  ),
];
