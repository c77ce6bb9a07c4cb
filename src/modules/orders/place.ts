import type { Ctx } from '../../platform/context.ts';
import { explainFailure, type Guard, StaleRead } from '../../platform/db/guards.ts';
import { inOneStatement } from '../../platform/db/transaction.ts';
import { platformErrors, Problem, type Violation } from '../../platform/errors.ts';
import { loadCalendar, recallCalendar, requireCalendar } from '../calendar/load.ts';
import { type ProductTerms, readTerms, recallTerms, requireTerms } from '../catalogue/sellables.ts';
import { requireStock, StockShort } from '../catalogue/stock.ts';
import { requireCustomer } from '../customers/standing.ts';
import { ledgerPart } from '../ledger/post.ts';
import type { ResolvedCoupon } from '../campaigns/coupons/resolve.ts';
import { requireCoupons } from '../campaigns/coupons/take.ts';
import { requireCampaigns } from '../campaigns/load.ts';
import { EntryBudgetsSpent, requireEntryBudgets } from '../campaigns/entry-items/take.ts';
import { CampaignsUsedUp, requireUses } from '../campaigns/usage/take.ts';
import { giftsInOrder, readGiftsToShip, requireGifts, type ShippableGift } from '../loyalty/gifts/parcel.ts';
import { type Basket, type BasketLine, priceLines, productIdsOf } from './basket.ts';
import {
  type BasketBuyer,
  type KnownCampaignTerms,
  readCampaignTerms,
  recallCampaignTerms,
} from '../campaigns/terms.ts';
import { traceRow, usingOrder } from './campaign-uses.ts';
import { type FreightTerms, readFreight, recallFreight, requireFreight } from '../shipping/freight/terms.ts';
import { orderErrors } from './errors.ts';
import { openedBy, refuseIdle, requireUsable } from './order-coupons.ts';
import { gatherFacts, templatesNamed } from './freight.ts';
import { giftGoods } from './gift-goods.ts';
import { requireCredit } from './credit/take.ts';
import { chooseDelivery } from './delivery-choice.ts';
import { heldGiftIds } from './held-campaigns.ts';
import { logoMovesOf, type LogoTerms, requestIdsOf } from './logo-requests/line-rules.ts';
import { readLogos, recallLogos, requireLogos } from './logo-requests/take.ts';
import {
  makeAdjustments,
  makeLines,
  makeOrder,
  newOrder,
  type OrderGoods,
  type OrderInput,
} from './new-order.ts';
import { placedTransfer } from './postings.ts';
import { type HeldQuote, readQuote } from './quote-token.ts';
import { type NewOrder, NumberTaken, orderPart, type OrderWhole, toOrderError } from './repository.ts';
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
 * Refusals: those of priceLines, out_of_stock, campaign_used_up, credit_exceeded, total_changed, gift_grant_*, quote_*, customer_not_found, external_id_taken,
 * delivery_method_not_available.
 */
export async function placeOrder(ctx: Ctx, input: OrderInput): Promise<OrderWhole> {
  const customerId = ctx.customerId ?? input.customerId ?? null;
  const held =
    input.quoteToken === undefined
      ? undefined
      : readQuote(ctx, input.quoteToken, input.lines, customerId, {
          place: input.shippingAddress,
          channel: input.channel,
        });
  const coupons = await couponsOf(ctx, input, customerId, held);
  const gifts = await readGiftsToShip(ctx, customerId, input.giftGrantIds ?? []);
  const wish = { input, customerId, held, coupons, gifts };
  // What campaigns have left is taken from memory once. When that was wrong it is read.
  let mayRecall = true;
  for (let attempt = 1; ; attempt += 1) {
    const priced = await priceOrder(ctx, wish, mayRecall);
    try {
      return await writeOrder(ctx, wish, priced);
    } catch (error) {
      if (!isPassing(error)) throw error;
      mayRecall &&= !(error instanceof CampaignsUsedUp);
      if (attempt >= MOST_ATTEMPTS) throw platformErrors.version_conflict();
    }
  }
}

// A product, a template, the calendar, a campaign, a request for a logo or the chosen method changed since it was read, nothing is left
// of a campaign or of the budget of an entry item, or one number in a thousand million is taken already.
const isPassing = (error: unknown): boolean =>
  [StaleRead, NumberTaken, CampaignsUsedUp, EntryBudgetsSpent].some((passing) => error instanceof passing);

/** Who wants what. */
interface Wish {
  readonly input: OrderInput;
  readonly customerId: string | null;
  readonly held: HeldQuote | undefined;
  readonly coupons: readonly ResolvedCoupon[];
  readonly gifts: readonly ShippableGift[];
}

/** The coupons of an order: those that are given, or those of its quote, which have to be the same. */
async function couponsOf(
  ctx: Ctx,
  { couponCodes, channel }: OrderInput,
  customerId: string | null,
  held: HeldQuote | undefined,
): Promise<readonly ResolvedCoupon[]> {
  if (!held) return requireUsable(ctx, couponCodes, customerId, channel);
  const isOther = couponCodes?.some((code) => !held.coupons.some(({ spelling }) => spelling === code));
  if (isOther) throw orderErrors.quote_mismatch('The quote has other coupons.', { pointer: '/couponCodes' });
  return held.coupons;
}

