import { after, HOUR_MS, MINUTE_MS } from '../../platform/time.ts';
import type { Ctx } from '../../platform/context.ts';
import { inOneStatement } from '../../platform/db/transaction.ts';
import type { Violation } from '../../platform/errors.ts';
import { eventRow } from '../../platform/events/define.ts';
import { newId } from '../../platform/ids.ts';
import { requireStock, StockShort } from '../catalogue/stock.ts';
import { requireCustomer } from '../customers/standing.ts';
import { type Basket, type BasketLine, loadBasket } from './basket.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { makeOrderNumber } from './numbers.ts';
import { readQuote } from './quote-token.ts';
import { type NewOrder, NumberTaken, orderPart, type OrderWhole, toOrderError } from './repository.ts';
import { ordersSettings } from './settings.ts';
import type { PaymentTerms } from './states.ts';
import { summaryWithLines } from './summary.ts';
import type { Address, Order, OrderLine } from './tables.ts';
import { timelineRow } from './timeline.ts';

export interface OrderInput {
  readonly lines: readonly BasketLine[];
  readonly customerId?: string | null;
  readonly channel: string;
  readonly terms: PaymentTerms;
  readonly externalId?: string | null;
  readonly shippingAddress?: Address | null;
  readonly staffNote?: string | null;
  readonly metadata?: Record<string, string>;
  readonly quoteToken?: string;
  /** Refuses the order when it would cost another total. */
  readonly expectedTotalAmount?: number;
}

const notForCustomers = (pointer: string) => orderErrors.not_for_customers(undefined, { pointer });

/**
 * The terms of a new order. A customer orders prepaid, for themselves, writes no note for staff, and takes no id
 * that the shop's own system gives.
 */
export function orderTerms(
  ctx: Ctx,
  input: {
    terms?: PaymentTerms;
    staffNote?: string | null;
    customerId?: string;
    externalId?: string | null;
    metadata?: object;
  },
): PaymentTerms {
  if (ctx.customerId === undefined) return input.terms ?? 'prepaid';
  if (input.terms !== undefined && input.terms !== 'prepaid') throw notForCustomers('/terms');
  if (input.staffNote != null) throw notForCustomers('/staffNote');
  if (input.metadata !== undefined) throw notForCustomers('/metadata');
  if (input.externalId != null) throw notForCustomers('/externalId');
  if (input.customerId !== undefined && input.customerId !== ctx.customerId)
    throw notForCustomers('/customerId');
  return 'prepaid';
}

/**
 * Places an order: prices the basket as the quote did, reserves the stock of all lines or of none, and writes the order.
 * Refusals: product_not_available, out_of_stock, total_changed, quote_*, customer_not_found, external_id_taken.
 */
export async function placeOrder(ctx: Ctx, input: OrderInput): Promise<OrderWhole> {
  const customerId = ctx.customerId ?? input.customerId ?? null;
  const held =
    input.quoteToken === undefined ? undefined : readQuote(ctx, input.quoteToken, input.lines, customerId);
  const basket = await loadBasket(ctx.db, ctx, input.lines, held);
  const { totalAmount } = basket.priced;
  if (input.expectedTotalAmount !== undefined && BigInt(input.expectedTotalAmount) !== totalAmount) {
    const detail = `The order costs ${totalAmount}, not ${input.expectedTotalAmount}.`;
    throw orderErrors.total_changed(detail, {
      pointer: '/expectedTotalAmount',
      extra: { totalAmount: Number(totalAmount) },
    });
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeOrder(ctx, input, basket, customerId);
    } catch (error) {
      // One number in a thousand million is taken already.
      if (!(error instanceof NumberTaken) || attempt >= 5) throw error;
    }
  }
}

/**
 * Writes the order in one statement. When stock is short, the customer is gone or a number is taken, nothing is written.
 * An erasure or a merge of the customer at this moment waits until the order is there.
 */
async function writeOrder(
  ctx: Ctx,
  input: OrderInput,
  basket: Basket,
  customerId: string | null,
): Promise<OrderWhole> {
  const order = makeOrder(ctx, input, basket, customerId);
  const lines = makeLines(order, basket);
  const whole: OrderWhole = { order, lines, adjustments: [], shipments: [], shipmentLines: [] };
  const stock = requireStock(ctx.shop.id, input.lines);
  const customer = customerId === null ? undefined : requireCustomer(ctx.db, ctx.shop.id, customerId);
  const parts = [...(customer ? [customer.part] : []), stock.part, orderPart(newOrder(ctx, order, lines))];
  try {
    return await inOneStatement(ctx, whole, parts, [ctx.wakeDispatcher]);
  } catch (error) {
    const cause = toOrderError(stock.toError(customer ? await customer.toError(error) : error));
    throw cause instanceof StockShort ? outOfStock(input.lines, new Set(cause.productIds)) : cause;
  }
}

