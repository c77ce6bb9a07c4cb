import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, rateBps, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import type { PricingTrace } from '../campaigns/engine/trace.ts';
import { type PriceBreak, products } from '../catalogue/tables.ts';
import { customers } from '../customers/tables.ts';
import { giftGrants } from '../loyalty/gifts/tables.ts';
import { logoColumns, logoRequests } from './logo-requests/tables.ts';
import type { OrderCampaign } from './campaign-uses.ts';
import type { AdjustmentKind } from './rules.ts';
import type { StoredFreightPart } from '../shipping/freight/part-schemas.ts';
import type { FulfilmentState, OrderStatus, PaymentStanding, PaymentTerms } from './states.ts';

export interface Address {
  readonly name: string;
  readonly company?: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region?: string;
  /** The region by its code, for freight and price lists. */
  readonly regionCode?: string;
  readonly postalCode?: string;
  readonly country: string;
  readonly phone?: string;
}

/** What is written off is owed: no more than what was not paid of the price. */
const writtenOffIsOwed = (
  t: Record<
    | 'writtenOffAmount'
    | 'totalAmount'
    | 'chargedAmount'
    | 'settledRefundAmount'
    | 'creditedAmount'
    | 'paidAmount'
    | 'refundedAmount',
    AnyPgColumn
  >,
) => sql`${t.writtenOffAmount} >= 0 and (${t.writtenOffAmount} = 0 or ${t.writtenOffAmount} <= ${t.totalAmount}
        + ${t.chargedAmount} - ${t.settledRefundAmount} - ${t.creditedAmount} - ${t.paidAmount} + ${t.refundedAmount})`;

/** A way to send an order: a method of a carrier, neither of which is ever deleted. */
export interface DeliveryMethod {
  readonly carrierId: string;
  readonly carrierName: string;
  readonly methodId: string;
  readonly methodName: string;
}

