import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import { customersErrors } from '../customers/errors.ts';
import { holdKnownCustomer } from '../customers/standing.ts';
import { type Account, funds, walletOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import type { LedgerEntry } from '../ledger/tables.ts';
import { type MovementSubject, recordMovement } from './movements.ts';
import { type CreditReason, decideSource, type MovementReason } from './rules.ts';
import type { WalletMovement } from './tables.ts';

interface StaffInput {
  readonly customerId: string;
  /** Minor units, more than zero. */
  readonly amount: number;
  readonly note?: string;
}

/** Gives stored value to a customer. Refusals: not_found, customer_merged, customer_erased, amount_too_large. */
export async function creditCustomerWallet(
  ctx: Ctx,
  input: StaffInput & { readonly reason: CreditReason },
): Promise<WalletMovement> {
  return inTransaction(ctx, async (tx) => {
    const { customerId, reason, note } = input;
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
    if (isErased) throw customersErrors.customer_erased();
    const amount = BigInt(input.amount);
    const from = decideSource(reason);
    const movement = await creditWallet(tx, ctx, {
      customerId,
      amount,
      from,
      kind: 'credited',
      reason,
      note,
    });
    // A balance has to fit into an answer as any amount does.
    if (movement.balanceAfter > MAX_AMOUNT)
      throw platformErrors.amount_too_large(undefined, { pointer: '/amount' });
    await audit(tx, ctx, 'creditCustomerWallet', movement);
    return movement;
  });
}

/** Pays stored value out, also what an erased customer left. Refusals: not_found, customer_merged, insufficient_balance. */
export async function withdrawFromWallet(ctx: Ctx, input: StaffInput): Promise<WalletMovement> {
  return inTransaction(ctx, async (tx) => {
    const { customerId, note } = input;
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
    const [id, amount] = [newId(), BigInt(input.amount)];
    const wallet = walletOf(customerId);
    const legs = [debit(wallet, amount), credit(funds('manual'), amount)];
    const entries = await post(tx, ctx, { kind: 'wallet_withdrawn', subject: id, legs });
    const movement = await recordMovement(tx, ctx, entryOf(entries, wallet), {
      id,
      kind: 'withdrawn',
      // Nothing personal is written about who was erased.
      note: isErased ? undefined : note,
    });
    await audit(tx, ctx, 'withdrawFromWallet', movement);
    return movement;
  });
}

interface Credit {
  readonly customerId: string;
  /** Minor units, more than zero. */
  readonly amount: bigint;
  /** The account that pays for it, such as `clearing(orderId)` or `priceDifferences()`. */
  readonly from: Account;
  readonly note?: string | undefined;
  /** What it is for. The same subject is credited once. */
  readonly subject?: MovementSubject;
}

/**
 * Posts value to a wallet in the caller's transaction, and tells the customer and the feed. The caller holds the customer
 * (`holdCustomer`) or has locked what a merge has to move before the wallet, such as an order of theirs.
 */
export async function creditWallet(
  tx: Tx,
  ctx: Ctx,
  input: Credit &
    ({ readonly kind: 'credited'; readonly reason: MovementReason } | { readonly kind: 'refunded' }),
): Promise<WalletMovement> {
  const { customerId, amount, from, subject, ...told } = input;
  const [id, wallet] = [newId(), walletOf(customerId)];
  const entries = await post(tx, ctx, {
    kind: `wallet_${told.kind}`,
    subject: subject ? `${subject.type}:${subject.id}` : id,
    legs: [debit(from, amount), credit(wallet, amount)],
  });
  return recordMovement(tx, ctx, entryOf(entries, wallet), { ...told, id, subject });
}

function entryOf(entries: readonly LedgerEntry[], wallet: Account): LedgerEntry {
  const entry = entries.find(
    ({ account, ownerId }) => account === wallet.account && ownerId === wallet.owner,
  );
  if (!entry) throw new Error('nothing was posted to the wallet');
  return entry;
}

const audit = (tx: Tx, ctx: Ctx, action: string, { customerId, id, amount, reason }: WalletMovement) =>
  recordAudit(tx, ctx, {
    action,
    subjectType: 'customer',
    subjectId: customerId,
    details: { movementId: id, amount: Number(amount), ...(reason === null ? {} : { reason }) },
  });
