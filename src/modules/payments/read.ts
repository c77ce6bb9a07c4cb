import type { Ctx } from '../../platform/context.ts';
import type { Page } from '../../platform/http/pagination.ts';
import {
  type RefundFilter,
  getPayment,
  getRefund,
  listEventsOf,
  listPayments,
  listRefunds,
} from './repository.ts';
import type { Payment, PaymentEvent, Refund } from './tables.ts';

interface PageInput {
  readonly limit: number;
  readonly cursor?: string;
}

/** A payment of the shop, or `not_found`. */
export const readPayment = (ctx: Ctx, id: string): Promise<Payment> => getPayment(ctx.db, ctx.shop.id, id);

/** A refund of the shop, or `not_found`. */
export const readRefund = (ctx: Ctx, id: string): Promise<Refund> => getRefund(ctx.db, ctx.shop.id, id);

/** Payments, newest first. */
export const readPayments = (ctx: Ctx, query: PageInput): Promise<Page<Payment>> =>
  listPayments(ctx.db, ctx.shop.id, query);

/** Refunds, newest first; of an order also those of its settlements. */
export const readRefunds = (ctx: Ctx, query: RefundFilter): Promise<Page<Refund>> =>
  listRefunds(ctx.db, ctx.shop.id, query);

/** Everything that a provider said about a payment, oldest first. */
export async function readStatements(ctx: Ctx, paymentId: string): Promise<PaymentEvent[]> {
  await getPayment(ctx.db, ctx.shop.id, paymentId);
  return listEventsOf(ctx.db, ctx.shop.id, paymentId);
}
