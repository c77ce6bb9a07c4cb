import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { holdCustomer } from '../../customers/standing.ts';
import { startPayment } from '../../payments/attempts.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { providerOf } from '../../payments/providers/registry.ts';
import type { Payment } from '../../payments/tables.ts';
import { activityErrors } from '../errors.ts';
import { requireOpen } from '../open.ts';
import { type JoinInput, takePart } from '../participants/join.ts';
import { getActivity, holdActivity, type WholeActivity } from '../repository.ts';
import { activitySettings } from '../settings.ts';
import { requireEnabled } from './enabled.ts';
import { depositErrors } from './errors.ts';
import { depositEvent, depositEvents } from './events.ts';
import { planParts } from './deposit-rules.ts';
import { getDeposit, insertDeposit, listParts, raiseExposure } from './repository.ts';
import type { GiftDeposit, GiftDepositPart } from './tables.ts';

/** What payments and refunds call it. */
export const GIFT_DEPOSIT = 'gift_deposit';

export interface OpenInput extends JoinInput {
  readonly provider: string;
  readonly reference?: string;
  readonly paymentMethod?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/** A deposit with the parts in which it comes back: planned as if it were paid now, while it is not. */
export interface DepositView {
  readonly deposit: GiftDeposit;
  readonly parts: readonly GiftDepositPart[];
}

/** The parts of a deposit as they would be if it were paid now. */
export const plannedParts = (ctx: Ctx, deposit: GiftDeposit): GiftDepositPart[] =>
  planParts(deposit, { timezone: ctx.shop.timezone, paidAt: ctx.now }).map((part) => ({
    ...part,
    shopId: deposit.shopId,
    giftDepositId: deposit.id,
    noticeAt: part.collectableAt,
    collectedAt: null,
    payoutWay: null,
    payoutId: null,
  }));

/**
 * A customer takes a place and pays for it: the place is held while the payment is open. Refusals: not_found, those of customers,
 * activity_other_type, gift_deposits_off, those of requireOpen, gift_deposit_taken, activity_full, activity_budget_used_up,
 * gift_deposit_limit_reached, provider_not_available, and those of startPayment.
 */
export function openDeposit(
  ctx: Ctx,
  activityId: string,
  input: OpenInput,
): Promise<DepositView & { readonly payment: Payment }> {
  return inTransaction(ctx, async (tx) => {
    // Who may not know of the activity is told nothing of customers.
    await getActivity(tx, ctx.shop.id, activityId);
    await holdCustomer(tx, ctx.shop.id, input.customerId);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    checkProvider(ctx, input.provider);
    requireEnabled(ctx, whole);
    await requireOpen(tx, ctx, whole, { ...input, at: ctx.now });
    const { participant, isNew } = await takePart(tx, ctx, whole, input);
    if (!isNew) throw depositErrors.gift_deposit_taken();
    const deposit = newDeposit(ctx, whole, participant);
    const { giftDepositLimitAmount } = activitySettings.of(ctx.shop);
    if (!(await raiseExposure(tx, ctx.shop.id, deposit.depositAmount, BigInt(giftDepositLimitAmount))))
      throw depositErrors.gift_deposit_limit_reached();
    await insertDeposit(tx, deposit);
    await appendEvents(tx, ctx, [depositEvent(ctx, depositEvents.opened, deposit)]);
    const payment = await pay(tx, ctx, deposit, input);
    return { ...(await viewOf(tx, ctx, await getDeposit(tx, ctx.shop.id, deposit.id))), payment };
  });
}

/** Cash is staff's word, and stored value of the shop is no money that it could be lent. */
function checkProvider(ctx: Ctx, name: string): void {
  const isStaffs = name === 'manual' && ctx.customerId !== undefined;
  if (!isStaffs && !providerOf({ provider: name }).storedValue) return;
  throw paymentErrors.provider_not_available(`A deposit cannot be paid by ${name} here.`, {
    pointer: '/provider',
  });
}

function newDeposit(
  ctx: Ctx,
  { row, rule: { format } }: WholeActivity,
  { id: participantId, customerId }: { readonly id: string; readonly customerId: string },
): GiftDeposit {
  if (format.type !== 'gift_deposit') throw activityErrors.activity_other_type();
  return {
    shopId: ctx.shop.id,
    id: newId(),
    activityId: row.id,
    customerId,
    participantId,
    state: 'pending',
    depositAmount: BigInt(format.depositAmount),
    instalments: format.instalments,
    ruleVersion: row.ruleVersion,
    returnedAmount: 0n,
    claimCodeHash: null,
    dueAt: after(ctx.now, format.payWithinHours * HOUR_MS),
    paidAt: null,
    settledEarlyAt: null,
    settledEarlyReason: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
}

function pay(tx: Tx, ctx: Ctx, deposit: GiftDeposit, input: OpenInput): Promise<Payment> {
  const { provider, reference, simulate, delaySeconds, paymentMethod } = input;
  return startPayment(tx, ctx, {
    subjectType: GIFT_DEPOSIT,
    subjectId: deposit.id,
    orderId: null,
    provider,
    amount: deposit.depositAmount,
    reference,
    options: {
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
    },
  });
}

/** Building block: a deposit with its parts. */
export async function viewOf(tx: Tx, ctx: Ctx, deposit: GiftDeposit): Promise<DepositView> {
  const parts =
    deposit.state === 'pending' ? plannedParts(ctx, deposit) : await listParts(tx, ctx.shop.id, deposit.id);
  return { deposit, parts };
}
