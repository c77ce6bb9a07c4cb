import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What `npm run verify` checks about stored-value cards. */
export const cardInvariants: readonly Invariant[] = [
  invariant(
    'a card has the value of its lots',
    sql`select count(*) as checked, count(*) filter (where c.principal_amount <> coalesce(l.principal, 0)
          or c.bonus_amount <> coalesce(l.bonus, 0)) as broken
        from cards c left join (select shop_id, card_id, sum(left_amount) filter (where kind = 'principal') as principal,
            sum(left_amount) filter (where kind = 'bonus') as bonus
          from card_lots group by shop_id, card_id) l on l.shop_id = c.shop_id and l.card_id = c.id`,
  ),
  invariant(
    'what is left of a lot of a card is the sum of its movements',
    sql`select count(*) as checked, count(*) filter (where l.left_amount <> coalesce(m.amount, 0)) as broken
        from card_lots l left join (select shop_id, lot_id, sum(amount) as amount from card_movements
          group by shop_id, lot_id) m on m.shop_id = l.shop_id and m.lot_id = l.id`,
  ),
  invariant(
    "a card's movements are numbered from 1 without a gap, and each tells the balance after it",
    sql`select count(*) as checked, count(*) filter (where coalesce(m.movements, 0) <> c.movement_count
          or coalesce(m.newest, 0) <> c.movement_count or coalesce(m.wrong, 0) > 0) as broken
        from cards c left join (select shop_id, card_id, count(*) as movements, max(position) as newest,
            count(*) filter (where balance_after <> running) as wrong
          from (select shop_id, card_id, position, balance_after,
              sum(amount) over (partition by shop_id, card_id order by position) as running from card_movements) r
          group by shop_id, card_id) m on m.shop_id = c.shop_id and m.card_id = c.id`,
  ),
  invariant(
    'a load has the lots of what was paid and what came on top, on the same card, and none before it is paid',
    sql`select count(*) as checked, count(*) filter (where coalesce(t.principal, 0) <> case l.state when 'active' then l.paid_amount else 0 end
          or coalesce(t.bonus, 0) <> case l.state when 'active' then l.bonus_amount else 0 end
          or coalesce(t.elsewhere, 0) > 0) as broken
        from card_loads l left join (select o.shop_id, o.load_id, sum(o.granted_amount) filter (where o.kind = 'principal') as principal,
            sum(o.granted_amount) filter (where o.kind = 'bonus') as bonus,
            count(*) filter (where o.card_id <> d.card_id) as elsewhere
          from card_lots o join card_loads d on d.shop_id = o.shop_id and d.id = o.load_id
          group by o.shop_id, o.load_id) t on t.shop_id = l.shop_id and t.load_id = l.id`,
  ),
  invariant(
    'what was paid back of a load is what the ends of its cards say, and never more than was paid',
    sql`select count(*) as checked, count(*) filter (where l.refunded_amount <> coalesce(r.amount, 0)
          or l.refunded_amount > l.paid_amount) as broken
        from card_loads l left join (select shop_id, load_id, sum(along_payment_amount + manual_amount) as amount
          from card_refunds group by shop_id, load_id) r on r.shop_id = l.shop_id and r.load_id = l.id`,
  ),
  invariant(
    'gifts of a load are owed only once it is paid',
    sql`select count(*) as checked, count(*) filter (where (l.state = 'pending') <> (g.state = 'promised')
          or (l.state = 'cancelled' and g.state <> 'cancelled')) as broken
        from card_load_gifts g join card_loads l on l.shop_id = g.shop_id and l.id = g.load_id`,
  ),
  invariant(
    'nobody who was merged has a card',
    sql`select count(*) as checked, count(*) filter (where m.merged_into_id is not null) as broken
        from cards c join customers m on m.shop_id = c.shop_id and m.id = c.customer_id`,
  ),
];
