import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { holdKnownCustomer } from '../../customers/standing.ts';
import { clearing, giftDepositOf } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { cancelOpenPayments, listPaymentsOf } from '../../payments/attempts.ts';
import type { PaymentSubject } from '../../payments/ports.ts';
import { requestRefund } from '../../payments/refunds.ts';
import { isOpen } from '../../payments/rules.ts';
import type { Payment } from '../../payments/tables.ts';
import { leavePlace } from '../participants/leave.ts';
import { lockParticipant } from '../participants/repository.ts';
import { getActivity } from '../repository.ts';
import { oweRewards } from '../rewards/owe.ts';
import { depositEvent, depositEvents } from './events.ts';
import { GIFT_DEPOSIT, plannedParts } from './open.ts';
import {
  getDeposit,
  insertParts,
  isPlaceHeld,
  listUnpaid,
  lockDeposit,
  lowerExposure,
  updateDeposit,
} from './repository.ts';
import { type GiftDeposit, giftDeposits } from './tables.ts';

/** Building block: holds the customer of a deposit, then the deposit, as a merge has it. Refusals: not_found, customer_merged. */
export async function holdDeposit(tx: Tx, ctx: Ctx, id: string): Promise<GiftDeposit> {
  const { customerId } = await getDeposit(tx, ctx.shop.id, id, ctx.customerId);
  await holdKnownCustomer(tx, ctx.shop.id, customerId);
  return lockDeposit(tx, ctx.shop.id, id);
}

/** The deposit's side of a payment. It has no payer: stored value is nothing that the shop could be lent. */
export const giftDepositPaymentSubject: PaymentSubject = {
  lock: async (tx, ctx, id) => void (await holdDeposit(tx, ctx, id)),
  clearing: async (_tx, _ctx, id) => clearing(id),
  payer: async () => null,
  onSucceeded: takePayment,
  onFailed: async (tx, ctx, payment) => {
    const attempts = await listPaymentsOf(tx, ctx.shop.id, GIFT_DEPOSIT, payment.subjectId);
    if (attempts.some(isOpen)) return;
    const deposit = await holdDeposit(tx, ctx, payment.subjectId);
    if (deposit.state === 'pending') await cancelDeposit(tx, ctx, deposit);
  },
};

/** Money came in for a deposit. What nobody waits for any more goes back. */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const deposit = await holdDeposit(tx, ctx, payment.subjectId);
  if (deposit.state === 'pending') await activate(tx, ctx, deposit);
  else await requestRefund(tx, ctx, payment, payment.amount, 'surplus');
}

/** From here on all of it is owed: the plan is frozen, and the goods that come with it are theirs. */
async function activate(tx: Tx, ctx: Ctx, pending: GiftDeposit): Promise<void> {
  const { id, activityId, depositAmount, participantId } = pending;
  await post(tx, ctx, {
    kind: 'gift_deposit_paid',
    subject: id,
    legs: [debit(clearing(id), depositAmount), credit(giftDepositOf(id), depositAmount)],
  });
  const paid = await updateDeposit(tx, pending, {
    state: 'active',
    dueAt: null,
    paidAt: ctx.now,
    updatedAt: ctx.now,
  });
  await insertParts(tx, plannedParts(ctx, paid));
  await appendEvents(tx, ctx, [depositEvent(ctx, depositEvents.paid, paid)]);
  const { format } = (await getActivity(tx, ctx.shop.id, activityId)).rule;
  if (participantId === null || format.type !== 'gift_deposit') throw new Error(`no place for deposit ${id}`);
  const participant = await lockParticipant(tx, ctx.shop.id, participantId);
  await oweRewards(tx, ctx, participant, `deposit:${id}`, format.gifts);
}

/** Building block: a deposit that is not paid, locked, ends, and its place is free again. */
async function cancelDeposit(tx: Tx, ctx: Ctx, pending: GiftDeposit): Promise<void> {
  await cancelOpenPayments(tx, ctx, GIFT_DEPOSIT, pending.id);
  const changes = { state: 'cancelled', dueAt: null, participantId: null, updatedAt: ctx.now } as const;
  const cancelled = await updateDeposit(tx, pending, changes);
  await lowerExposure(tx, ctx.shop.id, pending.depositAmount);
  // After a merge another deposit of the customer may hold the place.
  const { participantId } = pending;
  if (participantId !== null && !(await isPlaceHeld(tx, ctx.shop.id, participantId)))
    await leavePlace(tx, ctx, participantId);
  await appendEvents(tx, ctx, [depositEvent(ctx, depositEvents.cancelled, cancelled)]);
}

const BATCH = 100;

/** Lets go of places that nobody paid for in time. Returns how many; one that fails is left for the next run. */
async function cancelUnpaid(ctx: Ctx): Promise<number> {
  let cancelled = 0;
  for (const id of await listUnpaid(ctx.db, ctx.shop.id, ctx.now, BATCH)) {
    try {
      const isDone = await inTransaction(ctx, async (tx) => {
        const deposit = await holdDeposit(tx, ctx, id);
        if (deposit.dueAt === null || deposit.dueAt > ctx.now) return false;
        await cancelDeposit(tx, ctx, deposit);
        return true;
      });
      if (isDone) cancelled += 1;
    } catch (error) {
      ctx.log.error({ err: error, giftDepositId: id }, 'a deposit that nobody paid could not be ended');
    }
  }
  return cancelled;
}

export const unpaidDepositSweep: Sweep = {
  name: 'activities.unpaidDeposits',
  due: giftDeposits.dueAt,
  run: cancelUnpaid,
};
