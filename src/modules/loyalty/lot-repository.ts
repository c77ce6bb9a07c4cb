import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import { rowInsert } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { loyaltyErrors } from './errors.ts';
import type { LotSource } from './kinds.ts';
import type { Lot, LotPart } from './lot-rules.ts';
import type { LotState } from './states.ts';
import { type PointLot, pointLots, type PointMovement, pointMovements } from './tables.ts';

const p = sql.placeholder;
const insertLots = rowInsert('insert_point_lots', pointLots);
const insertMovements = rowInsert('insert_point_movements', pointMovements);

/** Writes a lot. Refusal: points_source_taken. */
export const insertLot = (tx: Tx, row: PointLot): Promise<void> =>
  sendAlong(
    tx,
    onConflict(insertLots(tx, [row]), 'point_lots_source_key', () => loyaltyErrors.points_source_taken()),
  );

const ofSource = prepared('find_point_lot_by_source', (db) =>
  db
    .select()
    .from(pointLots)
    .where(
      and(
        eq(pointLots.sourceKey, p('sourceKey')),
        eq(pointLots.source, p('source')),
        eq(pointLots.shopId, p('shopId')),
      ),
    ),
);

/** What a source gave. By point_lots_source_key. */
export const findLotBySource = async (
  on: Reader,
  shopId: string,
  source: LotSource,
  sourceKey: string,
): Promise<PointLot | undefined> => (await ofSource(on, { shopId, source, sourceKey }))[0];

export const insertPointMovements = (tx: Tx, rows: readonly PointMovement[]): Promise<void> =>
  sendAlong(tx, insertMovements(tx, rows));

// Along point_lots_left_idx.
const extend = preparedSql<{ due_at: Date | null }>(
  'extend_point_lots',
  `update point_lots set expires_at = $3 where shop_id = $1 and customer_id = $2 and left_points > 0 and expires_at < $3`,
);

/** What is left of a locked member lasts until then at least. */
export const extendLots = async (tx: Tx, shopId: string, customerId: string, until: Date): Promise<void> =>
  void (await extend(tx, [shopId, customerId, until]));

// Along point_lots_left_idx.
const nextDue = preparedSql<{ due_at: Date | null }>(
  'find_next_due_point_lot',
  `select min(least(case when state = 'pending' then activates_at end, expires_at)) as due_at from point_lots
   where shop_id = $1 and customer_id = $2 and left_points > 0`,
);

/** When a lot of a member next becomes active or expires. */
export const findNextDue = async (tx: Tx, shopId: string, customerId: string): Promise<Date | null> =>
  (await nextDue(tx, [shopId, customerId]))[0]?.due_at ?? null;

// Along point_lots_left_idx.
const end = preparedSql<{ id: string; points: bigint }>(
  'end_point_lots',
  `with open as (select id, left_points from point_lots where shop_id = $1 and customer_id = $2 and left_points > 0)
   update point_lots l set state = 'lapsed', left_points = 0 from open o where l.shop_id = $1 and l.id = o.id
   returning l.id, o.left_points as points`,
);

