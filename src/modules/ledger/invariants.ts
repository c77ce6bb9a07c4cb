import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../platform/invariants.ts';

/** What proves the books, over one shop or all of them. */
export const ledgerInvariants: readonly ShopInvariant[] = [
  shopInvariant(
    'every transfer has entries, and they sum to zero',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(e.legs, 0) < 2 or e.sum <> 0) as broken
        from ledger_transfers t left join (select shop_id, transfer_id, count(*) as legs, sum(amount) as sum
          from ledger_entries where ${of('ledger_entries')} group by shop_id, transfer_id) e
          on e.shop_id = t.shop_id and e.transfer_id = t.id where ${of('t')}`,
  ),
  shopInvariant(
    'a balance is the sum of its entries, which are numbered from 1 without a gap',
    (of) => sql`select count(*) as checked, count(*) filter (where a.balance <> -coalesce(e.sum, 0)
          or a.version <> coalesce(e.entries, 0) or a.version <> coalesce(e.newest, 0)) as broken
        from ledger_accounts a left join (select shop_id, account, owner_id, sum(amount) as sum, count(*) as entries,
            max(account_version) as newest
          from ledger_entries where account_version is not null and ${of('ledger_entries')}
          group by shop_id, account, owner_id) e
          on e.shop_id = a.shop_id and e.account = a.account and e.owner_id = a.owner_id where ${of('a')}`,
  ),
  shopInvariant(
    'every entry of an account with a floor says the balance after it',
    (of) => sql`select count(*) as checked, count(*) filter (where e.balance_after <> e.running) as broken
        from (select balance_after, -sum(amount) over (partition by shop_id, account, owner_id order by account_version)
            as running from ledger_entries where account_version is not null and ${of('ledger_entries')}) e`,
  ),
  shopInvariant(
    'a snapshot and the tail behind it are the full sum of the entries',
    (of) => sql`select count(*) as checked, count(*) filter (where coalesce(e.sum, 0) <> coalesce(k.sum, 0)
          or coalesce(e.entries, 0) <> coalesce(k.entries, 0)) as broken
        from (select e.shop_id, e.account, t.unit, sum(e.amount) as sum, count(*) as entries
            from ledger_entries e join ledger_transfers t on t.shop_id = e.shop_id and t.id = e.transfer_id
            where e.owner_id is null and ${of('e')} group by e.shop_id, e.account, t.unit) e
        full join (select shop_id, account, unit, sum(sum) as sum, sum(entries) as entries
            from (select shop_id, account, unit, balance as sum, entry_count as entries from ledger_snapshots
                where ${of('ledger_snapshots')}
              union all select shop_id, account, unit, amount, 1 from ledger_tail where ${of('ledger_tail')}) b
            group by shop_id, account, unit) k
          on k.shop_id = e.shop_id and k.account = e.account and k.unit = e.unit`,
  ),
  shopInvariant(
    'what is held of a balance is the sum of its active holds',
    (of) => sql`select count(*) as checked, count(*) filter (where a.held <> coalesce(h.sum, 0)) as broken
        from ledger_accounts a left join (select shop_id, account, owner_id, sum(amount) as sum from ledger_holds
          where state = 'active' and ${of('ledger_holds')} group by shop_id, account, owner_id) h
          on h.shop_id = a.shop_id and h.account = a.account and h.owner_id = a.owner_id where ${of('a')}`,
  ),
  shopInvariant(
    'a reversal takes back exactly what was posted',
    (of) => sql`select count(*) as checked, count(*) filter (where exists (
          select 1 from (select account, owner_id, amount from ledger_entries e
              where e.shop_id = t.shop_id and e.transfer_id = t.reverses_id
            union all select account, owner_id, amount from ledger_entries e
              where e.shop_id = t.shop_id and e.transfer_id = t.id) sides
          group by account, owner_id having sum(amount) <> 0)) as broken
        from ledger_transfers t where t.reverses_id is not null and ${of('t')}`,
  ),
];
