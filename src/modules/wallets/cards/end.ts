import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { minOf, sumOf } from '../../../platform/money.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { cardAccount, cardBonus, cardForfeits, clearing, funds } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { listPaymentsOf } from '../../payments/attempts.ts';
import { requestRefund } from '../../payments/refunds.ts';
import type { Payment } from '../../payments/tables.ts';
import { getCard, lockCard, updateCard } from './card-repository.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import { listLoadsOf, moveGifts, updateLoad } from './load-repository.ts';
import { changeLots, insertRefundRow, listLotsOf, listUsesOfLoads } from './lot-repository.ts';
import { listLeft } from './lot-rules.ts';
import { type Moved, recordMovements, transferOf } from './movements.ts';
import { type CardUse as UseFigures, endLoad, type LoadEnd, type RefundCause } from './refund-rules.ts';
import type { Card, CardLoad } from './tables.ts';
import { CARD_LOAD, cancelLoad } from './take-load.ts';
import type { CardLot, CardUse } from './value/tables.ts';

/** What the end of a card means for one of its loads. */
export interface LoadQuote extends LoadEnd {
  readonly load: CardLoad;
  /** The face value that is used of it, and what that would have cost without discounts. */
  readonly usedAmount: bigint;
  readonly usedListAmount: bigint;
  /** What goes back along its payment, and what staff gives back in another way. */
  readonly alongPaymentAmount: bigint;
  readonly manualAmount: bigint;
  readonly lots: readonly CardLot[];
  readonly payment: Payment | undefined;
}

/** What the end of a card means. */
export interface CardQuote {
  readonly card: Card;
  readonly cause: RefundCause;
  readonly loads: readonly LoadQuote[];
}

/** What a customer would have back if their card ended now. Changes nothing. Refusals: not_found, card_state_conflict. */
export async function quoteCardRefund(ctx: Ctx, id: string, cause: RefundCause): Promise<CardQuote> {
  const card = await getCard(ctx.db, ctx.shop.id, id, ctx.customerId);
  return quote(ctx.db, ctx, card, cause);
}

async function quote(on: Reader, ctx: Ctx, card: Card, cause: RefundCause): Promise<CardQuote> {
  if (card.state === 'closed') throw cardErrors.card_state_conflict('The card is closed.');
  const loads = (await listLoadsOf(on, card.shopId, card.id)).filter(({ state }) => state === 'active');
  const lots = await listLotsOf(on, card.shopId, card.id);
  const uses = await listUsesOfLoads(
    on,
    card.shopId,
    loads.map((load) => load.id),
  );
  const quotes: LoadQuote[] = [];
  for (const load of loads) {
    const payments = await listPaymentsOf(on, card.shopId, CARD_LOAD, load.id);
    const payment = payments.find(({ state }) => state === 'succeeded');
    quotes.push(
      quoteLoad(
        { ctx, cause },
        {
          load,
          payment,
          lots: lots.filter(({ loadId }) => loadId === load.id),
          uses: uses.filter(({ loadId }) => loadId === load.id),
        },
      ),
    );
  }
  return { card, cause, loads: quotes };
}

function quoteLoad(
  { ctx, cause }: { readonly ctx: Ctx; readonly cause: RefundCause },
  of: {
    readonly load: CardLoad;
    readonly payment: Payment | undefined;
    readonly lots: readonly CardLot[];
    readonly uses: readonly CardUse[];
  },
): LoadQuote {
  const { load, payment, lots } = of;
  const uses = of.uses.flatMap((use): UseFigures[] =>
    use.faceAmount === use.returnedAmount
      ? []
      : [{ faceAmount: use.faceAmount - use.returnedAmount, listAmount: listLeft(use) }],
  );
  const left = (kind: CardLot['kind']) => lots.find((lot) => lot.kind === kind)?.leftAmount ?? 0n;
  const end = endLoad(
    {
      paidAmount: load.paidAmount,
      faceAmount: load.paidAmount + load.bonusAmount,
      loadedAt: load.loadedAt ?? load.createdAt,
      refundedAmount: load.refundedAmount,
      principalLeft: left('principal'),
      bonusLeft: left('bonus'),
      fullDays: load.fullRefundDays,
      uses,
    },
    { cause, now: ctx.now },
  );
  const refundable = payment && !load.isHandedOn ? payment.amount - payment.refundedAmount : 0n;
  const alongPaymentAmount = minOf(end.refundAmount, refundable);
  return {
    ...end,
    load,
    payment,
    lots,
    usedAmount: sumOf(uses.map((use) => use.faceAmount)),
    usedListAmount: sumOf(uses.map((use) => use.listAmount)),
    alongPaymentAmount,
    manualAmount: end.refundAmount - alongPaymentAmount,
  };
}