/** An order. Amounts include tax; `total = lines − discount + freight`. */
export const orders = pgTable(
  'orders',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    number: text('number').notNull(),
    externalId: text('external_id'),
    customerId: uuid('customer_id'),
    channel: text('channel').notNull(),
    origin: text('origin').$type<'placed' | 'imported'>().notNull(),
    terms: text('terms').$type<PaymentTerms>().notNull(),
    status: text('status').$type<OrderStatus>().notNull(),
    paymentState: text('payment_state').$type<PaymentStanding>().notNull(),
    fulfilmentState: text('fulfilment_state').$type<FulfilmentState>().notNull(),
    currency: text('currency').notNull(),
    linesAmount: amount('lines_amount').notNull(),
    discountAmount: amount('discount_amount').notNull(),
    freightAmount: amount('freight_amount').notNull(),
    /** How it came about, as it was shown. Empty for an order that was imported. */
    freightParts: jsonb('freight_parts')
      .$type<readonly StoredFreightPart[]>()
      .notNull()
      .default(sql`'[]'::jsonb`),
    /** What campaigns took off freight: the parts come to so much more. */
    freightDiscountAmount: amount('freight_discount_amount').notNull().default(sql`0`),
    freightTaxRateBps: rateBps('freight_tax_rate_bps').notNull(),
    freightTaxAmount: amount('freight_tax_amount').notNull(),
    taxAmount: amount('tax_amount').notNull(),
    totalAmount: amount('total_amount').notNull(),
    /** What was taken, refunds not deducted. */
    paidAmount: amount('paid_amount').notNull().default(sql`0`),
    /** What was given back or is on its way back. */
    refundedAmount: amount('refunded_amount').notNull().default(sql`0`),
    /** What settlements gave the customer, whichever way; the part of it that was goodwill; the part of refunded_amount. */
    settledAmount: amount('settled_amount').notNull().default(sql`0`),
    goodwillAmount: amount('goodwill_amount').notNull().default(sql`0`),
    settledRefundAmount: amount('settled_refund_amount').notNull().default(sql`0`),
    /** The part of settled_amount that was accepted and is not yet on its way; the part that is freight and on no line. */
    settlingAmount: amount('settling_amount').notNull().default(sql`0`),
    settledFreightAmount: amount('settled_freight_amount').notNull().default(sql`0`),
    /** What settlements charged on top of the price and the customer paid; the part of it that is freight and on no line. */
    chargedAmount: amount('charged_amount').notNull().default(sql`0`),
    chargedFreightAmount: amount('charged_freight_amount').notNull().default(sql`0`),
    /** What came off the price with units that were cancelled or came back; the part of it that is freight. */
    creditedAmount: amount('credited_amount').notNull().default(sql`0`),
    creditedFreightAmount: amount('credited_freight_amount').notNull().default(sql`0`),
    /** What is owed and given up: nobody will pay it. */
    writtenOffAmount: amount('written_off_amount').notNull().default(sql`0`),
    /** When it was expected to leave and to arrive, as it was placed: days of the shop, as text. */
    dispatchOn: text('dispatch_on'),
    arrivalEarliestOn: text('arrival_earliest_on'),
    arrivalLatestOn: text('arrival_latest_on'),
    /** The way to send it that was chosen when it was placed, by the names that were shown. */
    deliveryMethod: jsonb('delivery_method').$type<DeliveryMethod>(),
    /** The campaigns that it was priced with, as they were shown. */
    campaigns: jsonb('campaigns').$type<readonly OrderCampaign[]>().notNull().default(sql`'[]'::jsonb`),
    /** By how much campaigns multiply the points of it, in basis points. */
    pointsMultiplierBps: integer('points_multiplier_bps').notNull().default(10_000),
    shippingAddress: jsonb('shipping_address').$type<Address>(),
    /** Set: the parcel goes out in this name, and nothing in it says what it cost. */
    senderAddress: jsonb('sender_address').$type<Address>(),
    staffNote: text('staff_note'),
    metadata: metadata(),
    /** SHA-256 of what was imported: the same import again changes nothing, another one is refused. */
    importHash: text('import_hash'),
    cancelReason: text('cancel_reason').$type<'customer' | 'shop' | 'lapsed'>(),
    placedAt: instant('placed_at').notNull(),
    paidAt: instant('paid_at'),
    shippedAt: instant('shipped_at'),
    deliveredAt: instant('delivered_at'),
    completedAt: instant('completed_at'),
    cancelledAt: instant('cancelled_at'),
    /** When the next reminder to pay is due. */
    reminderDueAt: instant('reminder_due_at'),
    remindersSent: integer('reminders_sent').notNull().default(0),
    lapseDueAt: instant('lapse_due_at'),
    completeDueAt: instant('complete_due_at'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    foreignKey({
      name: 'orders_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
    unique('orders_number_key').on(t.shopId, t.number),
    uniqueIndex('orders_external_id_key').on(t.shopId, t.externalId).where(sql`${t.externalId} is not null`),
    // One index per way of listing, each ending in the id; a customer's also hold the status, so that those with thousands of orders
    // are not read for the few in one status.
    index('orders_placed_at_idx').on(t.shopId, t.placedAt, t.id),
    index('orders_status_idx').on(t.shopId, t.status, t.placedAt, t.id),
    index('orders_customer_idx').on(t.shopId, t.customerId, t.placedAt, t.id, t.status),
    index('orders_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('orders_status_updated_at_idx').on(t.shopId, t.status, t.updatedAt, t.id),
    index('orders_customer_updated_at_idx').on(t.shopId, t.customerId, t.updatedAt, t.id, t.status),
    // What customers owe.
    index('orders_on_account_idx')
      .on(t.shopId, t.customerId, t.placedAt, t.id)
      .where(sql`${t.terms} = 'on_account' and ${t.status} <> 'cancelled'`),
    // What the sweeps look for; rows with nothing due are not in them.
    index('orders_reminder_due_idx').on(t.shopId, t.reminderDueAt).where(sql`${t.reminderDueAt} is not null`),
    index('orders_lapse_due_idx').on(t.shopId, t.lapseDueAt).where(sql`${t.lapseDueAt} is not null`),
    index('orders_complete_due_idx').on(t.shopId, t.completeDueAt).where(sql`${t.completeDueAt} is not null`),
    check(
      'orders_total',
      sql`${t.totalAmount} = ${t.linesAmount} - ${t.discountAmount} + ${t.freightAmount}`,
    ),
    check(
      'orders_amounts',
      sql`${t.totalAmount} >= 0 and ${t.linesAmount} >= 0 and ${t.discountAmount} between 0 and ${t.linesAmount}
        and ${t.freightAmount} >= 0 and ${t.freightDiscountAmount} >= 0 and ${t.taxAmount} between 0 and ${t.totalAmount}`,
    ),
    check('orders_refunded', sql`${t.paidAmount} >= 0 and ${t.refundedAmount} between 0 and ${t.paidAmount}`),
    check(
      'orders_settled',
      sql`${t.settledAmount} between 0 and ${t.totalAmount} + ${t.chargedAmount} - ${t.creditedAmount}
        and ${t.goodwillAmount} between 0 and ${t.settledAmount} and ${t.settledRefundAmount} between 0 and ${t.refundedAmount}
        and ${t.settlingAmount} between 0 and ${t.settledAmount} - ${t.settledRefundAmount}
        and ${t.settledFreightAmount} between 0 and ${t.settledAmount}`,
    ),
    check(
      'orders_credited',
      sql`${t.chargedFreightAmount} between 0 and ${t.chargedAmount}
        and ${t.creditedFreightAmount} between 0 and ${t.creditedAmount}
        and ${t.settledFreightAmount} + ${t.creditedFreightAmount} <= ${t.freightAmount} + ${t.chargedFreightAmount}`,
    ),
    check('orders_written_off', writtenOffIsOwed(t)),
    check(
      'orders_status',
      sql`${t.status} in ('pending', 'paid', 'shipped', 'delivered', 'completed', 'cancelled')`,
    ),
    check('orders_cancelled', sql`(${t.status} = 'cancelled') = (${t.cancelledAt} is not null)`),
    // What is paid or over is not reminded and does not lapse.
    check(
      'orders_due',
      sql`${t.status} = 'pending' or (${t.reminderDueAt} is null and ${t.lapseDueAt} is null)`,
    ),
  ],
);

export type Order = typeof orders.$inferSelect;

/** A line. `net = list × quantity + logo − discount`; the shares of discount and tax are stored and never computed again. */
export const orderLines = pgTable(
  'order_lines',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    position: integer('position').notNull(),
    productId: id('product_id'),
    productName: text('product_name').notNull(),
    category: text('category'),
    quantity: integer('quantity').notNull(),
    listUnitAmount: amount('list_unit_amount').notNull(),
    discountAmount: amount('discount_amount').notNull(),
    netAmount: amount('net_amount').notNull(),
    /** What settlements gave back of it; never more than was paid net. */
    settledAmount: amount('settled_amount').notNull().default(sql`0`),
    /** What settlements charged on top of it. */
    chargedAmount: amount('charged_amount').notNull().default(sql`0`),
    /** What came off the price with units of it that were cancelled or came back. */
    creditedAmount: amount('credited_amount').notNull().default(sql`0`),
    /** Units that were cancelled before they were shipped, and units that came back. */
    cancelledQuantity: integer('cancelled_quantity').notNull().default(0),
    returnedQuantity: integer('returned_quantity').notNull().default(0),
    /** How many units were left when a settlement last changed what they are worth, and that; null before. See line-rules.ts. */
    valuedQuantity: integer('valued_quantity'),
    valuedAmount: amount('valued_amount'),
    taxRateBps: rateBps('tax_rate_bps').notNull(),
    taxAmount: amount('tax_amount').notNull(),
    /** What the shop paid per unit when the order was placed; never shown to customers. */
    costUnitAmount: amount('cost_unit_amount'),
    /** The quantity prices of the product when the order was placed, and the one that the line is priced by. */
    priceBreaks: jsonb('price_breaks').$type<readonly PriceBreak[]>().notNull().default(sql`'[]'::jsonb`),
    breakMinimumQuantity: integer('break_minimum_quantity'),
    breakUnitAmount: amount('break_unit_amount'),
    ...logoColumns(),
    /** Set: it was given away by this campaign. */
    giftCampaignId: uuid('gift_campaign_id'),
    /** Set: it is this gift, that the customer was owed. */
    giftGrantId: uuid('gift_grant_id'),
    /** Some of it has the price of a flash sale. */
    isFlashSale: boolean('is_flash_sale').notNull().default(false),
    shippedQuantity: integer('shipped_quantity').notNull().default(0),
    deliveredQuantity: integer('delivered_quantity').notNull().default(0),
    placedAt: instant('placed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('order_lines_position_key').on(t.shopId, t.orderId, t.position),
    // The prices that a product was sold at.
    index('order_lines_product_idx').on(t.shopId, t.productId, t.placedAt),
    check(
      'order_lines_net',
      sql`${t.netAmount} = (${t.listUnitAmount} + ${t.logoUnitAmount}) * ${t.quantity} + ${t.logoSetupAmount} - ${t.discountAmount}`,
    ),
    check(
      'order_lines_logo',
      sql`${t.logoUnitAmount} >= 0 and ${t.logoSetupAmount} >= 0
        and (${t.logoRequestId} is not null or ${t.logoUnitAmount} + ${t.logoSetupAmount} = 0)`,
    ),
    foreignKey({
      name: 'order_lines_logo_request_fk',
      columns: [t.shopId, t.logoRequestId],
      foreignColumns: [logoRequests.shopId, logoRequests.id],
    }),
    check(
      'order_lines_break',
      sql`(${t.breakMinimumQuantity} is null) = (${t.breakUnitAmount} is null)
        and ${t.breakUnitAmount} <= ${t.listUnitAmount}`,
    ),
    // What is given away costs nothing.
    check(
      'order_lines_gift',
      sql`(${t.giftCampaignId} is null and ${t.giftGrantId} is null)
        or (${t.listUnitAmount} = 0 and (${t.giftCampaignId} is null or ${t.giftGrantId} is null))`,
    ),
    foreignKey({
      name: 'order_lines_gift_grant_fk',
      columns: [t.shopId, t.giftGrantId],
      foreignColumns: [giftGrants.shopId, giftGrants.id],
    }),
    check(
      'order_lines_amounts',
      sql`${t.netAmount} >= 0 and ${t.discountAmount} >= 0 and ${t.listUnitAmount} >= 0`,
    ),
    check(
      'order_lines_settled',
      sql`${t.settledAmount} >= 0 and ${t.chargedAmount} >= 0 and ${t.creditedAmount} >= 0
        and ${t.settledAmount} + ${t.creditedAmount} <= ${t.netAmount} + ${t.chargedAmount}`,
    ),
    check(
      'order_lines_valued',
      sql`(${t.valuedQuantity} is null) = (${t.valuedAmount} is null) and ${t.valuedAmount} >= 0
        and ${t.valuedQuantity} between 1 and ${t.quantity}`,
    ),
    check(
      'order_lines_quantity',
      sql`${t.quantity} > 0 and ${t.cancelledQuantity} >= 0
        and ${t.shippedQuantity} between 0 and ${t.quantity} - ${t.cancelledQuantity}
        and ${t.deliveredQuantity} between 0 and ${t.shippedQuantity}
        and ${t.returnedQuantity} between 0 and ${t.shippedQuantity}`,
    ),
    foreignKey({ columns: [t.shopId, t.orderId], foreignColumns: [orders.shopId, orders.id] }),
    foreignKey({ columns: [t.shopId, t.productId], foreignColumns: [products.shopId, products.id] }),
  ],
);

export type OrderLine = typeof orderLines.$inferSelect;

/** Why a line costs less than its list price. The adjustments of a line sum to its discount. */
export const orderAdjustments = pgTable(
  'order_adjustments',
  {
    shopId: shopId(),
    id: id(),
    orderId: id('order_id'),
    lineId: id('line_id'),
    kind: text('kind').$type<AdjustmentKind>().notNull(),
    reason: text('reason').notNull(),
    amount: amount('amount').notNull(),
    /** The campaign that did it, and its version. */
    campaignId: uuid('campaign_id'),
    campaignVersion: integer('campaign_version'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('order_adjustments_order_idx').on(t.shopId, t.orderId, t.id),
    check('order_adjustments_amount', sql`${t.amount} > 0`),
    check('order_adjustments_campaign', sql`(${t.campaignId} is not null) = (${t.kind} = 'campaign')`),
    foreignKey({ columns: [t.shopId, t.lineId], foreignColumns: [orderLines.shopId, orderLines.id] }),
  ],
);

export type OrderAdjustment = typeof orderAdjustments.$inferSelect;

/** How the price of an order came about: kept as it was told, never changed. */
export const orderPriceTraces = pgTable(
  'order_price_traces',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    trace: jsonb('trace').$type<PricingTrace>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId] }),
    foreignKey({ columns: [t.shopId, t.orderId], foreignColumns: [orders.shopId, orders.id] }),
  ],
);

export type OrderPriceTrace = typeof orderPriceTraces.$inferSelect;

/** Everything that happened to an order, by whom, in order. Insert-only. */
export const orderTimeline = pgTable(
  'order_timeline',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    id: id(),
    kind: text('kind').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** The customer may read it. */
    isPublic: boolean('is_public').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    occurredAt: instant('occurred_at').notNull(),
  },
  (t) => [
    // The order in which it is read: by the shop's time, because an import writes of the past.
    primaryKey({ columns: [t.shopId, t.orderId, t.occurredAt, t.id] }),
    foreignKey({ columns: [t.shopId, t.orderId], foreignColumns: [orders.shopId, orders.id] }),
  ],
);

export type TimelineEntry = typeof orderTimeline.$inferSelect;
