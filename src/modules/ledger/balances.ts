import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import type { Account } from './accounts.ts';
import { ledgerErrors } from './errors.ts';
import type { Leg } from './rules.ts';

// An account with a floor has a row from its first entry on. Checks are made before a conflict is seen, so it begins at nothing.
const open = preparedSql(
  'open_ledger_account',
  `insert into ledger_accounts (shop_id, account, owner_id, unit, balance, held, floor, version)
   values ($1, $2, $3, $4, 0, 0, $5, 0) on conflict do nothing`,
);
// The balance is what the shop owes: a credit, which is negative, raises it.
const move = preparedSql<{ balance: string; version: number }>(
  'move_ledger_balance',
  `update ledger_accounts set balance = balance - $5, version = version + 1
   where shop_id = $1 and account = $2 and owner_id = $3 and unit = $4 and balance - $5 - held >= floor
   returning balance, version`,
);
const read = preparedSql<{ balance: string; held: string; unit: string }>(
  'read_ledger_balance',
  `select balance, held, unit from ledger_accounts where shop_id = $1 and account = $2 and owner_id = $3`,
);

/** Moves a balance that has a floor, in one guarded statement. Refusal: insufficient_balance. */
export async function moveBalance(
  tx: Tx,
  ctx: Ctx,
  leg: Leg,
  unit: string,
): Promise<{ balanceAfter: bigint; accountVersion: number }> {
  const key = [ctx.shop.id, leg.account, leg.owner, unit];
  let [moved] = await move(tx, [...key, leg.amount]);
  if (!moved && leg.amount < 0n) {
    await open(tx, [...key, leg.floor]);
    [moved] = await move(tx, [...key, leg.amount]);
  }
  if (!moved) throw await shortOf(tx, ctx, leg);
  return { balanceAfter: BigInt(moved.balance), accountVersion: moved.version };
}

/** The refusal, with what there is. */
export async function shortOf(tx: Tx, ctx: Ctx, account: Account) {
  const { availableAmount } = await readBalance(tx, ctx.shop.id, account);
  return ledgerErrors.insufficient_balance(`${availableAmount} is available.`, {
    pointer: '/amount',
    extra: { availableAmount: Number(availableAmount) },
  });
}

export interface Balance {
  readonly balanceAmount: bigint;
  /** Promised to holds. */
  readonly heldAmount: bigint;
  /** What can be spent: the balance less what is held. */
  readonly availableAmount: bigint;
}

/** The balance of an account with a floor; nothing, when it never had an entry. */
export async function readBalance(
  on: Parameters<typeof read>[0],
  shopId: string,
  { account, owner }: Account,
): Promise<Balance> {
  const [row] = await read(on, [shopId, account, owner]);
  const [balanceAmount, heldAmount] = [BigInt(row?.balance ?? 0), BigInt(row?.held ?? 0)];
  return { balanceAmount, heldAmount, availableAmount: balanceAmount - heldAmount };
}