/**
 * Ends a card: each load is paid back as its quote says, the newest first, along its payment or by staff. Loads that wait for their payment
 * are cancelled. Refusals: not_found, version_mismatch, card_state_conflict.
 */
export function refundCard(ctx: Ctx, id: string, cause: RefundCause): Promise<CardQuote> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockCard(tx, ctx.shop.id, id);
    checkVersion(ctx, locked);
    const decided = await quote(tx, ctx, locked, cause);
    for (const load of await listLoadsOf(tx, ctx.shop.id, id))
      if (load.state === 'pending') await cancelLoad(tx, ctx, locked, load);
    let card = locked;
    for (const one of decided.loads) card = await endOne(tx, ctx, card, one, cause);
    const closed = await updateCard(tx, card, { state: 'closed', updatedAt: ctx.now });
    const paidBack = sumOf(decided.loads.map(({ refundAmount }) => refundAmount));
    await tellCard(tx, ctx, cardEvents.closed, closed, { amount: -paidBack });
    const details = { cause, refundAmount: Number(paidBack) };
    await recordAudit(tx, ctx, { action: 'refundCard', subjectType: 'card', subjectId: id, details });
    return { ...decided, card: closed };
  });
}

async function endOne(tx: Tx, ctx: Ctx, card: Card, of: LoadQuote, cause: RefundCause): Promise<Card> {
  const { load, lots, payment } = of;
  const left = sumOf(lots.map(({ leftAmount }) => leftAmount));
  if (left === 0n) return card;
  const id = newId();
  const entries = await post(tx, ctx, {
    kind: 'card_ended',
    subject: id,
    legs: [
      debit(cardAccount(card.id), left),
      credit(clearing(load.id), of.alongPaymentAmount),
      credit(funds('manual'), of.manualAmount),
      credit(cardBonus(), of.bonusForfeited),
      credit(cardForfeits(), of.principalForfeited),
    ],
  });
  await insertRefundRow(tx, {
    shopId: card.shopId,
    id,
    cardId: card.id,
    loadId: load.id,
    cause,
    rule: of.rule,
    consumedAmount: of.consumedAmount,
    alongPaymentAmount: of.alongPaymentAmount,
    manualAmount: of.manualAmount,
    forfeitedAmount: of.bonusForfeited + of.principalForfeited,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    createdAt: ctx.now,
  });
  await changeLots(
    tx,
    card.shopId,
    lots.map((lot) => ({ lotId: lot.id, amount: -lot.leftAmount })),
  );
  await updateLoad(tx, load, { refundedAmount: load.refundedAmount + of.refundAmount });
  // Who has all of the money back has not bought the gift.
  if (of.rule === 'unused_in_full')
    await moveGifts(tx, load, { from: ['owed'], to: 'cancelled', now: ctx.now });
  if (of.alongPaymentAmount > 0n && payment)
    await requestRefund(tx, ctx, payment, of.alongPaymentAmount, 'card_ended');
  return recordMovements(tx, ctx, card, movementsOf(of), {
    transferId: transferOf(entries),
    subject: { type: CARD_LOAD, id: load.id },
  });
}

function movementsOf(of: LoadQuote): Moved[] {
  return of.lots.flatMap(({ id, kind }) => {
    const [paidBack, forfeited] =
      kind === 'principal'
        ? [of.principalPaidBack, of.principalForfeited]
        : [of.bonusPaidBack, of.bonusForfeited];
    const moved: Moved[] = [
      { kind: 'paid_back', lotId: id, lotKind: kind, amount: -paidBack },
      { kind: 'forfeited', lotId: id, lotKind: kind, amount: -forfeited },
    ];
    return moved.filter(({ amount }) => amount !== 0n);
  });
}
