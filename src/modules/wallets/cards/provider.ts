import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { cardAccount } from '../../ledger/accounts.ts';
import type { LedgerEntry } from '../../ledger/tables.ts';
import { subjectOf } from '../../payments/ports.ts';
import { neverCalled } from '../../payments/providers/never-called.ts';
import { refusePaymentMethod } from '../../payments/providers/payment-method.ts';
import type { PaymentProvider } from '../../payments/providers/provider.ts';
import type { Payment } from '../../payments/tables.ts';
import { walletsSettings } from '../settings.ts';
import { lockCard } from './card-repository.ts';
import { findRefusal, withGrace } from './card-rules.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import { lockSuccessor } from './locked-load.ts';
import {
  changeLots,
  insertUses,
  listOpenLots,
  listUsesOfPayment,
  returnUses,
  sumUsesOf,
} from './lot-repository.ts';
import { listShares, returnToLots, spendLots } from './lot-rules.ts';
import { recordMovements } from './movements.ts';
import type { Card } from './tables.ts';

/** A stored-value card as a way to pay. The request named it before; here only its id is left. */
export const cardProvider: PaymentProvider = {
  ...neverCalled,
  name: 'card',
  manual: false,
  storedValue: {
    async accountOf(tx, ctx, { payment, payerId, kind }) {
      if (kind === 'refunded') return cardAccount((await lockSuccessor(tx, ctx, cardIdOf(payment))).id);
      const card = await lockCard(tx, ctx.shop.id, cardIdOf(payment));
      checkPays(ctx, card, payerId);
      return cardAccount(card.id);
    },
    onMoved: (tx, ctx, payment, entry, kind) =>
      kind === 'spent' ? spend(tx, ctx, payment, entry) : giveBack(tx, ctx, payment, entry),
  },
  isAvailable: () => true,
  checkCharge: refusePaymentMethod,
};

function cardIdOf({ id, options }: Payment): string {
  const { cardId } = options;
  if (typeof cardId !== 'string') throw new Error(`payment ${id} names no card`);
  return cardId;
}

function checkPays(ctx: Ctx, card: Card, payerId: string | null): void {
  const refusal = findRefusal(card, payerId, ctx.now);
  if (!refusal) return;
  throw cardErrors.card_not_usable(`The card does not pay: ${refusal}.`, {
    pointer: '/provider',
    extra: { cardRefusal: refusal },
  });
}

const subjectIn = (payment: Payment) => ({ type: payment.subjectType, id: payment.subjectId });

/** A payment took its amount off a card, which is locked. */
async function spend(tx: Tx, ctx: Ctx, payment: Payment, { transferId }: LedgerEntry): Promise<void> {
  const { shop } = ctx;
  const card = await lockCard(tx, shop.id, cardIdOf(payment));
  const lots = await listOpenLots(tx, shop.id, card.id);
  const parts = spendLots(walletsSettings.of(shop).cardSpendOrder, lots, payment.amount);
  const same = { totalAmount: payment.amount, listAmount: payment.amount };
  const prices = (await subjectOf(payment).pricesOf?.(tx, ctx, payment.subjectId)) ?? same;
  const before = await sumUsesOf(tx, shop.id, subjectIn(payment));
  const shares = listShares(parts, payment.amount, prices, before);
  await changeLots(
    tx,
    shop.id,
    parts.map(({ lot, amount }) => ({ lotId: lot.id, amount: -amount })),
  );
  await insertUses(
    tx,
    parts.map(({ lot, amount }, at) => ({
      shopId: shop.id,
      paymentId: payment.id,
      lotId: lot.id,
      loadId: lot.loadId,
      faceAmount: amount,
      listAmount: shares[at] ?? amount,
      returnedAmount: 0n,
      createdAt: ctx.now,
    })),
  );
  const subject = subjectIn(payment);
  const spent = await recordMovements(
    tx,
    ctx,
    card,
    parts.map(({ lot, amount }) => ({ kind: 'spent', lotId: lot.id, lotKind: lot.kind, amount: -amount })),
    { transferId, subject },
  );
  await tellCard(tx, ctx, cardEvents.spent, spent, { amount: -payment.amount, subject });
}

/**
 * A refund is back on the card, or on the one that took its place, in the lots that it came from. Money is never lost: a closed card is
 * active again, and an expired one has time to be used.
 */
async function giveBack(tx: Tx, ctx: Ctx, payment: Payment, entry: LedgerEntry): Promise<void> {
  const card = await lockCard(tx, ctx.shop.id, entry.ownerId ?? '');
  const amount = -entry.amount;
  const parts = returnToLots(await listUsesOfPayment(tx, ctx.shop.id, payment.id), amount).map((part) => ({
    lotId: part.of.lotId,
    lotKind: part.of.lotKind,
    amount: part.amount,
  }));
  await returnUses(tx, ctx.shop.id, payment.id, parts);
  await changeLots(tx, ctx.shop.id, parts);
  const subject = subjectIn(payment);
  const returned = await recordMovements(
    tx,
    ctx,
    card,
    parts.map((part) => ({ kind: 'refunded', ...part })),
    {
      transferId: entry.transferId,
      subject,
      changes: {
        expiresAt: withGrace(card.expiresAt, ctx.now),
        ...(card.state === 'closed' ? { state: 'active' } : {}),
      },
    },
  );
  await tellCard(tx, ctx, cardEvents.returned, returned, { amount, subject });
}
