import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../../platform/invariants.ts';

/** What the money of gifts has to agree with in the books. */
export const giftBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    'what was paid for a redemption, and given back, is what its payments say; of what is had, that is its price',
    (of) => sql`select count(*) as checked, count(*) filter (where r.paid_amount <> coalesce(p.paid, 0)
          or r.refunded_amount <> coalesce(p.refunded, 0) or (r.state <> 'held' and r.paid_amount - r.refunded_amount
            <> case when r.redeemed_at is null then 0 else r.unit_amount * (r.quantity - r.cancelled_quantity) end)) as broken
        from redemptions r left join (select shop_id, subject_id, sum(amount) as paid, sum(refunded_amount) as refunded
          from payments where subject_type = 'redemption' and state = 'succeeded' and ${of('payments')}
          group by shop_id, subject_id) p on p.shop_id = r.shop_id and p.subject_id = r.id where ${of('r')}`,
  ),
  shopInvariant(
    'the clearing of a redemption holds what was paid until it is had, and what is on its way back',
    (of) => sql`select count(*) as checked, count(*) filter (where -coalesce(e.sum, 0) <> coalesce(b.open, 0)
          + case when r.redeemed_at is null then r.paid_amount - r.refunded_amount else 0 end) as broken
        from redemptions r
        left join (select shop_id, owner_id, sum(amount) as sum from ledger_entries
          where account = 'clearing' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = r.shop_id and e.owner_id = r.id
        left join (select shop_id, subject_id, sum(amount) as open from refunds
          where subject_type = 'redemption' and state <> 'succeeded' and ${of('refunds')} group by shop_id, subject_id) b
          on b.shop_id = r.shop_id and b.subject_id = r.id where ${of('r')}`,
  ),
  shopInvariant(
    'the books know of as much paid for gifts as redemptions do',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(e.paid, 0) <> coalesce(r.paid, 0)) as broken
        from (select shop_id, sum(unit_amount * (quantity - cancelled_quantity)) as paid from redemptions
          where redeemed_at is not null and ${of('redemptions')} group by shop_id) r
        full join (select shop_id, -sum(amount) as paid from ledger_entries
          where account = 'gift_sales' and ${of('ledger_entries')} group by shop_id) e on e.shop_id = r.shop_id`,
  ),
];
