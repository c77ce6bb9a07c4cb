import type { Ctx } from '../../platform/context.ts';
import { explainFailure, type Guard, StaleRead } from '../../platform/db/guards.ts';
import { inOneStatement } from '../../platform/db/transaction.ts';
import { platformErrors, Problem, type Violation } from '../../platform/errors.ts';
import { loadCalendar, recallCalendar, requireCalendar } from '../calendar/load.ts';
import { type ProductTerms, readTerms, recallTerms, requireTerms } from '../catalogue/sellables.ts';
import { requireStock, StockShort } from '../catalogue/stock.ts';
import { requireCustomer } from '../customers/standing.ts';
import { ledgerPart } from '../ledger/post.ts';
import {
  type Basket,
  type BasketLine,
  type BasketLogos,
  type HeldPrices,
  priceLines,
  productIdsOf,
} from './basket.ts';
import { type FreightTerms, readFreight, recallFreight, requireFreight } from '../shipping/freight/terms.ts';
import { orderErrors } from './errors.ts';
import { gatherFacts, templatesNamed } from './freight.ts';
import { requireCredit } from './credit/take.ts';
import { chooseDelivery } from './delivery-choice.ts';
import { logoMovesOf, type LogoTerms, requestIdsOf } from './logo-requests/line-rules.ts';
import { readLogos, recallLogos, requireLogos } from './logo-requests/take.ts';
import { makeAdjustments, makeLines, makeOrder, newOrder, type OrderInput } from './new-order.ts';
import { placedTransfer } from './postings.ts';
import { type HeldQuote, readQuote } from './quote-token.ts';
import { NumberTaken, orderPart, type OrderWhole, toOrderError } from './repository.ts';
import type { PaymentTerms } from './states.ts';

const MOST_ATTEMPTS = 5;
const notForCustomers = (pointer: string) => orderErrors.not_for_customers(undefined, { pointer });

/**
 * The terms of a new order. A customer orders prepaid, or on account where that was agreed, for themselves, writes no note for staff, and takes no id
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
  // Whether something was agreed, the statement that places the order makes sure of.
  if (input.terms === 'cash_on_delivery') throw notForCustomers('/terms');
  if (input.staffNote != null) throw notForCustomers('/staffNote');
  if (input.metadata !== undefined) throw notForCustomers('/metadata');
  if (input.externalId != null) throw notForCustomers('/externalId');
  if (input.customerId !== undefined && input.customerId !== ctx.customerId)
    throw notForCustomers('/customerId');
  return input.terms ?? 'prepaid';
}

/**
 * Places an order: prices the basket as the quote did, reserves the stock of all lines or of none, and writes the order.
 * Refusals: those of priceGoods and priceFreight, out_of_stock, credit_exceeded, total_changed, quote_*, customer_not_found, external_id_taken,
 * delivery_method_not_available.
 */
export async function placeOrder(ctx: Ctx, input: OrderInput): Promise<OrderWhole> {
  const customerId = ctx.customerId ?? input.customerId ?? null;
  const held =
    input.quoteToken === undefined
      ? undefined
      : readQuote(ctx, input.quoteToken, input.lines, customerId, input.shippingAddress);
  for (let attempt = 1; ; attempt += 1) {
    const priced = await priceOrder(ctx, input, held);
    try {
      return await writeOrder(ctx, input, priced, customerId, held);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attempt >= MOST_ATTEMPTS) throw platformErrors.version_conflict();
    }
  }
}

// A product, a template, the calendar, a request for a logo or the chosen method changed since it was read, or one number in a thousand
// million is taken already.
const isPassing = (error: unknown): boolean => error instanceof StaleRead || error instanceof NumberTaken;

interface PricedOrder {
  readonly basket: Basket;
  readonly requests: readonly LogoTerms[];
  readonly freight: FreightTerms;
}

/**
 * By what this process remembers of products and freight, as long as that leads to an order: writing it confirms them. A refusal
 * is decided by what is in the database.
 */
async function priceOrder(ctx: Ctx, input: OrderInput, held: HeldPrices | undefined): Promise<PricedOrder> {
  const [ids, requestIds] = [productIdsOf(input.lines), requestIdsOf(input.lines)];
  const remembered = recallTerms(ctx.shop.id, ids);
  const recalled = recallLogos(ctx.shop.id, requestIds);
  const logosOf = (requests: readonly LogoTerms[]): BasketLogos => {
    return { requests, customerId: ctx.customerId ?? input.customerId ?? null };
  };
  const byMemory =
    remembered && recalled && (await tryRemembered(ctx, input, remembered, logosOf(recalled), held));
  if (byMemory) return byMemory;
  const [products, requests] = await Promise.all([
    readTerms(ctx.db, ctx.shop.id, ids),
    readLogos(ctx.db, ctx.shop.id, requestIds),
  ]);
  const logos = logosOf(requests);
  const byProducts = await tryRemembered(ctx, input, products, logos, held);
  if (byProducts) return byProducts;
  const freight = await readFreight(ctx.db, ctx.shop.id, templatesNamed(products));
  return priceAsExpected(ctx, input, products, freight, logos, held);
}