function newOrder(ctx: Ctx, order: Order, lines: readonly OrderLine[]): NewOrder {
  const isPaid = order.status === 'paid';
  const summary = summaryWithLines(order, lines);
  const placed = { kind: 'placed', details: { totalAmount: Number(order.totalAmount) } } as const;
  return {
    order,
    lines,
    adjustments: [],
    entries: [
      timelineRow(ctx, order.id, placed),
      ...(isPaid ? [timelineRow(ctx, order.id, { kind: 'paid' })] : []),
    ],
    events: [
      eventRow(ctx, orderEvents.placed, order.id, summary),
      ...(isPaid ? [eventRow(ctx, orderEvents.paid, order.id, summary)] : []),
    ],
  };
}

function makeOrder(ctx: Ctx, input: OrderInput, basket: Basket, customerId: string | null): Order {
  const settings = ordersSettings.of(ctx.shop);
  const { priced } = basket;
  // What costs nothing needs no payment.
  const isFree = priced.totalAmount === 0n;
  const isReminded = input.terms === 'prepaid' && !isFree;
  return {
    shopId: ctx.shop.id,
    id: newId(),
    number: makeOrderNumber(ctx.shop, ctx.now),
    externalId: input.externalId ?? null,
    customerId,
    channel: input.channel,
    origin: 'placed',
    terms: input.terms,
    status: isFree ? 'paid' : 'pending',
    paymentState: isFree ? 'paid' : 'unpaid',
    fulfilmentState: 'unfulfilled',
    currency: ctx.shop.currency,
    linesAmount: priced.linesAmount,
    discountAmount: priced.discountAmount,
    freightAmount: priced.freightAmount,
    freightTaxRateBps: basket.freightTaxRateBps,
    freightTaxAmount: priced.freightTaxAmount,
    taxAmount: priced.taxAmount,
    totalAmount: priced.totalAmount,
    paidAmount: 0n,
    refundedAmount: 0n,
    shippingAddress: input.shippingAddress ?? null,
    staffNote: input.staffNote ?? null,
    metadata: input.metadata ?? {},
    importHash: null,
    cancelReason: null,
    placedAt: ctx.now,
    paidAt: isFree ? ctx.now : null,
    shippedAt: null,
    deliveredAt: null,
    completedAt: null,
    cancelledAt: null,
    reminderDueAt: isReminded ? after(ctx.now, settings.firstReminderMinutes * MINUTE_MS) : null,
    remindersSent: 0,
    lapseDueAt: isReminded
      ? after(ctx.now, (settings.lapseHours + settings.lapseGraceHours) * HOUR_MS)
      : null,
    completeDueAt: null,
    version: 1,
    updatedAt: ctx.now,
  };
}

function makeLines(order: Order, basket: Basket): OrderLine[] {
  return basket.priced.lines.map((line, index) => ({
    shopId: order.shopId,
    id: newId(),
    orderId: order.id,
    position: index + 1,
    productId: line.product.id,
    productName: line.product.name,
    category: line.product.category,
    quantity: line.quantity,
    listUnitAmount: line.listUnitAmount,
    discountAmount: line.discountAmount,
    netAmount: line.netAmount,
    taxRateBps: line.taxRateBps,
    taxAmount: line.taxAmount,
    costUnitAmount: line.product.costAmount,
    shippedQuantity: 0,
    deliveredQuantity: 0,
    placedAt: order.placedAt,
  }));
}

function outOfStock(lines: readonly BasketLine[], failed: ReadonlySet<string>) {
  const violations = lines.flatMap((line, index): Violation[] => {
    if (!failed.has(line.productId)) return [];
    const detail = `There is not enough stock of ${line.productId} for all lines that ask for it.`;
    return [{ in: 'body', pointer: `/lines/${index}/quantity`, code: 'out_of_stock', detail }];
  });
  return orderErrors.out_of_stock(undefined, { violations });
}
