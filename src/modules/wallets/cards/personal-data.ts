import type { Reader } from '../../../platform/db/client.ts';
import { sumOf } from '../../../platform/money.ts';
import { after, DAY_MS } from '../../../platform/time.ts';
import type { CustomerMove, KeptData, PersonalDataSection } from '../../customers/ports.ts';
import { listCardsOf, lockCardsOf, updateCard } from './card-repository.ts';
import { cardErrors } from './errors.ts';
import { cardEvents, tellCard } from './events.ts';
import { listGiftsOf, listLoadsOf } from './load-repository.ts';
import { listAllMovements } from './lot-repository.ts';
import type { Card } from './tables.ts';
import type { CardMovement } from './value/tables.ts';
import { cancelLoad } from './take-load.ts';

/** Books are kept as long as the orders that they belong to. */
const KEPT_DAYS = 3 * 365;

const balanceOf = (cards: readonly Card[]): bigint =>
  sumOf(cards.map((card) => card.principalAmount + card.bonusAmount));

const describeMovement = (row: CardMovement) => ({
  kind: row.kind,
  lotKind: row.lotKind,
  amount: Number(row.amount),
  balanceAmount: Number(row.balanceAfter),
  createdAt: row.createdAt.toISOString(),
});

/** What was paid for a card, with the terms as they were shown and what was promised with it. */
async function loadsOf(on: Reader, shopId: string, { id }: Card) {
  const loads = await listLoadsOf(on, shopId, id);
  const gifts = await listGiftsOf(
    on,
    shopId,
    loads.map((load) => load.id),
  );
  return loads.map((load) => ({
    id: load.id,
    state: load.state,
    paidAmount: Number(load.paidAmount),
    bonusAmount: Number(load.bonusAmount),
    refundedAmount: Number(load.refundedAmount),
    termsVersion: load.termsNumber,
    termsText: load.termsText,
    loadedAt: load.loadedAt?.toISOString() ?? null,
    createdAt: load.createdAt.toISOString(),
    gifts: gifts
      .filter(({ loadId }) => loadId === load.id)
      .map(({ productId, quantity, state }) => ({ productId, quantity, state })),
  }));
}

/** What cards hold about a customer: their named cards, with what came on them and left. */
export const cardPersonalData: PersonalDataSection = {
  name: 'cards',
  async export(on, ctx, customerId) {
    const cards = await listCardsOf(on, ctx.shop.id, customerId);
    const movements = await listAllMovements(
      on,
      ctx.shop.id,
      cards.map(({ id }) => id),
    );
    const bundle = [];
    for (const card of cards)
      bundle.push({
        id: card.id,
        state: card.state,
        balanceAmount: Number(card.principalAmount + card.bonusAmount),
        currency: card.currency,
        note: card.note,
        createdAt: card.createdAt.toISOString(),
        expiresAt: card.expiresAt?.toISOString() ?? null,
        loads: await loadsOf(on, ctx.shop.id, card),
        movements: movements.filter(({ cardId }) => cardId === card.id).map(describeMovement),
      });
    return bundle;
  },
  // Once nobody knows whose it is, it can be paid to nobody.
  async checkErasable(tx, ctx, customerId) {
    const balance = balanceOf(await lockCardsOf(tx, ctx.shop.id, customerId));
    if (balance > 0n)
      throw cardErrors.card_not_empty(`${balance} is on their cards.`, {
        extra: { cardBalanceAmount: Number(balance) },
      });
  },
  async erase(tx, ctx, customerId) {
    const cards = await lockCardsOf(tx, ctx.shop.id, customerId);
    for (const card of cards) {
      const isEmpty = card.principalAmount + card.bonusAmount === 0n;
      if (isEmpty && card.state !== 'closed') {
        for (const load of await listLoadsOf(tx, ctx.shop.id, card.id))
          if (load.state === 'pending') await cancelLoad(tx, ctx, card, load);
        const closed = await updateCard(tx, card, { state: 'closed', note: null, updatedAt: ctx.now });
        await tellCard(tx, ctx, cardEvents.closed, closed);
      } else if (card.note !== null) await updateCard(tx, card, { note: null });
    }
    const newestAt = cards.at(-1)?.createdAt;
    if (!newestAt) return { kept: [] };
    const kept: KeptData[] = [
      {
        what: `${cards.length} stored-value cards, under an id that names nobody`,
        why: 'Books have to be kept for three years.',
        until: after(newestAt, KEPT_DAYS * DAY_MS),
      },
    ];
    // An order that is cancelled after the erasure gives back what it was paid with.
    if (balanceOf(cards) > 0n)
      kept.push({ what: 'Value on cards that came back later', why: 'It is not paid out yet.', until: null });
    return { kept };
  },
};

/** The named cards of a duplicate go to the customer that stays, with all that is on them. */
export const cardCustomerMove: CustomerMove = {
  name: 'cards',
  async move(tx, ctx, from, to) {
    const cards = await lockCardsOf(tx, ctx.shop.id, from);
    for (const card of cards) await updateCard(tx, card, { customerId: to, updatedAt: ctx.now });
    return cards.length;
  },
};
