import type { Db, Reader } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';

const BATCH = 5_000;

export interface ShopBalance {
  readonly account: string;
  readonly unit: string;
  /** Debits less credits. */
  readonly balanceAmount: bigint;
  readonly entryCount: bigint;
}

// An entry is in the tail or in a snapshot, and one statement moves it. A reader who takes both in one statement therefore
// counts each entry once, whatever is committed meanwhile. Entries themselves are not read.
export const READ_BALANCES = `
  select account, unit, sum(balance)::int8 as balance, sum(entries)::int8 as entries
  from (select account, unit, balance, entry_count as entries from ledger_snapshots where shop_id = $1
    union all select account, unit, sum(amount), count(*) from ledger_tail where shop_id = $1 group by account, unit) b
  group by account, unit order by account, unit`;
const readBalances = preparedSql<{ account: string; unit: string; balance: string; entries: string }>(
  'read_shop_balances',
  READ_BALANCES,
);

const findTails = preparedSql<{ id: string }>(
  'find_ledger_tails',
  'select id from shops s where exists (select 1 from ledger_tail where shop_id = s.id) order by id',
);

// What another fold has taken is left to it. Two folds wait for each other at the rows of the snapshots, which both take in the
// order of their accounts; writers of entries wait for neither. The rows are found by their place, which a locked row keeps: a join
// by the key, planned while the tail was short, would read all of it for each row.
const fold = preparedSql<{ entries: string }>(
  'fold_ledger_tail',
  `with taken as (
     delete from ledger_tail where ctid = any(array(
       select ctid from ledger_tail where shop_id = $1
       order by transfer_id, position limit ${BATCH} for update skip locked
     )) returning account, unit, amount
   ), folded as (
     insert into ledger_snapshots as s (shop_id, account, unit, balance, entry_count, taken_at)
     select $1, account, unit, sum(amount), count(*), $2 from taken group by account, unit order by account, unit
     on conflict (shop_id, account, unit) do update set balance = s.balance + excluded.balance,
       entry_count = s.entry_count + excluded.entry_count, taken_at = greatest(s.taken_at, excluded.taken_at)
     returning 1
   )
   select count(*) as entries from taken where exists (select 1 from folded)`,
);

/** The shops in which entries wait for a snapshot. */
export const findShopsWithTail = async (db: Db): Promise<string[]> =>
  (await findTails(db, [])).map(({ id }) => id);

/** Adds a batch of the tail to the snapshots. Returns how many entries that were; 0 also when another fold has them. */
export const foldTail = async (db: Db, shopId: string, realNow: Date): Promise<number> =>
  Number((await fold(db, [shopId, realNow]))[0]?.entries ?? 0);

/** The balances of a shop's own accounts: what the snapshots hold and what stands in the tail. Along both primary keys. */
export async function readShopBalances(on: Reader, shopId: string): Promise<ShopBalance[]> {
  const rows = await readBalances(on, [shopId]);
  return rows.map(({ account, unit, balance, entries }) => ({
    account,
    unit,
    balanceAmount: BigInt(balance),
    entryCount: BigInt(entries),
  }));
}
