import { sql } from 'drizzle-orm';
import {
  shopInvariant,
  type ShopInvariant,
  sqlInvariant as invariant,
} from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

export const depositInvariants: readonly Invariant[] = [
  invariant(
    'the parts of a deposit come to it, differ by one at most, the greater first, and are due one after the other',
    sql`select count(*) as checked, count(*) filter (where d.deposit_amount is distinct from p.amount
          or d.instalments is distinct from p.parts or p.most - p.least > 1 or not p.is_ordered) as broken
        from gift_deposits d left join (
          select shop_id, gift_deposit_id, sum(part_amount) as amount, count(*) as parts, max(part_amount) as most,
            min(part_amount) as least, bool_and(is_ordered) as is_ordered from (
              select *, coalesce(part_amount <= lag(part_amount) over w and due_day > lag(due_day) over w
                and number = lag(number) over w + 1, number = 1) as is_ordered from gift_deposit_parts
              window w as (partition by shop_id, gift_deposit_id order by number)) o
          group by 1, 2) p on p.shop_id = d.shop_id and p.gift_deposit_id = d.id where d.paid_at is not null`,
  ),
  invariant(
    'what of a deposit is back is what was collected of it',
    sql`select count(*) as checked, count(*) filter (where d.returned_amount <> coalesce(p.amount, 0)) as broken
        from gift_deposits d left join (select shop_id, gift_deposit_id, sum(part_amount) as amount from gift_deposit_parts
          where collected_at is not null group by 1, 2) p on p.shop_id = d.shop_id and p.gift_deposit_id = d.id`,
  ),
  invariant(
    'a shop is exposed by what is deposited, or about to be, and not back',
    sql`select count(*) as checked, count(*) filter (where coalesce(e.exposed_amount, 0) <> coalesce(d.amount, 0)) as broken
        from (select shop_id, sum(deposit_amount - returned_amount) as amount from gift_deposits
          where state in ('pending', 'active') group by 1) d
        full join gift_deposit_exposures e on e.shop_id = d.shop_id`,
  ),
  invariant(
    'a deposit holds the place of its customer until it is cancelled',
    sql`select count(*) as checked, count(*) filter (where p.id is null or p.customer_id <> d.customer_id
          or p.activity_id <> d.activity_id) as broken
        from gift_deposits d left join participants p on p.shop_id = d.shop_id and p.id = d.participant_id
        where d.state <> 'cancelled'`,
  ),
];

/** What deposits have to agree with in the books. */
export const depositBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    'the account of a deposit holds what of it is not back',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(a.balance, 0) <> coalesce(d.outstanding, 0)) as broken
        from (select shop_id, owner_id, balance from ledger_accounts
            where account = 'gift_deposit' and ${of('ledger_accounts')}) a
        full join (select shop_id, id, case when paid_at is null then 0 else deposit_amount - returned_amount end as outstanding
            from gift_deposits where ${of('gift_deposits')}) d on d.shop_id = a.shop_id and d.id = a.owner_id`,
  ),
  shopInvariant(
    'the clearing of a deposit holds what is on its way back',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where -coalesce(e.sum, 0) <> coalesce(b.open, 0)) as broken
        from gift_deposits d
        left join (select shop_id, owner_id, sum(amount) as sum from ledger_entries
          where account = 'clearing' and ${of('ledger_entries')} group by shop_id, owner_id) e
          on e.shop_id = d.shop_id and e.owner_id = d.id
        left join (select shop_id, subject_id, sum(amount) as open from refunds
          where subject_type = 'gift_deposit' and state <> 'succeeded' and ${of('refunds')} group by shop_id, subject_id) b
          on b.shop_id = d.shop_id and b.subject_id = d.id where ${of('d')}`,
  ),
];
