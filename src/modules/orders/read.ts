import type { Ctx } from '../../platform/context.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { listPaymentsOfOrder } from '../payments/attempts.ts';
import type { Payment } from '../payments/tables.ts';
import { decideOrderSort, type OrderSort } from './list-rules.ts';
import { type OrderPromise, orderPromises } from './ports.ts';
import {
  getOrder,
  getWhole,
  listOrders,
  listTimeline,
  type OrderFilter,
  type OrderWhole,
} from './repository.ts';

import type { Order, TimelineEntry } from './tables.ts';

/** An order with its lines and parcels; a customer sees only their own. */
export const readOrder = (ctx: Ctx, orderId: string): Promise<OrderWhole> =>
  getWhole(ctx.db, ctx.shop.id, orderId, ctx.customerId);

type OrderQuery = Omit<OrderFilter, 'sort'> & { readonly sort?: OrderSort };

/** Orders without their lines; a customer's list holds only their own, whatever the filter says. */
export async function readOrders(ctx: Ctx, filter: OrderQuery): Promise<Page<Order>> {
  const sort = decideOrderSort(filter);
  return listOrders(ctx.db, ctx.shop.id, { ...filter, sort }, ctx.customerId);
}

/** What happened to an order; a customer reads what is public. */
export async function readTimeline(ctx: Ctx, orderId: string): Promise<TimelineEntry[]> {
  await getOrder(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  return listTimeline(ctx.db, ctx.shop.id, orderId, ctx.customerId !== undefined);
}

/** What an order was promised when it was placed. */
export async function readPromises(ctx: Ctx, orderId: string): Promise<readonly OrderPromise[]> {
  const order = await getOrder(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  return orderPromises.get().find(ctx.db, ctx.shop.id, order.placedAt);
}

/** The attempts to pay an order and its settlements, newest first. */
export async function readOrderPayments(ctx: Ctx, orderId: string): Promise<Payment[]> {
  await getOrder(ctx.db, ctx.shop.id, orderId, ctx.customerId);
  return listPaymentsOfOrder(ctx.db, ctx.shop.id, orderId);
}
