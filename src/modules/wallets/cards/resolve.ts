import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { paymentErrors } from '../../payments/errors.ts';
import { findByCodeHash, findCard } from './card-repository.ts';
import { hashCode } from './codes.ts';
import { cardErrors } from './errors.ts';
import type { Card } from './tables.ts';

/** How a request names the card that pays. */
export interface NamedCard {
  readonly cardId?: string | undefined;
  readonly cardCode?: string | undefined;
}

/**
 * What a payment keeps of the card that a request names: its id, never its code. Staff may name any card by its id, customers their own;
 * who has a code has the card. Refusals: provider_not_available, card_not_usable.
 */
export async function cardOption(
  on: Reader,
  ctx: Ctx,
  provider: string,
  named: NamedCard,
): Promise<{ readonly cardId?: string }> {
  const { cardId, cardCode } = named;
  const pointer = cardCode === undefined ? '/cardId' : '/cardCode';
  if (provider !== 'card') {
    if (cardId === undefined && cardCode === undefined) return {};
    throw paymentErrors.provider_not_available('A card pays with the provider `card`.', { pointer });
  }
  if ((cardId === undefined) === (cardCode === undefined))
    throw paymentErrors.provider_not_available('A card is named by cardId or by cardCode.', {
      pointer: '/provider',
    });
  const card =
    cardCode === undefined
      ? await findCard(on, ctx.shop.id, cardId ?? '')
      : await findByCodeHash(on, ctx.shop.id, hashCode(cardCode));
  if (card && (cardCode !== undefined || maySee(ctx, card))) return { cardId: card.id };
  throw cardErrors.card_not_usable('There is no such card.', { pointer, extra: { cardRefusal: 'unknown' } });
}

const maySee = (ctx: Ctx, { customerId }: Card): boolean =>
  ctx.actor.kind === 'api_key' || (ctx.customerId !== undefined && customerId === ctx.customerId);

/** The bearer card of a code. Refusal: card_not_usable. */
export async function lookUpCard(ctx: Ctx, cardCode: string): Promise<Card> {
  const card = await findByCodeHash(ctx.db, ctx.shop.id, hashCode(cardCode));
  if (card) return card;
  throw cardErrors.card_not_usable('There is no such card.', {
    pointer: '/cardCode',
    extra: { cardRefusal: 'unknown' },
  });
}
