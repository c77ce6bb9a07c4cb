import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { cardAccount, cardBonus, clearing } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { cancelOpenPayments, listPaymentsOf } from '../../payments/attempts.ts';
import type { PaymentSubject } from '../../payments/ports.ts';
import { requestRefund } from '../../payments/refunds.ts';
import { isOpen } from '../../payments/rules.ts';
import type { Payment } from '../../payments/tables.ts';
import { walletsSettings } from '../settings.ts';
import { limitOf, termOf } from './card-rules.ts';
import { cardEvents, tellCard } from './events.ts';
import { listDueLoads, moveGifts, updateLoad } from './load-repository.ts';
import { lockLoad } from './locked-load.ts';
import { insertLots } from './lot-repository.ts';
import { recordMovements, transferOf } from './movements.ts';
import type { Card, CardLoad } from './tables.ts';
import type { CardLot } from './value/tables.ts';

export const CARD_LOAD = 'card_load';

/** The load's side of a payment. It has no payer: stored value cannot buy stored value. */
export const cardLoadPaymentSubject: PaymentSubject = {
  lock: async (tx, ctx, id) => void (await lockLoad(tx, ctx, id)),
  clearing: async (_tx, _ctx, id) => clearing(id),
  payer: async () => null,
  onSucceeded: takePayment,
  onFailed: async (tx, ctx, payment) => {
    const attempts = await listPaymentsOf(tx, ctx.shop.id, CARD_LOAD, payment.subjectId);
    if (attempts.some(isOpen)) return;
    const { card, load } = await lockLoad(tx, ctx, payment.subjectId);
    if (load.state === 'pending') await cancelLoad(tx, ctx, card, load);
  },
};

/** Money came in for a load. What nobody waits for any more, and what would be too much on the card by now, goes back. */
async function takePayment(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  const { card, load } = await lockLoad(tx, ctx, payment.subjectId);
  const limit = limitOf(card.kind, walletsSettings.of(ctx.shop));
  const face = load.paidAmount + load.bonusAmount;
  const fits = card.principalAmount + card.bonusAmount + face <= limit;
  if (load.state === 'pending' && card.state !== 'closed' && fits) return activate(tx, ctx, card, load);
  if (load.state === 'pending') await cancelLoad(tx, ctx, card, load);
  await requestRefund(tx, ctx, payment, payment.amount, 'surplus');
}

async function activate(tx: Tx, ctx: Ctx, card: Card, load: CardLoad): Promise<void> {
  const face = load.paidAmount + load.bonusAmount;
  const entries = await post(tx, ctx, {
    kind: 'card_loaded',
    subject: load.id,
    legs: [
      debit(clearing(load.id), load.paidAmount),
      debit(cardBonus(), load.bonusAmount),
      credit(cardAccount(card.id), face),
    ],
  });
  await updateLoad(tx, load, { state: 'active', dueAt: null, loadedAt: ctx.now });
  await moveGifts(tx, load, { from: ['promised'], to: 'owed', now: ctx.now });
  const lots = lotsOf(ctx, card, load);
  await insertLots(tx, lots);
  const { bearerCardYears } = walletsSettings.of(ctx.shop);
  const loaded = await recordMovements(
    tx,
    ctx,
    card,
    lots.map(({ id, kind, grantedAmount }) => ({
      kind: 'loaded',
      lotId: id,
      lotKind: kind,
      amount: grantedAmount,
    })),
    {
      transferId: transferOf(entries),
      subject: { type: CARD_LOAD, id: load.id },
      changes: {
        ...(card.state === 'pending' ? { state: 'active' } : {}),
        ...(card.kind === 'bearer'
          ? { expiresAt: termOf(ctx.shop.timezone, ctx.now, bearerCardYears, card.expiresAt) }
          : {}),
      },
    },
  );
  const subject = { type: CARD_LOAD, id: load.id };
  await tellCard(tx, ctx, cardEvents.loaded, loaded, { amount: face, subject });
}

const lotsOf = (ctx: Ctx, card: Card, load: CardLoad): CardLot[] =>
  (
    [
      ['principal', load.paidAmount],
      ['bonus', load.bonusAmount],
    ] as const
  ).flatMap(([kind, amount]) =>
    amount === 0n
      ? []
      : [
          {
            shopId: card.shopId,
            id: newId(),
            cardId: card.id,
            loadId: load.id,
            kind,
            grantedAmount: amount,
            leftAmount: amount,
            createdAt: ctx.now,
          },
        ],
  );

/** Lets go of a load of a locked card that is not paid. */
export async function cancelLoad(tx: Tx, ctx: Ctx, card: Card, load: CardLoad): Promise<void> {
  await cancelOpenPayments(tx, ctx, CARD_LOAD, load.id);
  await updateLoad(tx, load, { state: 'cancelled', dueAt: null });
  await moveGifts(tx, load, { from: ['promised'], to: 'cancelled', now: ctx.now });
  await tellCard(tx, ctx, cardEvents.loadCancelled, card, { subject: { type: CARD_LOAD, id: load.id } });
}

const BATCH = 200;

/** Cancels loads that nobody paid in time, each in its own transaction. Returns how many; one that fails does not stop the others. */
export async function expireDueLoads(ctx: Ctx): Promise<number> {
  let expired = 0;
  for (const id of await listDueLoads(ctx.db, ctx.shop.id, ctx.now, BATCH)) {
    try {
      const isExpired = await inTransaction(ctx, async (tx) => {
        const { card, load } = await lockLoad(tx, ctx, id);
        if (load.dueAt === null || load.dueAt > ctx.now) return false;
        await cancelLoad(tx, ctx, card, load);
        return true;
      });
      if (isExpired) expired += 1;
    } catch (error) {
      ctx.log.error({ err: error, loadId: id }, 'a due load of a card could not be handled');
    }
  }
  return expired;
}