/** The same with the freight that this process remembers; undefined where it does not, or where that would be a refusal. */
async function tryRemembered(
  ctx: Ctx,
  input: OrderInput,
  products: readonly ProductTerms[],
  logos: BasketLogos,
  held: HeldPrices | undefined,
): Promise<PricedOrder | undefined> {
  const freight = recallFreight(ctx.shop.id, templatesNamed(products));
  try {
    return freight && (await priceAsExpected(ctx, input, products, freight, logos, held));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return undefined;
  }
}

async function priceAsExpected(
  ctx: Ctx,
  input: OrderInput,
  products: readonly ProductTerms[],
  freight: FreightTerms,
  logos: BasketLogos,
  held: HeldPrices | undefined,
): Promise<PricedOrder> {
  const facts = await gatherFacts(freight, input.shippingAddress, '/shippingAddress');
  const basket = priceLines(ctx, products, input.lines, facts, logos, held);
  const { totalAmount } = basket.priced;
  if (input.expectedTotalAmount === undefined || BigInt(input.expectedTotalAmount) === totalAmount)
    return { basket, freight, requests: logos.requests };
  const detail = `The order costs ${totalAmount}, not ${input.expectedTotalAmount}.`;
  throw orderErrors.total_changed(detail, {
    pointer: '/expectedTotalAmount',
    extra: { totalAmount: Number(totalAmount) },
  });
}

/**
 * Writes the order in one statement. When a product has changed, stock is short, the customer is gone or a number is taken,
 * nothing is written.
 * An erasure or a merge of the customer at this moment waits until the order is there.
 */
async function writeOrder(
  ctx: Ctx,
  input: OrderInput,
  { basket, freight, requests }: PricedOrder,
  customerId: string | null,
  held: HeldQuote | undefined,
): Promise<OrderWhole> {
  const products = [...new Set(basket.priced.lines.map((line) => line.product))];
  const known = recallCalendar(ctx.shop) ?? (await loadCalendar(ctx.db, ctx.shop));
  const chosen = await chooseDelivery(ctx, known, input, basket.priced.lines, held?.ways);
  const order = makeOrder(ctx, input, basket, customerId, chosen);
  const lines = makeLines(order, basket.priced.lines);
  const adjustments = makeAdjustments(order, basket.priced.lines, lines);
  const whole: OrderWhole = { order, lines, adjustments, shipments: [], shipmentLines: [] };
  const credit = requireCredit(ctx, order);
  const logos = requireLogos(ctx.shop.id, requests, logoMovesOf(lines), ctx.now);
  const guards: Guard[] = [
    requireTerms(ctx.shop.id, products),
    requireFreight(ctx.shop.id, freight),
    requireCalendar(ctx.shop.id, known),
    ...(chosen.guard ? [chosen.guard] : []),
    ...(customerId === null ? [] : [requireCustomer(ctx.db, ctx.shop.id, customerId)]),
    requireStock(ctx.shop.id, input.lines),
    ...(logos ? [logos.guard] : []),
    { part: orderPart(newOrder(ctx, order, lines, adjustments)), toError: toOrderError },
    ...(credit ? [credit] : []),
  ];
  const parts = [...guards.map(({ part }) => part), ledgerPart(ctx, placedTransfer(order))];
  try {
    const placed = await inOneStatement(ctx, whole, parts, [ctx.wakeDispatcher]);
    logos?.done();
    return placed;
  } catch (error) {
    const cause = await explainFailure(error, guards);
    throw cause instanceof StockShort ? outOfStock(input.lines, new Set(cause.productIds)) : cause;
  }
}

function outOfStock(lines: readonly BasketLine[], failed: ReadonlySet<string>) {
  const violations = lines.flatMap((line, index): Violation[] => {
    if (!failed.has(line.productId)) return [];
    const detail = `There is not enough stock of ${line.productId} for all lines that ask for it.`;
    return [{ in: 'body', pointer: `/lines/${index}/quantity`, code: 'out_of_stock', detail }];
  });
  return orderErrors.out_of_stock(undefined, { violations });
}