interface PricedOrder {
  readonly basket: Basket;
  readonly requests: readonly LogoTerms[];
  readonly freight: FreightTerms;
  readonly campaigns: KnownCampaignTerms<ProductTerms>;
}

/**
 * By what this process remembers of products, campaigns and freight, as long as that leads to an order: writing it confirms them. A
 * refusal is decided by what is in the database.
 */
async function priceOrder(ctx: Ctx, wish: Wish, mayRecall: boolean): Promise<PricedOrder> {
  const { lines } = wish.input;
  const [ids, requestIds] = [productIdsOf(lines), requestIdsOf(lines)];
  const remembered = recallTerms(ctx.shop.id, ids);
  const recalled = recallLogos(ctx.shop.id, requestIds);
  const byMemory = remembered && recalled && (await tryKnown(ctx, wish, remembered, recalled, mayRecall));
  if (byMemory) return byMemory;
  const [products, requests] = await Promise.all([
    readTerms(ctx.db, ctx.shop.id, ids),
    readLogos(ctx.db, ctx.shop.id, requestIds),
  ]);
  const byProducts = await tryKnown(ctx, wish, products, requests, mayRecall);
  if (byProducts) return byProducts;
  const [campaigns, freight] = await Promise.all([
    readCampaignTerms(ctx, products, lines, buyerOf(wish)),
    readFreight(ctx.db, ctx.shop.id, templatesNamed(products)),
  ]);
  return priceAsExpected(ctx, wish, { products, requests, campaigns }, freight);
}

/** With the campaigns that this process remembers, where that is enough. */
async function tryKnown(
  ctx: Ctx,
  wish: Wish,
  products: readonly ProductTerms[],
  requests: readonly LogoTerms[],
  mayRecall: boolean,
): Promise<PricedOrder | undefined> {
  if (!mayRecall) return undefined;
  const campaigns = await recallCampaignTerms(ctx, products, wish.input.lines, buyerOf(wish));
  return campaigns && (await tryRemembered(ctx, wish, { products, requests, campaigns }));
}

const buyerOf = ({ input, customerId, held, coupons }: Wish): BasketBuyer => ({
  customerId,
  channel: input.channel,
  country: input.shippingAddress?.country ?? null,
  coupons: openedBy(coupons),
  heldGiftIds: heldGiftIds(held?.campaigns),
});

/** What a basket is priced by, but for freight. */
interface Known {
  readonly products: readonly ProductTerms[];
  readonly requests: readonly LogoTerms[];
  readonly campaigns: KnownCampaignTerms<ProductTerms>;
}

/** With the freight that this process remembers; undefined where it does not, or where that would be a refusal. */
async function tryRemembered(ctx: Ctx, wish: Wish, known: Known): Promise<PricedOrder | undefined> {
  const freight = recallFreight(ctx.shop.id, templatesNamed(known.products));
  try {
    return freight && (await priceAsExpected(ctx, wish, known, freight));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return undefined;
  }
}

async function priceAsExpected(
  ctx: Ctx,
  { input, customerId, held, coupons }: Wish,
  { products, requests, campaigns }: Known,
  terms: FreightTerms,
): Promise<PricedOrder> {
  const freight = await gatherFacts(terms, input.shippingAddress, '/shippingAddress');
  const logos = { requests, customerId };
  const basket = priceLines(ctx, products, input.lines, { freight, logos, campaigns, held });
  refuseIdle(basket, coupons);
  const { totalAmount } = basket.priced;
  if (input.expectedTotalAmount === undefined || BigInt(input.expectedTotalAmount) === totalAmount)
    return { basket, freight: terms, requests, campaigns };
  const detail = `The order costs ${totalAmount}, not ${input.expectedTotalAmount}.`;
  throw orderErrors.total_changed(detail, {
    pointer: '/expectedTotalAmount',
    extra: { totalAmount: Number(totalAmount) },
  });
}

/**
 * Writes the order in one statement. When a product or a campaign has changed, stock is short, nothing is left of a campaign, the
 * customer is gone or a number is taken, nothing is written.
 * An erasure or a merge of the customer at this moment waits until the order is there.
 */
