import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../../platform/invariants.ts';

/** What cards have to agree with in the books. */
export const cardBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    'what is on a card is what the books say that the shop owes for it',
    (of) => sql`select count(*) as checked,
          count(*) filter (where coalesce(a.balance, 0) <> coalesce(c.balance, 0)) as broken
        from (select shop_id, owner_id, balance from ledger_accounts
            where account = 'card' and ${of('ledger_accounts')}) a
        full join (select shop_id, id, principal_amount + bonus_amount as balance from cards where ${of('cards')}) c
          on c.shop_id = a.shop_id and c.id = a.owner_id`,
  ),
  shopInvariant(
    'every entry of a card has movements that tell the same',
    (of) => sql`select count(*) as checked,
          count(*) filter (where e.amount is distinct from -m.amount or e.balance_after is distinct from m.balance_after) as broken
        from (select shop_id, owner_id, transfer_id, amount, balance_after from ledger_entries
            where account = 'card' and ${of('ledger_entries')}) e
        full join (select shop_id, card_id, transfer_id, sum(amount) as amount,
              (array_agg(balance_after order by position desc))[1] as balance_after
            from card_movements where ${of('card_movements')} group by shop_id, card_id, transfer_id) m
          on m.shop_id = e.shop_id and m.card_id = e.owner_id and m.transfer_id = e.transfer_id`,
  ),
  shopInvariant(
    'every payment by card took its amount out of lots and gave back what was refunded',
    (of) => sql`select count(*) as checked, count(*) filter (where u.face is distinct from p.amount
          or u.returned is distinct from p.refunded_amount) as broken
        from (select shop_id, id, amount, refunded_amount from payments
            where provider = 'card' and state = 'succeeded' and ${of('payments')}) p
        left join (select shop_id, payment_id, sum(face_amount) as face, sum(returned_amount) as returned from card_uses
            where ${of('card_uses')} group by shop_id, payment_id) u
          on u.shop_id = p.shop_id and u.payment_id = p.id`,
  ),
  shopInvariant(
    'a load that is on a card was paid, and its payment gave back what its card’s end says',
    (of) => sql`select count(*) as checked, count(*) filter (where p.amount is distinct from l.paid_amount
          or p.refunded_amount is distinct from coalesce(r.along, 0)) as broken
        from (select shop_id, id, paid_amount from card_loads where state = 'active' and ${of('card_loads')}) l
        left join payments p on p.shop_id = l.shop_id and p.subject_type = 'card_load' and p.subject_id = l.id
          and p.state = 'succeeded' and p.attempt_number = 1
        left join (select shop_id, load_id, sum(along_payment_amount) as along from card_refunds
            where ${of('card_refunds')} group by shop_id, load_id) r on r.shop_id = l.shop_id and r.load_id = l.id`,
  ),
];
