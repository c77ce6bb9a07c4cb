import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { lockCard } from './card-repository.ts';
import { getLoad } from './load-repository.ts';
import type { Card, CardLoad } from './tables.ts';

/** A load with its card, which is locked. A card that takes its place meanwhile has the load with it, so it is looked for again. */
export async function lockLoad(
  tx: Tx,
  ctx: Ctx,
  id: string,
): Promise<{ readonly card: Card; readonly load: CardLoad }> {
  for (let cardId = (await getLoad(tx, ctx.shop.id, id)).cardId; ; ) {
    const card = await lockCard(tx, ctx.shop.id, cardId);
    const load = await getLoad(tx, ctx.shop.id, id);
    if (load.cardId === card.id) return { card, load };
    cardId = load.cardId;
  }
}

/** The card that stands for one now: itself, or the newest that took its place; locked. */
export async function lockSuccessor(tx: Tx, ctx: Ctx, id: string): Promise<Card> {
  let card = await lockCard(tx, ctx.shop.id, id);
  while (card.replacedById !== null) card = await lockCard(tx, ctx.shop.id, card.replacedById);
  return card;
}