/** Ends all lots of a locked member; what was left of each. */
export const endLots = (
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<{ id: string; points: bigint }[]> => end(tx, [shopId, customerId]);

const lotsOfOrder = prepared('list_point_lots_of_order', (db) =>
  db
    .select()
    .from(pointLots)
    .where(and(eq(pointLots.shopId, p('shopId')), eq(pointLots.orderId, p('orderId'))))
    .orderBy(pointLots.id),
);

/** The lots that an order gave, oldest first. By point_lots_order_idx. */
export const listLotsOfOrder = (on: Reader, shopId: string, orderId: string): Promise<PointLot[]> =>
  lotsOfOrder(on, { shopId, orderId });

// Along point_lots_left_idx.
const open = preparedSql<{
  id: string;
  state: 'pending' | 'active';
  left: bigint;
  priority: number;
  is_promotional: boolean;
  expires_at: Date | null;
  granted_at: Date;
  activates_at: Date;
  order_id: string | null;
}>(
  'list_open_point_lots',
  `select id, state, left_points as left, priority, is_promotional, expires_at, granted_at, activates_at, order_id from point_lots
   where shop_id = $1 and customer_id = $2 and left_points > 0`,
);

/** A lot of which something is left. */
export interface OpenLot extends Lot {
  readonly activatesAt: Date;
  readonly orderId: string | null;
}

/** The lots of a locked member of which something is left. */
export const listOpenLots = async (tx: Tx, shopId: string, customerId: string): Promise<OpenLot[]> =>
  (await open(tx, [shopId, customerId])).map((row) => ({
    id: row.id,
    state: row.state,
    left: row.left,
    priority: row.priority,
    isPromotional: row.is_promotional,
    expiresAt: row.expires_at,
    grantedAt: row.granted_at,
    activatesAt: row.activates_at,
    orderId: row.order_id,
  }));

// By the primary key. A lot of which nothing is left waits for nothing.
const take = preparedSql<{ id: string }>(
  'take_from_point_lots',
  `update point_lots l set left_points = l.left_points - t.points,
     state = case when l.left_points = t.points then 'active' else l.state end
   from unnest($2::uuid[], $3::int8[]) as t (id, points)
   where l.shop_id = $1 and l.id = t.id and l.left_points >= t.points and l.state in ('pending', 'active') returning l.id`,
);

/** Takes points from lots of a locked member. Where they are not there, the transaction fails. */
export async function takeFromLots(tx: Tx, shopId: string, parts: readonly LotPart[]): Promise<void> {
  if (parts.length === 0) return;
  const values = [shopId, parts.map((part) => part.lotId), parts.map((part) => part.quantity)];
  const refuseMissed = (taken: readonly unknown[]): void => {
    if (taken.length !== parts.length) throw new Error('a lot is not as it was read under its member’s lock');
  };
  await sendAlong(tx, take(tx, values).then(refuseMissed));
}

// By the primary key.
const give = preparedSql<{ id: string }>(
  'give_to_point_lots',
  `update point_lots l set left_points = l.left_points + t.points, state = 'active',
     expires_at = case when l.expires_at is null then null else greatest(l.expires_at, $4::timestamptz) end
   from unnest($2::uuid[], $3::int8[]) as t (id, points) where l.shop_id = $1 and l.id = t.id returning l.id`,
);

/** Gives points back to lots of a locked member, which last until a moment at least. */
export async function giveToLots(
  tx: Tx,
  shopId: string,
  parts: readonly LotPart[],
  until: Date,
): Promise<void> {
  const quantities = parts.map((part) => part.quantity);
  const given = await give(tx, [shopId, parts.map((part) => part.lotId), quantities, until]);
  if (given.length !== parts.length) throw new Error('a lot that points were spent from is gone');
}

// By point_lots_order_idx. Where points end with inactivity they never end sooner than before.
const plan = preparedSql<{ id: string }>(
  'plan_point_lots_of_order',
  `update point_lots set activates_at = greatest($3::timestamptz, granted_at),
     expires_at = case when $5::boolean then greatest(expires_at, $4::timestamptz) else $4::timestamptz end
   where shop_id = $1 and order_id = $2 and state = 'pending' and left_points > 0 returning id`,
);

/** Says from when on the points of an order can be spent, and until when, as far as they are pending. How many lots that were. */
export const planLotsOfOrder = async (
  tx: Tx,
  shopId: string,
  orderId: string,
  times: { readonly activatesAt: Date; readonly expiresAt: Date | null; readonly isNeverSooner: boolean },
): Promise<number> =>
  (await plan(tx, [shopId, orderId, times.activatesAt, times.expiresAt, times.isNeverSooner])).length;

const keyset = createKeyset({
  name: 'point_lots',
  table: pointLots,
  filters: {
    customerId: (value) => eq(pointLots.customerId, value),
    state: (value) => sql`${pointLots.state} = ${value}`,
  },
  sorts: {
    // By point_lots_customer_idx.
    '-grantedAt': { columns: [pointLots.grantedAt, pointLots.id], direction: 'desc' },
  },
});

export interface LotQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: LotState;
}

