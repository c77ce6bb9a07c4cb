import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { CardState } from './states.ts';
import { type Card, cards } from './tables.ts';

const p = sql.placeholder;
const one = and(eq(cards.shopId, p('shopId')), eq(cards.id, p('id')));
const select = prepared('select_card', (db) => db.select().from(cards).where(one));
const lock = prepared('lock_card', (db) => db.select().from(cards).where(one).for('no key update'));

const known = (card: Card | undefined, customerId: string | undefined): Card => {
  if (!card || (customerId !== undefined && card.customerId !== customerId)) throw platformErrors.not_found();
  return card;
};

/** A card; with a customer, only one of theirs. Refusal: not_found. */
export const getCard = async (on: Reader, shopId: string, id: string, customerId?: string): Promise<Card> =>
  known((await select(on, { shopId, id }))[0], customerId);

/** The same, locked: before anything of its value. */
export const lockCard = async (tx: Tx, shopId: string, id: string, customerId?: string): Promise<Card> =>
  known((await lock(tx, { shopId, id }))[0], customerId);

/** A card as somebody named it; undefined when there is none. */
export const findCard = async (on: Reader, shopId: string, id: string): Promise<Card | undefined> =>
  (await select(on, { shopId, id }))[0];

/** The bearer card of a code. By cards_code_key. */
export async function findByCodeHash(
  on: Reader,
  shopId: string,
  codeHash: Buffer,
): Promise<Card | undefined> {
  const [row] = await on
    .select()
    .from(cards)
    .where(and(eq(cards.shopId, shopId), eq(cards.codeHash, codeHash)));
  return row;
}

export async function insertCard(tx: Tx, card: Card): Promise<void> {
  await tx.insert(cards).values(card);
}

/** Changes a locked card, one version further. */
export async function updateCard(tx: Tx, current: Card, changes: Partial<Card>): Promise<Card> {
  const [row] = await tx
    .update(cards)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(eq(cards.shopId, current.shopId), eq(cards.id, current.id), eq(cards.version, current.version)),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

/** The cards of a customer, locked in the order of their ids. By cards_customer_idx. */
export const lockCardsOf = (tx: Tx, shopId: string, customerId: string): Promise<Card[]> =>
  tx
    .select()
    .from(cards)
    .where(and(eq(cards.shopId, shopId), eq(cards.customerId, customerId)))
    .orderBy(cards.id)
    .for('no key update');

/** The cards of a customer, oldest first. By cards_customer_idx. */
export const listCardsOf = (on: Reader, shopId: string, customerId: string): Promise<Card[]> =>
  on
    .select()
    .from(cards)
    .where(and(eq(cards.shopId, shopId), eq(cards.customerId, customerId)))
    .orderBy(cards.id);

export interface CardQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly state?: CardState;
}

const keyset = createKeyset({
  name: 'cards',
  table: cards,
  filters: {
    customerId: (value) => eq(cards.customerId, value),
    state: (value) => sql`${cards.state} = ${value}`,
  },
  // Of a customer by cards_customer_idx, else along the primary key.
  sorts: { '-id': { columns: [cards.id], direction: 'desc' } },
});

/** Cards, newest first. */
export const listCardRows = (on: Reader, shopId: string, query: CardQuery): Promise<Page<Card>> =>
  keyset(on, {
    shopId,
    page: query,
    sort: '-id',
    filters: { customerId: query.customerId, state: query.state },
  });
