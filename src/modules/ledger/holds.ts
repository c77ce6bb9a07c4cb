import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { newId } from '../../platform/ids.ts';
import type { Account } from './accounts.ts';
import { shortOf } from './balances.ts';
import { ledgerErrors } from './errors.ts';
import { post, type TransferInput } from './post.ts';
import { type Leg, debit } from './rules.ts';
import type { LedgerHold } from './tables.ts';

const BATCH = 200;

const promise = preparedSql<{ id: string }>(
  'hold_ledger_balance',
  `with promised as (
     update ledger_accounts set held = held + $5
     where shop_id = $1 and account = $2 and owner_id = $3 and balance - held - $5 >= floor returning shop_id
   )
   insert into ledger_holds (shop_id, id, account, owner_id, amount, reference, state, captured_amount, created_at, expire_due_at)
   select shop_id, $4, $2, $3, $5, $6, 'active', 0, $7, $8 from promised returning id`,
);
// The hold's row is taken first: of two who end it, one finds it ended.
const end = preparedSql<Pick<LedgerHold, 'account'> & { owner_id: string; amount: string }>(
  'end_ledger_hold',
  `with ended as (
     update ledger_holds set state = $3, captured_amount = $4, ended_at = $5, expire_due_at = null
     where shop_id = $1 and id = $2 and state = 'active' and amount >= $4 and ($3 <> 'captured' or expire_due_at > $5)
     returning shop_id, account, owner_id, amount
   ), freed as (
     update ledger_accounts a set held = a.held - e.amount from ended e
     where a.shop_id = e.shop_id and a.account = e.account and a.owner_id = e.owner_id returning 1
   )
   select account, owner_id, amount from ended where exists (select 1 from freed)`,
);
// By ledger_holds_expire_due_idx.
const findExpired = preparedSql<{ id: string }>(
  'find_expired_holds',
  `select id from ledger_holds where shop_id = $1 and expire_due_at <= $2
   order by expire_due_at, id limit $3 for no key update skip locked`,
);

/** Promises a part of a balance until a moment. `reference` names what for, once. Refusal: insufficient_balance. */
export async function hold(
  tx: Tx,
  ctx: Ctx,
  input: { account: Account; amount: bigint; reference: string; expiresAt: Date },
): Promise<string> {
  const { account, amount, reference, expiresAt } = input;
  const values = [
    ctx.shop.id,
    account.account,
    account.owner,
    newId(),
    amount,
    reference,
    ctx.now,
    expiresAt,
  ];
  const [made] = await promise(tx, values);
  if (!made) throw await shortOf(tx, ctx, account);
  return made.id;
}

/**
 * Takes what was held, or a part of it; the rest is free again. `to` are the credits that it goes to. Refusal: hold_not_active,
 * also when its time is over but no sweep has seen that yet.
 */
export async function captureHold(
  tx: Tx,
  ctx: Ctx,
  holdId: string,
  to: Omit<TransferInput, 'legs'> & { readonly legs: readonly Leg[] },
): Promise<void> {
  const amount = to.legs.reduce((sum, leg) => sum - leg.amount, 0n);
  const [ended] = await end(tx, [ctx.shop.id, holdId, 'captured', amount, ctx.now]);
  if (!ended) throw ledgerErrors.hold_not_active();
  const account: Account = { account: ended.account, owner: ended.owner_id, floor: 0n };
  await post(tx, ctx, { ...to, legs: [debit(account, amount), ...to.legs] });
}

/** Frees what was held. Refusal: hold_not_active. */
export async function releaseHold(tx: Tx, ctx: Ctx, holdId: string): Promise<void> {
  const [ended] = await end(tx, [ctx.shop.id, holdId, 'released', 0n, ctx.now]);
  if (!ended) throw ledgerErrors.hold_not_active();
}

/** Frees what was held for longer than was said. Returns how many holds that were. */
export const expireHolds = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const expired = await findExpired(tx, [ctx.shop.id, ctx.now, BATCH]);
    for (const { id } of expired) await end(tx, [ctx.shop.id, id, 'expired', 0n, ctx.now]);
    return expired.length;
  });
