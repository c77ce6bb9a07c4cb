import { and, desc, eq, lte } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { cardErrors } from './errors.ts';
import { type CardOffer, cardOffers, type CardTerms, cardTerms } from './tables.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** The terms as they are now; undefined while there are none. Along the primary key. */
export async function findTerms(on: Reader, shopId: string): Promise<CardTerms | undefined> {
  const [row] = await on
    .select()
    .from(cardTerms)
    .where(eq(cardTerms.shopId, shopId))
    .orderBy(desc(cardTerms.number))
    .limit(1);
  return row;
}

/** Writes the next version. Refusal: version_conflict, when another was written meanwhile. */
export const insertTerms = async (tx: Tx, row: CardTerms): Promise<void> =>
  void (await onConflict(tx.insert(cardTerms).values(row).execute(), 'card_terms_shop_id_number_pk', () =>
    platformErrors.version_conflict(),
  ));

const terms = createKeyset({
  name: 'card_terms',
  table: cardTerms,
  filters: {},
  // Along the primary key.
  sorts: { '-number': { columns: [cardTerms.number], direction: 'desc' } },
});

export const listTermsRows = (on: Reader, shopId: string, page: PageQuery): Promise<Page<CardTerms>> =>
  terms(on, { shopId, page, sort: '-number', filters: {} });

const one = (shopId: string, id: string) => and(eq(cardOffers.shopId, shopId), eq(cardOffers.id, id));

export async function lockOffer(tx: Tx, shopId: string, id: string): Promise<CardOffer> {
  const [row] = await tx.select().from(cardOffers).where(one(shopId, id)).for('no key update');
  if (!row) throw platformErrors.not_found();
  return row;
}

const onStepTaken = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'card_offers_open_step', () =>
    cardErrors.card_offer_step_taken(undefined, { pointer: '/paidAmount' }),
  );

/** Refusal: card_offer_step_taken. */
export const insertOffer = async (tx: Tx, row: CardOffer): Promise<void> =>
  void (await onStepTaken(tx.insert(cardOffers).values(row).execute()));

/** Changes a locked offer, one version further. Refusal: card_offer_step_taken. */
export async function updateOfferRow(
  tx: Tx,
  current: CardOffer,
  changes: Partial<CardOffer>,
): Promise<CardOffer> {
  const [row] = await onStepTaken(
    tx
      .update(cardOffers)
      .set({ ...changes, version: current.version + 1 })
      .where(and(one(current.shopId, current.id), eq(cardOffers.version, current.version)))
      .returning()
      .execute(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** The highest step that an amount reaches. Along card_offers_open_step. */
export async function findStep(on: Reader, shopId: string, paid: bigint): Promise<CardOffer | undefined> {
  const [row] = await on
    .select()
    .from(cardOffers)
    .where(and(eq(cardOffers.shopId, shopId), eq(cardOffers.isOpen, true), lte(cardOffers.paidAmount, paid)))
    .orderBy(desc(cardOffers.paidAmount))
    .limit(1);
  return row;
}

const offers = createKeyset({
  name: 'card_offers',
  table: cardOffers,
  filters: { isOpen: (value) => eq(cardOffers.isOpen, value) },
  // Along the primary key.
  sorts: { '-id': { columns: [cardOffers.id], direction: 'desc' } },
});

export const listOfferRows = (
  on: Reader,
  shopId: string,
  query: PageQuery & { readonly isOpen?: boolean },
): Promise<Page<CardOffer>> =>
  offers(on, { shopId, page: query, sort: '-id', filters: { isOpen: query.isOpen } });
