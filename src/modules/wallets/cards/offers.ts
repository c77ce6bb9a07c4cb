import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors, type Violation } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { findSellables } from '../../catalogue/sellables.ts';
import { cardErrors } from './errors.ts';
import {
  findTerms,
  insertOffer,
  insertTerms,
  listOfferRows,
  listTermsRows,
  lockOffer,
  updateOfferRow,
} from './offer-repository.ts';
import type { CardOffer, CardTerms, GiftItem } from './tables.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** Says what the terms of cards are from now on. What is said already changes nothing. Refusal: version_conflict. */
export function putCardTerms(ctx: Ctx, { text }: { readonly text: string }): Promise<CardTerms> {
  return inTransaction(ctx, async (tx) => {
    const current = await findTerms(tx, ctx.shop.id);
    if (current?.text === text) return current;
    const row: CardTerms = {
      shopId: ctx.shop.id,
      number: (current?.number ?? 0) + 1,
      text,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      createdAt: ctx.now,
    };
    await insertTerms(tx, row);
    return row;
  });
}

/** The terms that hold now. Refusal: not_found, while there are none. */
export async function readCardTerms({ db, shop }: Ctx): Promise<CardTerms> {
  const found = await findTerms(db, shop.id);
  if (!found) throw platformErrors.not_found();
  return found;
}

/** Every version of the terms, newest first. */
export const listCardTerms = ({ db, shop }: Ctx, query: PageQuery): Promise<Page<CardTerms>> =>
  listTermsRows(db, shop.id, query);

/** Offers something on top of a top-up. Refusals: card_offer_empty, card_gift_product_not_found, card_offer_step_taken. */
export function createCardOffer(
  ctx: Ctx,
  input: { readonly paidAmount: number; readonly bonusAmount?: number; readonly gifts?: readonly GiftItem[] },
): Promise<CardOffer> {
  return inTransaction(ctx, async (tx) => {
    const { paidAmount, bonusAmount = 0, gifts = [] } = input;
    // It would hide the step below it.
    if (bonusAmount === 0 && gifts.length === 0) throw cardErrors.card_offer_empty();
    await requireProducts(tx, ctx, gifts);
    const row: CardOffer = {
      shopId: ctx.shop.id,
      id: newId(),
      paidAmount: BigInt(paidAmount),
      bonusAmount: BigInt(bonusAmount),
      gifts,
      isOpen: true,
      version: 1,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    };
    await insertOffer(tx, row);
    return row;
  });
}

/**
 * Opens or ends an offer. Loads that were made with it keep it. Refusals: not_found, version_mismatch,
 * card_offer_step_taken.
 */
export function updateCardOffer(
  ctx: Ctx,
  id: string,
  changes: { readonly isOpen?: boolean },
): Promise<CardOffer> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockOffer(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    const { isOpen = current.isOpen } = changes;
    return isOpen === current.isOpen ? current : updateOfferRow(tx, current, { isOpen, updatedAt: ctx.now });
  });
}

/** Offers, newest first. */
export const listCardOffers = (
  { db, shop }: Ctx,
  query: PageQuery & { readonly isOpen?: boolean },
): Promise<Page<CardOffer>> => listOfferRows(db, shop.id, query);

async function requireProducts(on: Reader, ctx: Ctx, gifts: readonly GiftItem[]): Promise<void> {
  if (gifts.length === 0) return;
  const ids = [...new Set(gifts.map(({ productId }) => productId))];
  const known = new Set((await findSellables(on, ctx.shop.id, ids)).map(({ id }) => id));
  const violations = gifts.flatMap(({ productId }, index): Violation[] =>
    known.has(productId)
      ? []
      : [
          {
            in: 'body',
            pointer: `/gifts/${index}/productId`,
            code: 'card_gift_product_not_found',
            detail: `There is no product ${productId}.`,
          },
        ],
  );
  if (violations.length > 0) throw cardErrors.card_gift_product_not_found(undefined, { violations });
}
