import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import type { Account } from './accounts.ts';
import { post } from './post.ts';
import { credit, debit } from './rules.ts';
import type { LedgerEntry } from './tables.ts';

// In the order in which a transfer between the two locks them. Who spends, fills or holds waits until both are as they will be.
const lockBoth = preparedSql<{ owner_id: string; balance: string; held: string }>(
  'lock_ledger_accounts',
  `select owner_id, balance, held from ledger_accounts
   where shop_id = $1 and account = $2 and owner_id = any($3::uuid[]) order by owner_id for no key update`,
);
const free = preparedSql(
  'free_ledger_account',
  'update ledger_accounts set held = 0 where shop_id = $1 and account = $2 and owner_id = $3',
);
// By ledger_holds_account_idx.
const moveHolds = preparedSql(
  'move_ledger_holds',
  `with moved as (
     update ledger_holds set owner_id = $4
     where shop_id = $1 and account = $2 and owner_id = $3 and state = 'active' returning amount
   )
   update ledger_accounts set held = held + (select coalesce(sum(amount), 0) from moved)
   where shop_id = $1 and account = $2 and owner_id = $4`,
);

/**
 * Gives the whole balance of an account with a floor to another of its kind, with what is promised of it. Returns the
 * entries; none, when there was nothing. Who ends a hold at this moment may wait crosswise: then one of the two runs again.
 */
export async function handOver(
  tx: Tx,
  ctx: Ctx,
  from: Account,
  to: Account,
  transfer: { readonly kind: string; readonly subject: string },
): Promise<readonly LedgerEntry[]> {
  const rows = await lockBoth(tx, [ctx.shop.id, from.account, [from.owner, to.owner]]);
  const given = rows.find(({ owner_id }) => owner_id === from.owner);
  const amount = BigInt(given?.balance ?? 0);
  if (amount === 0n) return [];
  const isHeld = BigInt(given?.held ?? 0) > 0n;
  const key = [ctx.shop.id, from.account, from.owner];
  if (isHeld) await free(tx, key);
  const entries = await post(tx, ctx, { ...transfer, legs: [debit(from, amount), credit(to, amount)] });
  if (isHeld) await moveHolds(tx, [...key, to.owner]);
  return entries;
}
