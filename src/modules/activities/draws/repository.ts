import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { drawErrors } from './errors.ts';
import { type Draw, draws, type DrawText, drawTexts, type DrawTicket, drawTickets } from './tables.ts';

export const insertDraw = async (tx: Tx, row: Draw): Promise<void> =>
  void (await tx.insert(draws).values(row));

const p = sql.placeholder;
const ofDraw = and(eq(draws.shopId, p('shopId')), eq(draws.activityId, p('activityId')));
const selectDraw = prepared('select_draw', (db) => db.select().from(draws).where(ofDraw));

/** A draw, or `not_found`. */
export async function getDraw(on: Reader, shopId: string, activityId: string): Promise<Draw> {
  const [row] = await selectDraw(on, { shopId, activityId });
  if (!row) throw platformErrors.not_found();
  return row;
}

const nextTicket = preparedSql<{ tickets: number; sealed_seed: Buffer }>(
  'next_draw_ticket',
  'update draws set tickets = tickets + 1 where shop_id = $1 and activity_id = $2 and seed is null returning tickets, sealed_seed',
);

/** Takes the next number of a draw, which is locked by it, with the sealed seed. Undefined: it is over. */
export async function takeNumber(
  tx: Tx,
  shopId: string,
  activityId: string,
): Promise<{ readonly number: number; readonly sealedSeed: Buffer } | undefined> {
  const [row] = await nextTicket(tx, [shopId, activityId]);
  return row && { number: row.tickets, sealedSeed: row.sealed_seed };
}

const revealStatement = preparedSql<{ tickets: number }>(
  'reveal_draw',
  'update draws set seed = $3, revealed_at = $4 where shop_id = $1 and activity_id = $2 and seed is null returning tickets',
);

/** Reveals the seed, once. False: it was known already. */
export const revealSeed = async (
  tx: Tx,
  { shopId, activityId }: Draw,
  seed: string,
  now: Date,
): Promise<boolean> => (await revealStatement(tx, [shopId, activityId, seed, now])).length > 0;

const insertTextRow = preparedSql(
  'insert_draw_text',
  `insert into draw_texts (shop_id, activity_id, number, text, hash, created_at) values ($1, $2, $3, $4, $5, $6)
   on conflict (shop_id, activity_id, number) do nothing`,
);
export const insertText = async (tx: Tx, row: DrawText): Promise<void> =>
  void (await insertTextRow(tx, [row.shopId, row.activityId, row.number, row.text, row.hash, row.createdAt]));

const textsOf = and(eq(drawTexts.shopId, p('shopId')), eq(drawTexts.activityId, p('activityId')));
const selectText = prepared('select_draw_text', (db) =>
  db
    .select()
    .from(drawTexts)
    .where(and(textsOf, eq(drawTexts.number, p('number')))),
);
const selectTexts = prepared('select_draw_texts', (db) =>
  db.select().from(drawTexts).where(textsOf).orderBy(drawTexts.number),
);

export async function getText(
  on: Reader,
  shopId: string,
  activityId: string,
  number: number,
): Promise<DrawText> {
  const [row] = await selectText(on, { shopId, activityId, number });
  if (!row) throw new Error(`the draw ${activityId} has no text ${number}`);
  return row;
}

/** Everything that a draw published, in order. */
export const listTexts = (on: Reader, shopId: string, activityId: string): Promise<DrawText[]> =>
  selectTexts(on, { shopId, activityId });

const stockStatement = preparedSql(
  'set_draw_prizes',
  `insert into draw_prizes (shop_id, activity_id, key, stock, given)
   select $1, $2, t.key, t.stock, 0 from unnest($3::text[], $4::int4[]) as t (key, stock) order by t.key
   on conflict (shop_id, activity_id, key) do update set stock = excluded.stock`,
);

/** How many there are of each prize. A draft that was scheduled before may name others; they stay with none given. */
export const setStock = async (
  tx: Tx,
  shopId: string,
  activityId: string,
  prizes: readonly { readonly key: string; readonly stock: number | null }[],
): Promise<void> =>
  void (await stockStatement(tx, [
    shopId,
    activityId,
    prizes.map(({ key }) => key),
    prizes.map(({ stock }) => stock),
  ]));

