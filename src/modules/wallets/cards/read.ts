import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { type CardQuery, getCard, listCardRows } from './card-repository.ts';
import type { LoadView } from './load.ts';
import { getLoad, listGiftsOf, listLoadRows } from './load-repository.ts';
import { listMovementRows } from './lot-repository.ts';
import type { CardState } from './states.ts';
import type { Card } from './tables.ts';
import type { CardMovement } from './value/tables.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** A card; a customer sees their own. Refusal: not_found. */
export const readCard = ({ db, shop, customerId }: Ctx, id: string): Promise<Card> =>
  getCard(db, shop.id, id, customerId);

/** Cards, newest first. */
export const listCards = ({ db, shop }: Ctx, query: CardQuery): Promise<Page<Card>> =>
  listCardRows(db, shop.id, query);

/** The cards of the customer who calls, newest first. */
export function listOwnCards(
  { db, shop, customerId }: Ctx,
  query: PageQuery & { readonly state?: CardState },
): Promise<Page<Card>> {
  if (customerId === undefined) throw platformErrors.not_found();
  return listCardRows(db, shop.id, { ...query, customerId });
}

/** The statement of a card, newest first. Refusal: not_found. */
export async function listCardMovements(
  { db, shop, customerId }: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<CardMovement>> {
  await getCard(db, shop.id, id, customerId);
  return listMovementRows(db, shop.id, id, query);
}

/** The loads of a card with the terms of each and what was promised, newest first. Refusal: not_found. */
export async function listCardLoads(
  { db, shop, customerId }: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<LoadView>> {
  await getCard(db, shop.id, id, customerId);
  const { rows, nextCursor } = await listLoadRows(db, shop.id, id, query);
  const gifts = await listGiftsOf(
    db,
    shop.id,
    rows.map((load) => load.id),
  );
  const views = rows.map((load) => ({ load, gifts: gifts.filter(({ loadId }) => loadId === load.id) }));
  return { rows: views, nextCursor };
}

/** One load. Refusal: not_found. */
export async function readCardLoad({ db, shop, customerId }: Ctx, id: string): Promise<LoadView> {
  const load = await getLoad(db, shop.id, id);
  await getCard(db, shop.id, load.cardId, customerId);
  return { load, gifts: await listGiftsOf(db, shop.id, [id]) };
}