/** The lots of a member, newest first. */
export const listLotRows = (
  on: Reader,
  shopId: string,
  customerId: string,
  query: LotQuery,
): Promise<Page<PointLot>> =>
  keyset(on, { shopId, page: query, sort: '-grantedAt', filters: { customerId, state: query.state } });

const movementKeyset = createKeyset({
  name: 'point_movements',
  table: pointMovements,
  filters: { customerId: (value) => eq(pointMovements.customerId, value) },
  // By the primary key.
  sorts: { '-position': { columns: [pointMovements.position], direction: 'desc' } },
});

/** The statement of a member, newest first. */
export const listPointMovementRows = (
  on: Reader,
  shopId: string,
  customerId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<PointMovement>> =>
  movementKeyset(on, { shopId, page, sort: '-position', filters: { customerId } });

// Along point_lots_left_idx.
const soon = preparedRead<{ expires_at: Date; points: string }>(
  'list_expiring_points',
  `select expires_at, sum(left_points)::text as points from point_lots
   where shop_id = $1 and customer_id = $2 and left_points > 0 and expires_at > $3
   group by expires_at order by expires_at limit $4`,
);

/** What of a member ends next, by moment. */
export const listExpiring = async (
  on: Reader,
  shopId: string,
  customerId: string,
  now: Date,
  limit: number,
): Promise<{ expiresAt: Date; points: bigint }[]> =>
  (await soon(on, [shopId, customerId, now, limit])).map((row) => ({
    expiresAt: row.expires_at,
    points: BigInt(row.points),
  }));

const balances = preparedRead<{ active: string; pending: string }>(
  'read_point_balances',
  `select coalesce(sum(left_points) filter (where activates_at <= $3), 0)::text as active,
     coalesce(sum(left_points) filter (where activates_at > $3), 0)::text as pending
   from point_lots where shop_id = $1 and customer_id = $2 and left_points > 0 and (expires_at > $3 or expires_at is null)`,
);

/** What a member has at a moment, whether or not the day change has come by. Along point_lots_left_idx. */
export async function readPointBalances(on: Reader, shopId: string, customerId: string, now: Date) {
  const [row] = await balances(on, [shopId, customerId, now]);
  return { activePoints: BigInt(row?.active ?? 0), pendingPoints: BigInt(row?.pending ?? 0) };
}

/** All lots of a member, oldest first. By point_lots_customer_idx. */
export const listAllLots = (on: Reader, shopId: string, customerId: string): Promise<PointLot[]> =>
  on
    .select()
    .from(pointLots)
    .where(and(eq(pointLots.shopId, shopId), eq(pointLots.customerId, customerId)))
    .orderBy(pointLots.grantedAt, pointLots.id);

/** What was left of a lot that moved. */
export interface MovedLot {
  readonly id: string;
  readonly state: LotState;
  readonly points: bigint;
}

// By point_lots_customer_idx.
const move = preparedSql<MovedLot>(
  'move_point_lots',
  `update point_lots set customer_id = $3 where shop_id = $1 and customer_id = $2
   returning id, state, left_points as points`,
);

/** Gives the lots of a locked member to another; those of which something is left, in the order of their ids. */
export const moveLots = async (tx: Tx, shopId: string, from: string, to: string): Promise<MovedLot[]> =>
  (await move(tx, [shopId, from, to]))
    .filter(({ points }) => points > 0n)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** Removes what is personal from lots. By point_lots_customer_idx. */
export const eraseLotNotes = async (tx: Tx, shopId: string, customerId: string): Promise<void> =>
  void (await tx
    .update(pointLots)
    .set({ note: null })
    .where(
      and(eq(pointLots.shopId, shopId), eq(pointLots.customerId, customerId), isNotNull(pointLots.note)),
    ));
