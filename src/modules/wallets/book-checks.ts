import { sql } from 'drizzle-orm';
import { type ShopInvariant, shopInvariant } from '../../platform/invariants.ts';

/** What the movements of wallets have to agree with in the books. */
export const walletBookChecks: readonly ShopInvariant[] = [
  shopInvariant(
    "a customer's movements sum to the balance of the wallet",
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where coalesce(a.balance, 0) <> coalesce(m.sum, 0)) as broken
        from (select shop_id, owner_id, balance from ledger_accounts
            where account = 'wallet' and ${of('ledger_accounts')}) a
        full join (select shop_id, customer_id, sum(amount) as sum from wallet_movements
            where ${of('wallet_movements')} group by shop_id, customer_id) m
          on m.shop_id = a.shop_id and m.customer_id = a.owner_id`,
  ),
  shopInvariant(
    'every entry of a wallet has one movement that tells the same',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where m.transfer_id is distinct from e.transfer_id
          or m.amount is distinct from -e.amount or m.balance_after is distinct from e.balance_after) as broken
        from (select shop_id, owner_id, account_version, transfer_id, amount, balance_after from ledger_entries
            where account = 'wallet' and ${of('ledger_entries')}) e
        full join (select shop_id, customer_id, position, transfer_id, amount, balance_after from wallet_movements
            where ${of('wallet_movements')}) m
          on m.shop_id = e.shop_id and m.customer_id = e.owner_id and m.position = e.account_version`,
  ),
  shopInvariant(
    'every payment by stored value took its amount out of a wallet',
    (
      of,
    ) => sql`select count(*) as checked, count(*) filter (where e.amount is distinct from p.amount) as broken
        from (select shop_id, id, amount from payments
            where provider = 'wallet' and state = 'succeeded' and ${of('payments')}) p
        left join ledger_transfers t on t.shop_id = p.shop_id and t.reference = 'payment_captured:' || p.id
        left join ledger_entries e on e.shop_id = t.shop_id and e.transfer_id = t.id and e.account = 'wallet'`,
  ),
];
