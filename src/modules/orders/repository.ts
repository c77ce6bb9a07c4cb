import { and, eq, gte, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { isUniqueViolation } from '../../platform/db/constraints.ts';
import type { Part } from '../../platform/db/parts.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { recordsJson, rowUpdate } from '../../platform/db/records.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { NewEvent } from '../../platform/events/define.ts';
import { eventsJson } from '../../platform/events/outbox.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { followOrder } from './credit/repository.ts';
import { orderErrors } from './errors.ts';
import type { OrderSort } from './list-rules.ts';
import { writtenOffOf } from './rules.ts';
import type { OrderStatus } from './states.ts';
import {
  type Order,
  type OrderAdjustment,
  type OrderLine,
  orderAdjustments,
  orderLines,
  orders,
  orderTimeline,
  type TimelineEntry,
  orderPriceTraces,
  type OrderPriceTrace,
} from './tables.ts';
import {
  type OrderShipment,
  type OrderShipmentLine,
  orderShipmentLines,
  orderShipments,
} from './shipments/tables.ts';

const p = sql.placeholder;

/** An order with what belongs to it. */
export interface OrderWhole {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly adjustments: readonly OrderAdjustment[];
  readonly shipments: readonly OrderShipment[];
  readonly shipmentLines: readonly OrderShipmentLine[];
}

const selectOrder = prepared('select_order', (db) =>
  db
    .select()
    .from(orders)
    .where(and(eq(orders.shopId, p('shopId')), eq(orders.id, p('id')))),
);
// NO KEY UPDATE: a plain FOR UPDATE would deadlock with inserts whose foreign keys point here.
const selectOrderForUpdate = prepared('lock_order', (db) =>
  db
    .select()
    .from(orders)
    .where(and(eq(orders.shopId, p('shopId')), eq(orders.id, p('id'))))
    .for('no key update'),
);
// By order_lines_position_key.
const selectLines = prepared('select_order_lines', (db) =>
  db
    .select()
    .from(orderLines)
    .where(and(eq(orderLines.shopId, p('shopId')), eq(orderLines.orderId, p('id'))))
    .orderBy(orderLines.position),
);
const selectAdjustments = prepared('select_order_adjustments', (db) =>
  db
    .select()
    .from(orderAdjustments)
    .where(and(eq(orderAdjustments.shopId, p('shopId')), eq(orderAdjustments.orderId, p('id'))))
    .orderBy(orderAdjustments.id),
);
const selectShipments = prepared('select_order_shipments', (db) =>
  db
    .select()
    .from(orderShipments)
    .leftJoin(
      orderShipmentLines,
      and(
        eq(orderShipmentLines.shopId, orderShipments.shopId),
        eq(orderShipmentLines.shipmentId, orderShipments.id),
      ),
    )
    .where(and(eq(orderShipments.shopId, p('shopId')), eq(orderShipments.orderId, p('id'))))
    .orderBy(orderShipments.id, orderShipmentLines.lineId),
);

/** The order, for a customer only their own; else `not_found`, as if it did not exist. */
export async function getOrder(on: Reader, shopId: string, id: string, customerId?: string): Promise<Order> {
  return visible(await selectOrder(on, { shopId, id }), customerId);
}

/** Locks the order's row: whatever changes an order, its lines or its payments comes through here first. */
export async function lockOrder(tx: Tx, shopId: string, id: string, customerId?: string): Promise<Order> {
  return visible(await selectOrderForUpdate(tx, { shopId, id }), customerId);
}

function visible([order]: Order[], customerId: string | undefined): Order {
  if (!order || (customerId !== undefined && order.customerId !== customerId))
    throw platformErrors.not_found();
  return order;
}

export const listLines = (on: Reader, shopId: string, id: string): Promise<OrderLine[]> =>
  selectLines(on, { shopId, id });

/** A locked order's lines, adjustments and parcels: sent together, they take one round trip. */
export async function loadWhole(on: Reader, order: Order): Promise<OrderWhole> {
  return withRest(on, order, await selectLines(on, { shopId: order.shopId, id: order.id }));
}

/** The order with what belongs to it, for a customer only their own; most orders in one round trip. */
export async function getWhole(
  on: Reader,
  shopId: string,
  id: string,
  customerId: string | undefined,
): Promise<OrderWhole> {
  const [found, lines] = await Promise.all([
    selectOrder(on, { shopId, id }),
    selectLines(on, { shopId, id }),
  ]);
  return withRest(on, visible(found, customerId), lines);
}

// What most orders do not have is asked for only where it can be.
async function withRest(on: Reader, order: Order, lines: readonly OrderLine[]): Promise<OrderWhole> {
  const key = { shopId: order.shopId, id: order.id };
  const [adjustments, parcels] = await Promise.all([
    order.discountAmount === 0n ? [] : selectAdjustments(on, key),
    order.shippedAt === null && order.fulfilmentState === 'unfulfilled' ? [] : selectShipments(on, key),
  ]);
  return {
    order,
    lines,
    adjustments,
    shipments: [...new Map(parcels.map((row) => [row.order_shipments.id, row.order_shipments])).values()],
    shipmentLines: parcels.flatMap((row) => row.order_shipment_lines ?? []),
  };
}

const EVENT_COLUMNS = 'shop_id, id, type, subject_type, subject_id, data, actor_kind, actor_id, occurred_at';
// Everything that an order consists of. Foreign keys are checked when the statement ends.
const WHOLE = `new_order as (
    insert into orders select * from jsonb_populate_recordset(null::orders, $1::jsonb)
  ), new_lines as (
    insert into order_lines select * from jsonb_populate_recordset(null::order_lines, $2::jsonb)
  ), new_adjustments as (
    insert into order_adjustments select * from jsonb_populate_recordset(null::order_adjustments, $3::jsonb)
  ), new_traces as (
    insert into order_price_traces select * from jsonb_populate_recordset(null::order_price_traces, $6::jsonb)
  ), new_entries as (
    insert into order_timeline select * from jsonb_populate_recordset(null::order_timeline, $4::jsonb)
  ), new_events as (
    insert into outbox (${EVENT_COLUMNS}) select ${EVENT_COLUMNS} from jsonb_to_recordset($5::jsonb) as e (shop_id uuid,
      id uuid, type text, subject_type text, subject_id uuid, data jsonb, actor_kind text, actor_id text,
      occurred_at timestamptz)
  )`;
const insertWhole = preparedSql('insert_order', `with ${WHOLE} select 1`);

export interface NewOrder {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly adjustments: readonly OrderAdjustment[];
  readonly entries: readonly TimelineEntry[];
  readonly events: readonly NewEvent[];
  /** How its price came about, where campaigns had anything to do with it. */
  readonly trace?: OrderPriceTrace | undefined;
}

/** Thrown when the random number of an order is taken; placing is simply tried again. */
export class NumberTaken extends Error {}

const wholeValues = (made: NewOrder): unknown[] => [
  recordsJson(orders, [made.order]),
  recordsJson(orderLines, made.lines),
  recordsJson(orderAdjustments, made.adjustments),
  recordsJson(orderTimeline, made.entries),
  eventsJson(made.events),
  recordsJson(orderPriceTraces, made.trace ? [made.trace] : []),
];

/** Writes a new order with lines, timeline and events in one statement. */
export const insertOrder = async (tx: Tx, made: NewOrder): Promise<void> =>
  void (await insertWhole(tx, wholeValues(made)).catch((error: unknown) => {
    throw toOrderError(error);
  }));

/** The same as part of a statement; `toOrderError` tells what its failure means. */
export const orderPart = (made: NewOrder): Part => ({
  name: 'order',
  ctes: WHOLE,
  values: wholeValues(made),
});

/** What a failed insert means; any other error as it is. */
export function toOrderError(error: unknown): unknown {
  if (isUniqueViolation(error, 'orders_number_key')) return new NumberTaken();
  if (!isUniqueViolation(error, 'orders_external_id_key')) return error;
  return orderErrors.external_id_taken(undefined, { pointer: '/externalId' });
}

const writeOrders = rowUpdate('update_orders', orders);

/** Changes a locked order; its version rises. What is open of one on account is used of its customer's credit. */
export async function updateOrder(tx: Tx, order: Order, changes: Partial<Order>, at: Date): Promise<Order> {
  // A request that had to wait for the lock began before the change that it waited for.
  const updatedAt = at > order.updatedAt ? at : order.updatedAt;
  const merged = { ...order, ...changes, version: order.version + 1, updatedAt };
  const changed = { ...merged, writtenOffAmount: writtenOffOf(merged) };
  const written = await writeOrders(tx, [changed]);
  if (written.length === 0) throw platformErrors.version_conflict();
  await followOrder(tx, order, changed);
  return changed;
}

export interface OrderFilter {
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: OrderStatus;
  readonly customerId?: string;
  readonly placedAtFrom?: string;
  readonly placedAtTo?: string;
  readonly updatedSince?: string;
  readonly number?: string;
  readonly externalId?: string;
  readonly sort: OrderSort;
}

const byPlacedAt = [orders.placedAt, orders.id];
/**
 * Orders along orders_placed_at_idx, orders_status_idx or orders_customer_idx; for `updatedAt` along
 * orders_updated_at_idx, orders_status_updated_at_idx or orders_customer_updated_at_idx; by number or external
 * id along their unique keys.
 */
const keyset = createKeyset({
  name: 'orders',
  table: orders,
  filters: {
    status: (value) => eq(orders.status, value),
    ownerId: (value) => eq(orders.customerId, value),
    customerId: (value) => eq(orders.customerId, value),
    number: (value) => eq(orders.number, value),
    externalId: (value) => eq(orders.externalId, value),
    placedAtFrom: (value) => gte(orders.placedAt, value),
    placedAtTo: (value) => lte(orders.placedAt, value),
    updatedSince: (value) => gte(orders.updatedAt, value),
  },
  sorts: {
    placedAt: { columns: byPlacedAt, direction: 'asc' },
    '-placedAt': { columns: byPlacedAt, direction: 'desc' },
    updatedAt: { columns: [orders.updatedAt, orders.id], direction: 'asc' },
  },
});

/** A page of orders; with an owner, only theirs, whatever the filter says. */
export function listOrders(
  on: Reader,
  shopId: string,
  filter: OrderFilter,
  ownerId?: string,
): Promise<Page<Order>> {
  const { limit: _limit, cursor: _cursor, sort, ...filters } = filter;
  return keyset(on, { shopId, page: filter, sort, filters: { ...filters, ownerId } });
}

/** An order that was imported before, by its external id. By orders_external_id_key. */
export async function findByExternalId(
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<Order | undefined> {
  const [order] = await on
    .select()
    .from(orders)
    .where(and(eq(orders.shopId, shopId), eq(orders.externalId, externalId)));
  return order;
}

/** What happened to an order, oldest first. Along the primary key. */
export const listTimeline = (
  on: Reader,
  shopId: string,
  orderId: string,
  publicOnly: boolean,
): Promise<TimelineEntry[]> =>
  on
    .select()
    .from(orderTimeline)
    .where(
      and(
        eq(orderTimeline.shopId, shopId),
        eq(orderTimeline.orderId, orderId),
        publicOnly ? eq(orderTimeline.isPublic, true) : undefined,
      ),
    )
    .orderBy(orderTimeline.occurredAt, orderTimeline.id);