async function writeOrder(ctx: Ctx, wish: Wish, priced: PricedOrder): Promise<OrderWhole> {
  const { input, customerId, held } = wish;
  const { basket, freight, requests, campaigns } = priced;
  const goods = [...basket.priced.lines, ...(await giftGoods(ctx, wish.gifts))];
  const products = [...new Set(goods.map((line) => line.product))];
  const known = recallCalendar(ctx.shop) ?? (await loadCalendar(ctx.db, ctx.shop));
  const chosen = await chooseDelivery(ctx, known, input, goods, held?.ways);
  const order = makeOrder(ctx, input, basket, customerId, chosen);
  const lines = makeLines(order, goods);
  const adjustments = makeAdjustments(order, goods, lines);
  const whole: OrderWhole = { order, lines, adjustments, shipments: [], shipmentLines: [] };
  const credit = requireCredit(ctx, order);
  const logos = requireLogos(ctx.shop.id, requests, logoMovesOf(lines), ctx.now);
  const uses = requireUses(usingOrder(order), basket.campaigns.uses);
  const coupons = requireCoupons(ctx, usingOrder(order), wish.coupons);
  const losses = requireEntryBudgets(usingOrder(order), basket.campaigns.losses);
  const gifts = requireGifts(ctx, wish.gifts, order);
  const guards: Guard[] = [
    requireTerms(ctx.shop.id, products),
    requireFreight(ctx.shop.id, freight),
    requireCalendar(ctx.shop.id, known),
    // What a quote held, it holds also when the campaign is another by now.
    ...(held ? [] : [requireCampaigns(ctx.shop.id, campaigns.known)]),
    ...(chosen.guard ? [chosen.guard] : []),
    ...(customerId === null ? [] : [requireCustomer(ctx.db, ctx.shop.id, customerId)]),
    requireStock(ctx.shop.id, stockOf(goods)),
    ...(uses ? [uses] : []),
    ...(coupons ? [coupons] : []),
    ...(losses ? [losses] : []),
    ...(gifts ? [gifts] : []),
    ...(logos ? [logos.guard] : []),
    { part: orderPart(writtenOrder(ctx, wish, whole, basket)), toError: toOrderError },
    ...(credit ? [credit] : []),
  ];
  const parts = [...guards.map(({ part }) => part), ledgerPart(ctx, placedTransfer(order))];
  try {
    const placed = await inOneStatement(ctx, whole, parts, [ctx.wakeDispatcher]);
    logos?.done();
    return placed;
  } catch (error) {
    throw whyNot(wish, goods, await explainFailure(error, guards));
  }
}

function writtenOrder(ctx: Ctx, { gifts }: Wish, whole: OrderWhole, { campaigns }: Basket): NewOrder {
  const made = newOrder(ctx, whole, traceRow(whole.order, campaigns.outcome.trace));
  return { ...made, events: [...made.events, ...giftsInOrder(ctx, gifts, whole.order.id)] };
}

const stockOf = (goods: readonly OrderGoods[]) =>
  goods.map(({ product, quantity }) => ({ productId: product.id, quantity }));

/** What a failure means to who orders. What was not promised by a quote is priced again without it. */
function whyNot({ input, held, gifts }: Wish, goods: readonly OrderGoods[], cause: unknown): unknown {
  if (cause instanceof CampaignsUsedUp && held) return usedUp(cause.campaignIds);
  if (cause instanceof EntryBudgetsSpent && held) return usedUp(campaignsOn(goods, cause.productIds));
  if (!(cause instanceof StockShort)) return cause;
  const failed = new Set(cause.productIds);
  const givers = goods.flatMap(({ giftOf, product }) =>
    giftOf !== null && failed.has(product.id) ? [giftOf] : [],
  );
  // Perhaps there is enough of what is bought, and not of the same thing as a gift beside it.
  if (!held && givers.length > 0) return new CampaignsUsedUp(givers);
  const asked = [...input.lines, ...gifts];
  return asked.some(({ productId }) => failed.has(productId))
    ? outOfStock(input.lines, gifts, failed)
    : usedUp(givers);
}

const PRICE_GONE = 'A price of the quote is not to be had any more; ask for a new one.';

// That a product is an entry item is not told: what the campaigns on it would give, they do not have any more.
const campaignsOn = (goods: readonly OrderGoods[], productIds: readonly string[]): string[] =>
  goods.flatMap(({ product, adjustments }) =>
    productIds.includes(product.id) ? adjustments.flatMap(({ campaignId }) => campaignId ?? []) : [],
  );

// The price of a quantity may have been what is not there any more: then no campaign is to be named.
const usedUp = (campaignIds: readonly string[]) =>
  orderErrors.campaign_used_up(campaignIds.length === 0 ? PRICE_GONE : undefined, {
    pointer: '/quoteToken',
    extra: { campaignIds: [...new Set(campaignIds)] },
  });

function outOfStock(
  lines: readonly BasketLine[],
  gifts: readonly ShippableGift[],
  failed: ReadonlySet<string>,
) {
  const violations = lines.flatMap((line, index): Violation[] => {
    if (!failed.has(line.productId)) return [];
    const detail = `There is not enough stock of ${line.productId} for all lines that ask for it.`;
    return [{ in: 'body', pointer: `/lines/${index}/quantity`, code: 'out_of_stock', detail }];
  });
  const owed = gifts.flatMap(({ productId, name }, index): Violation[] => {
    if (!failed.has(productId)) return [];
    const detail = `There is not enough stock for the gift ${name}.`;
    return [{ in: 'body', pointer: `/giftGrantIds/${index}`, code: 'out_of_stock', detail }];
  });
  return orderErrors.out_of_stock(undefined, { violations: [...violations, ...owed] });
}
