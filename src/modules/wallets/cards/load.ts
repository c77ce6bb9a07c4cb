import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { newId } from '../../../platform/ids.ts';
import { after, HOUR_MS } from '../../../platform/time.ts';
import { startPayment } from '../../payments/attempts.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { providerOf } from '../../payments/providers/registry.ts';
import type { Payment } from '../../payments/tables.ts';
import { walletsSettings } from '../settings.ts';
import { lockCard } from './card-repository.ts';
import { limitOf } from './card-rules.ts';
import { cardErrors } from './errors.ts';
import { getLoad, insertLoad, listGiftsOf, sumPending } from './load-repository.ts';
import { findStep, findTerms } from './offer-repository.ts';
import type { Card, CardLoad, CardLoadGift, CardOffer, CardTerms } from './tables.ts';

export interface LoadInput {
  readonly cardId: string;
  /** Minor units, more than nothing. */
  readonly amount: number;
  readonly termsVersion: number;
  readonly offerId?: string;
  readonly provider: string;
  readonly reference?: string;
  readonly paymentMethod?: string;
  readonly simulate?: string;
  readonly delaySeconds?: number;
}

/** A load with what was promised with it. */
export interface LoadView {
  readonly load: CardLoad;
  readonly gifts: readonly CardLoadGift[];
}

/**
 * Tops a card up: the load waits for its payment, which is opened with it; a manual one counts at once. The highest step that the amount
 * reaches gives its bonus and gifts. Refusals: not_found, provider_not_available, card_not_loadable, card_terms_missing, card_terms_changed,
 * card_offer_changed, card_limit_exceeded, and those of startPayment.
 */
export function loadCard(ctx: Ctx, input: LoadInput): Promise<LoadView & { readonly payment: Payment }> {
  return inTransaction(ctx, async (tx) => {
    const card = await lockCard(tx, ctx.shop.id, input.cardId, ctx.customerId);
    checkProvider(ctx, input.provider);
    if (card.state === 'frozen' || card.state === 'closed')
      throw cardErrors.card_not_loadable(`The card is ${card.state}.`);
    const terms = await requireTerms(tx, ctx, input.termsVersion);
    const offer = await requireStep(tx, ctx, input);
    const { load, gifts } = makeLoad(ctx, card, { paidAmount: BigInt(input.amount), terms, offer });
    await checkLimit(tx, ctx, card, load);
    await insertLoad(tx, load, gifts);
    const payment = await pay(tx, ctx, load, input);
    return {
      load: await getLoad(tx, ctx.shop.id, load.id),
      gifts: await listGiftsOf(tx, ctx.shop.id, [load.id]),
      payment,
    };
  });
}

/** Cash is staff's word, and stored value cannot buy stored value. */
function checkProvider(ctx: Ctx, name: string): void {
  const isStaffs = name === 'manual' && ctx.customerId !== undefined;
  if (!isStaffs && !providerOf({ provider: name }).storedValue) return;
  throw paymentErrors.provider_not_available(`A card cannot be loaded by ${name} here.`, {
    pointer: '/provider',
  });
}

async function requireTerms(tx: Tx, ctx: Ctx, version: number): Promise<CardTerms> {
  const terms = await findTerms(tx, ctx.shop.id);
  if (!terms) throw cardErrors.card_terms_missing();
  if (terms.number === version) return terms;
  throw cardErrors.card_terms_changed(`The terms are at version ${terms.number}.`, {
    pointer: '/termsVersion',
  });
}

async function requireStep(tx: Tx, ctx: Ctx, { amount, offerId }: LoadInput): Promise<CardOffer | undefined> {
  const offer = await findStep(tx, ctx.shop.id, BigInt(amount));
  if (offerId === undefined || offer?.id === offerId) return offer;
  throw cardErrors.card_offer_changed(undefined, { pointer: '/offerId' });
}

function makeLoad(
  ctx: Ctx,
  card: Card,
  of: { readonly paidAmount: bigint; readonly terms: CardTerms; readonly offer: CardOffer | undefined },
): LoadView {
  const settings = walletsSettings.of(ctx.shop);
  const load: CardLoad = {
    shopId: ctx.shop.id,
    id: newId(),
    cardId: card.id,
    offerId: of.offer?.id ?? null,
    state: 'pending',
    paidAmount: of.paidAmount,
    bonusAmount: of.offer?.bonusAmount ?? 0n,
    refundedAmount: 0n,
    termsNumber: of.terms.number,
    termsText: of.terms.text,
    fullRefundDays: settings.cardFullRefundDays,
    isHandedOn: false,
    dueAt: after(ctx.now, settings.cardLoadHours * HOUR_MS),
    loadedAt: null,
    version: 1,
    createdAt: ctx.now,
  };
  const gifts = (of.offer?.gifts ?? []).map(
    ({ productId, quantity }): CardLoadGift => ({
      shopId: ctx.shop.id,
      id: newId(),
      loadId: load.id,
      productId,
      quantity,
      state: 'promised',
      updatedAt: ctx.now,
    }),
  );
  return { load, gifts };
}

/** With what waits for its payment: of two loads at once only those come on the card that fit. */
async function checkLimit(tx: Tx, ctx: Ctx, card: Card, load: CardLoad): Promise<void> {
  const limit = limitOf(card.kind, walletsSettings.of(ctx.shop));
  const pending = await sumPending(tx, ctx.shop.id, card.id);
  const balance = card.principalAmount + card.bonusAmount;
  const then = balance + pending + load.paidAmount + load.bonusAmount;
  if (then <= limit) return;
  throw cardErrors.card_limit_exceeded(`${then} would be on the card with the bonus, and ${limit} may be.`, {
    pointer: '/amount',
    extra: { cardLimitAmount: Number(limit) },
  });
}

function pay(tx: Tx, ctx: Ctx, load: CardLoad, input: LoadInput): Promise<Payment> {
  const { provider, reference, simulate, delaySeconds, paymentMethod } = input;
  return startPayment(tx, ctx, {
    subjectType: 'card_load',
    subjectId: load.id,
    orderId: null,
    provider,
    amount: load.paidAmount,
    reference,
    options: {
      ...(simulate && { simulate }),
      ...(delaySeconds !== undefined && { delaySeconds }),
      ...(paymentMethod !== undefined && { paymentMethod }),
    },
  });
}
