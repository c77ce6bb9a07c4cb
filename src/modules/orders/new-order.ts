import type { Ctx } from '../../platform/context.ts';
import { eventRow } from '../../platform/events/define.ts';
import { newId } from '../../platform/ids.ts';
import { after, HOUR_MS, MINUTE_MS } from '../../platform/time.ts';
import type { ExpectedDelivery } from '../calendar/lead-rules.ts';
import type { Basket, BasketLine } from './basket.ts';
import type { ChosenDelivery } from './delivery-choice.ts';
import { orderEvents } from './events.ts';
import type { LineLogo } from './logo-requests/line-rules.ts';
import { makeOrderNumber } from './numbers.ts';
import type { NewOrder } from './repository.ts';
import { ordersSettings } from './settings.ts';
import type { PaymentTerms } from './states.ts';
import { summaryWithLines } from './summary.ts';
import type { Adjustment } from './rules.ts';
import type { Address, Order, OrderAdjustment, OrderLine, OrderPriceTrace } from './tables.ts';
import { orderCampaigns } from './campaign-uses.ts';
import { timelineRow } from './timeline.ts';

/** A priced line; set `giftGrantId`: it is this gift, that the customer was owed. */
export type OrderGoods = Basket['priced']['lines'][number] & { readonly giftGrantId?: string };

export interface OrderInput {
  readonly lines: readonly BasketLine[];
  readonly customerId?: string | null;
  readonly channel: string;
  readonly terms: PaymentTerms;
  readonly externalId?: string | null;
  readonly shippingAddress?: Address | null;
  /** In whose name the parcel goes out; the shop's, when absent. */
  readonly senderAddress?: Address | null;
  readonly staffNote?: string | null;
  readonly metadata?: Record<string, string>;
  /** Gifts that the customer is owed and that go with it. */
  readonly giftGrantIds?: readonly string[];
  /** Codes that open campaigns; those of the quote, when absent. */
  readonly couponCodes?: readonly string[];
  readonly quoteToken?: string;
  /** The way to send it, one of those that a quote offers. */
  readonly deliveryMethodId?: string;
  /** Refuses the order when it would cost another total. */
  readonly expectedTotalAmount?: number;
}

/** Everything that is written for a new order. */
export function newOrder(
  ctx: Ctx,
  { order, lines, adjustments }: Pick<NewOrder, 'order' | 'lines' | 'adjustments'>,
  trace?: OrderPriceTrace,
): NewOrder {
  const isPaid = order.status === 'paid';
  const summary = summaryWithLines(order, lines);
  const placed = { kind: 'placed', details: { totalAmount: Number(order.totalAmount) } } as const;
  return {
    order,
    lines,
    adjustments,
    trace,
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

/** What has not happened to the price of a new order. */
export const NO_CHANGES = {
  settledAmount: 0n,
  goodwillAmount: 0n,
  settledRefundAmount: 0n,
  settlingAmount: 0n,
  settledFreightAmount: 0n,
  chargedAmount: 0n,
  chargedFreightAmount: 0n,
  creditedAmount: 0n,
  creditedFreightAmount: 0n,
  writtenOffAmount: 0n,
} as const satisfies Partial<Order>;

/** What is so of an order that no campaign had anything to do with, and of its lines. */
export const NO_CAMPAIGNS = {
  freightDiscountAmount: 0n,
  campaigns: [],
  pointsMultiplierBps: 10_000,
} as const satisfies Partial<Order>;
export const NO_GIFT = {
  giftCampaignId: null,
  giftGrantId: null,
  isFlashSale: false,
} as const satisfies Partial<OrderLine>;

const daysOf = (delivery: ExpectedDelivery | null) => ({
  dispatchOn: delivery?.dispatchOn ?? null,
  arrivalEarliestOn: delivery?.earliestOn ?? null,
  arrivalLatestOn: delivery?.latestOn ?? null,
});

function remindersOf(ctx: Ctx, isReminded: boolean) {
  const { firstReminderMinutes, lapseHours, lapseGraceHours } = ordersSettings.of(ctx.shop);
  return {
    reminderDueAt: isReminded ? after(ctx.now, firstReminderMinutes * MINUTE_MS) : null,
    remindersSent: 0,
    lapseDueAt: isReminded ? after(ctx.now, (lapseHours + lapseGraceHours) * HOUR_MS) : null,
  };
}

export function makeOrder(
  ctx: Ctx,
  input: OrderInput,
  basket: Basket,
  customerId: string | null,
  { delivery, deliveryMethod }: ChosenDelivery,
): Order {
  const { priced } = basket;
  // What costs nothing needs no payment.
  const isFree = priced.totalAmount === 0n;
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
    freightParts: basket.freight.parts,
    freightDiscountAmount: basket.freight.amount - priced.freightAmount,
    freightTaxRateBps: basket.freightTaxRateBps,
    freightTaxAmount: priced.freightTaxAmount,
    taxAmount: priced.taxAmount,
    totalAmount: priced.totalAmount,
    paidAmount: 0n,
    refundedAmount: 0n,
    ...NO_CHANGES,
    ...daysOf(delivery),
    deliveryMethod,
    campaigns: orderCampaigns(basket.campaigns.outcome.effects),
    pointsMultiplierBps: basket.campaigns.outcome.pointsMultiplierBps,
    shippingAddress: input.shippingAddress ?? null,
    senderAddress: input.senderAddress ?? null,
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
    ...remindersOf(ctx, input.terms === 'prepaid' && !isFree),
    completeDueAt: null,
    version: 1,
    updatedAt: ctx.now,
  };
}

/** Why the lines of a new order cost less than their list prices. */
export const makeAdjustments = (
  order: Order,
  priced: readonly { readonly adjustments: readonly Adjustment[] }[],
  lines: readonly OrderLine[],
): OrderAdjustment[] =>
  priced.flatMap((line, index) =>
    line.adjustments.map(({ kind, reason, amount, campaignId = null, campaignVersion = null }) => ({
      kind,
      reason,
      amount,
      campaignId,
      campaignVersion,
      shopId: order.shopId,
      id: newId(),
      orderId: order.id,
      lineId: lines[index]?.id ?? '',
      createdAt: order.placedAt,
    })),
  );

/** What a line keeps of its logo. */
export const logoOf = (logo: LineLogo | null) => ({
  logoRequestId: logo?.requestId ?? null,
  logoUnitAmount: logo?.unitAmount ?? 0n,
  logoSetupAmount: logo?.setupAmount ?? 0n,
});

export function makeLines(order: Order, lines: readonly OrderGoods[]): OrderLine[] {
  return lines.map((line, index) => ({
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
    settledAmount: 0n,
    chargedAmount: 0n,
    creditedAmount: 0n,
    cancelledQuantity: 0,
    returnedQuantity: 0,
    valuedQuantity: null,
    valuedAmount: null,
    taxRateBps: line.taxRateBps,
    taxAmount: line.taxAmount,
    // What is given away has no price that a ladder could lower.
    priceBreaks: line.giftOf === null && line.giftGrantId === undefined ? line.product.priceBreaks : [],
    breakMinimumQuantity: line.appliedBreak?.minimumQuantity ?? null,
    breakUnitAmount: line.appliedBreak?.unitAmount ?? null,
    ...logoOf(line.logo),
    giftCampaignId: line.giftOf,
    giftGrantId: line.giftGrantId ?? null,
    isFlashSale: line.isFlashSale,
    costUnitAmount: line.product.costAmount,
    shippedQuantity: 0,
    deliveredQuantity: 0,
    placedAt: order.placedAt,
  }));
}
