import { createHash } from 'node:crypto';
import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId, randomCode } from '../../../platform/ids.ts';
import { sumOf } from '../../../platform/money.ts';
import { clearing, funds, giftDepositOf } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { CLAIM_CODE_SYMBOLS, normaliseClaimCode } from '../../loyalty/gifts/rules.ts';
import { listPaymentsOf } from '../../payments/attempts.ts';
import { requestRefund } from '../../payments/refunds.ts';
import { creditWallet } from '../../wallets/credit.ts';
import { depositErrors } from './errors.ts';
import { depositEvent, depositEvents, depositMovedEvent } from './events.ts';
import { type DepositView, GIFT_DEPOSIT, viewOf } from './open.ts';
import { collectParts, findByCode, lowerExposure, updateDeposit } from './repository.ts';
import { holdDeposit } from './take-payment.ts';
import type { GiftDeposit, PayoutWay } from './tables.ts';

/**
 * Everything that is due is paid out: to the wallet, or along the payment that the deposit came by. Refusals: not_found, customer_merged,
 * gift_deposit_not_active, gift_deposit_nothing_due.
 */
export function collectDeposit(
  ctx: Ctx,
  id: string,
  payoutWay: Exclude<PayoutWay, 'counter'>,
): Promise<DepositView> {
  return inTransaction(ctx, async (tx) => {
    const collected = await collectDue(tx, ctx, await holdDeposit(tx, ctx, id), payoutWay);
    return viewOf(tx, ctx, collected);
  });
}

async function collectDue(
  tx: Tx,
  ctx: Ctx,
  deposit: GiftDeposit,
  payoutWay: PayoutWay,
): Promise<GiftDeposit> {
  if (deposit.state !== 'active') throw depositErrors.gift_deposit_not_active(`It is ${deposit.state}.`);
  const payoutId = newId();
  const parts = await collectParts(tx, deposit, { now: ctx.now, payoutWay, payoutId });
  if (parts.length === 0) throw depositErrors.gift_deposit_nothing_due();
  const amount = sumOf(parts.map(({ partAmount }) => partAmount));
  await payOut(tx, ctx, deposit, { amount, payoutId, payoutWay });
  const returnedAmount = deposit.returnedAmount + amount;
  const isBack = returnedAmount === deposit.depositAmount;
  const collected = await updateDeposit(tx, deposit, {
    returnedAmount,
    claimCodeHash: null,
    ...(isBack && { state: 'settled' }),
    updatedAt: ctx.now,
  });
  await lowerExposure(tx, ctx.shop.id, amount);
  await appendEvents(tx, ctx, [
    depositMovedEvent(ctx, depositEvents.collected, collected, amount),
    ...(isBack ? [depositEvent(ctx, depositEvents.settled, collected)] : []),
  ]);
  return collected;
}

async function payOut(
  tx: Tx,
  ctx: Ctx,
  { id, customerId }: GiftDeposit,
  of: { readonly amount: bigint; readonly payoutId: string; readonly payoutWay: PayoutWay },
): Promise<void> {
  const { amount, payoutId, payoutWay } = of;
  const from = giftDepositOf(id);
  if (payoutWay === 'wallet') {
    const subject = { type: 'gift_deposit_payout', id: payoutId };
    await creditWallet(tx, ctx, { customerId, amount, from, subject, kind: 'refunded' });
    return;
  }
  const to = payoutWay === 'counter' ? funds('manual') : clearing(id);
  await post(tx, ctx, {
    kind: 'gift_deposit_part_paid',
    subject: payoutId,
    legs: [debit(from, amount), credit(to, amount)],
  });
  if (payoutWay === 'counter') return;
  const payments = await listPaymentsOf(tx, ctx.shop.id, GIFT_DEPOSIT, id);
  const payment = payments.find(({ state }) => state === 'succeeded');
  if (!payment) throw new Error(`the deposit ${id} has no payment`);
  await requestRefund(tx, ctx, payment, amount, 'deposit_part');
}

/** Codes of two shops that happen to be the same are two codes. */
const hashOf = (shopId: string, code: string): string =>
  createHash('sha256').update(`${shopId}/gift-deposits/${code}`).digest('hex');

/**
 * Makes the code that its customer shows at the counter. It is told here and never again; the one before counts no more, and one pays out
 * once. Refusals: not_found, customer_merged, gift_deposit_not_active.
 */
export function createDepositCode(
  ctx: Ctx,
  id: string,
): Promise<DepositView & { readonly claimCode: string }> {
  return inTransaction(ctx, async (tx) => {
    const deposit = await holdDeposit(tx, ctx, id);
    if (deposit.state !== 'active') throw depositErrors.gift_deposit_not_active(`It is ${deposit.state}.`);
    const claimCode = randomCode(CLAIM_CODE_SYMBOLS);
    const changes = { claimCodeHash: hashOf(ctx.shop.id, claimCode), updatedAt: ctx.now };
    const changed = await updateDeposit(tx, deposit, changes);
    await audit(tx, ctx, 'createDepositCode', id);
    return { ...(await viewOf(tx, ctx, changed)), claimCode };
  });
}

/**
 * Pays everything that is due out of the till to who shows the code. Refusals: gift_deposit_code_unknown, gift_deposit_nothing_due.
 */
export function payOutDeposit(ctx: Ctx, spelling: string): Promise<DepositView> {
  return inTransaction(ctx, async (tx) => {
    const hash = hashOf(ctx.shop.id, normaliseClaimCode(spelling));
    const seen = await findByCode(tx, ctx.shop.id, hash);
    const deposit = seen && (await holdDeposit(tx, ctx, seen.id));
    // Another till may have been quicker.
    if (deposit?.claimCodeHash !== hash)
      throw depositErrors.gift_deposit_code_unknown(undefined, { pointer: '/claimCode' });
    const collected = await collectDue(tx, ctx, deposit, 'counter');
    await audit(tx, ctx, 'payOutDeposit', deposit.id);
    return viewOf(tx, ctx, collected);
  });
}

const audit = (tx: Tx, ctx: Ctx, action: string, subjectId: string): Promise<void> =>
  recordAudit(tx, ctx, { action, subjectType: 'gift_deposit', subjectId, details: {} });