const takeStatement = preparedSql<{ given: number }>(
  'take_draw_prize',
  `update draw_prizes set given = given + 1
   where shop_id = $1 and activity_id = $2 and key = $3 and (stock is null or given < stock) returning given`,
);

/** Takes one of a prize, guarded. False: none is left. */
export const takePrize = async (tx: Tx, shopId: string, activityId: string, key: string): Promise<boolean> =>
  (await takeStatement(tx, [shopId, activityId, key])).length > 0;

const selectGiven = preparedSql<{ key: string; given: number }>(
  'select_draw_prizes',
  'select key, given from draw_prizes where shop_id = $1 and activity_id = $2',
);

/** How many of each prize are gone. */
export const listGiven = async (
  on: Reader,
  shopId: string,
  activityId: string,
): Promise<ReadonlyMap<string, number>> =>
  new Map((await selectGiven(on, [shopId, activityId])).map(({ key, given }) => [key, given]));

const insertTickets = rowInsert('insert_draw_tickets', drawTickets);

/** Refusal: nonce_used. */
export const insertTicket = async (tx: Tx, row: DrawTicket): Promise<void> =>
  void (await onConflict(insertTickets(tx, [row]), 'draw_tickets_nonce_key', () =>
    drawErrors.nonce_used(undefined, { pointer: '/nonce' }),
  ));

const selectTicket = prepared('select_draw_ticket', (db) =>
  db
    .select()
    .from(drawTickets)
    .where(
      and(
        eq(drawTickets.shopId, p('shopId')),
        eq(drawTickets.activityId, p('activityId')),
        eq(drawTickets.number, p('number')),
      ),
    ),
);

export async function getTicket(
  on: Reader,
  shopId: string,
  activityId: string,
  number: number,
): Promise<DrawTicket> {
  const [row] = await selectTicket(on, { shopId, activityId, number });
  if (!row) throw platformErrors.not_found();
  return row;
}

// By draw_tickets_prize_idx.
const countBefore = preparedSql<{ count: number }>(
  'count_draw_prizes_before',
  'select count(*)::int as count from draw_tickets where shop_id = $1 and activity_id = $2 and prize_key = $3 and number < $4',
);

/** How many of a prize went to tickets before this one. */
export const countGoneBefore = async (on: Reader, ticket: DrawTicket, prizeKey: string): Promise<number> => {
  const { shopId, activityId, number } = ticket;
  return (await countBefore(on, [shopId, activityId, prizeKey, number]))[0]?.count ?? 0;
};

// Along the primary key.
const selectAfter = prepared('select_draw_tickets_after', (db) =>
  db
    .select()
    .from(drawTickets)
    .where(
      and(
        eq(drawTickets.shopId, p('shopId')),
        eq(drawTickets.activityId, p('activityId')),
        sql`${drawTickets.number} > ${p('after')}`,
      ),
    )
    .orderBy(drawTickets.number)
    .limit(p('limit')),
);
const PIECE = 2_000;

/** All tickets of a draw in their order, piece by piece. */
export async function* readTickets(
  on: Reader,
  shopId: string,
  activityId: string,
): AsyncGenerator<DrawTicket[]> {
  for (let after = 0; ; ) {
    const piece = await selectAfter(on, { shopId, activityId, after, limit: PIECE });
    const last = piece.at(-1);
    if (!last) return;
    yield piece;
    after = last.number;
  }
}

const keyset = createKeyset({
  name: 'draw_tickets',
  table: drawTickets,
  filters: {
    activityId: (value) => sql`${drawTickets.activityId} = ${value}`,
    customerId: (value) => sql`${drawTickets.customerId} = ${value}`,
    prizeKey: (value) => sql`${drawTickets.prizeKey} = ${value}`,
  },
  // Along the primary key, draw_tickets_customer_idx and draw_tickets_prize_idx.
  sorts: { '-number': { columns: [drawTickets.number], direction: 'desc' } },
});

export interface TicketQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly customerId?: string;
  readonly prizeKey?: string;
}

/** The tickets of a draw, newest first. */
export const listTicketRows = (
  on: Reader,
  shopId: string,
  activityId: string,
  query: TicketQuery,
): Promise<Page<DrawTicket>> => {
  const { customerId, prizeKey } = query;
  return keyset(on, { shopId, page: query, sort: '-number', filters: { activityId, customerId, prizeKey } });
};
