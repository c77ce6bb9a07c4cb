import { Type } from '@sinclair/typebox';
import {
  externalId,
  inputModel,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  PositiveAmount,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import { ExpectedDeliveryModel } from '../calendar/schemas.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { FreightPartModel } from '../shipping/freight/part-schemas.ts';
import { couponCode } from '../campaigns/coupons/check-schemas.ts';
import { MAX_CODES } from '../campaigns/coupons/rules.ts';
import {
  basketLines,
  channelField,
  couponCodesField,
  MAX_LINES,
  presentCoupons,
  quotedCoupons,
  linesOf,
  quantity,
} from './basket-schemas.ts';
import { tellRejections } from '../campaigns/engine/trace.ts';
import { presentEstimate, QuotePoints } from '../loyalty/accrual-schemas.ts';
import { presentQuotedOptions, QuotedOptions, RankingName } from '../shipping/options/schemas.ts';
import { DestinationModel } from '../shipping/freight/schemas.ts';
import { DuePartName } from './credit/schemas.ts';
import { OrderPromiseModel, presentPromise } from './promise-schemas.ts';
import { orderCampaigns } from './campaign-uses.ts';
import { OrderCampaignModel, presentRejections, RejectedCampaignModel } from './rejection-schemas.ts';
import { giftGrantIds } from './gift-order-schemas.ts';
import type { Quote } from './quote.ts';
import {
  breakFields,
  giftField,
  logoField,
  OrderAdjustmentModel,
  presentAdjustment,
  presentBreaks,
  presentLineLogo,
} from './line-schemas.ts';
import { AddressModel, PaymentTermsName } from './schemas.ts';

export const QuoteCreate = inputModel('QuoteCreate', 'A basket to price.', {
  lines: basketLines(),
  customerId: Type.Optional(
    uuid('Whose basket it is. With a customer token, always the customer; a publishable key names nobody.'),
  ),
  destination: Type.Optional(
    ref(DestinationModel, {
      description: 'Where it goes, as far as that is known. Freight may depend on it.',
    }),
  ),
  ...channelField,
  ...couponCodesField,
  rankDeliveryBy: Type.Optional(
    ref(RankingName, {
      description: 'What the ways to send it are ranked by; the cost to the shop, when absent.',
    }),
  ),
});
const QuoteLine = model('QuoteLine', 'A priced line.', {
  productId: uuid('The product.'),
  productName: text('Its name.', 300),
  quantity: quantity(),
  listUnitAmount: ref(PositiveAmount, { description: 'The price of one unit before discounts.' }),
  discountAmount: ref(PositiveAmount, { description: 'What comes off the whole line.' }),
  netAmount: ref(PositiveAmount, {
    description: 'What the line costs: list price times quantity, with its logo, less discount.',
  }),
  taxRateBps: Type.Integer({ description: 'The tax rate in basis points.' }),
  taxAmount: ref(PositiveAmount, { description: 'The tax included in the net amount.' }),
  adjustments: Type.Array(ref(OrderAdjustmentModel), { description: 'They sum to the discount.' }),
  ...breakFields,
  ...logoField,
  ...giftField,
  isAvailable: Type.Boolean({
    description: 'There is stock for it at this moment. Only an order reserves it.',
  }),
});
export const QuoteModel = model('Quote', 'What a basket costs, and a token that holds it for some minutes.', {
  currency: ref(Currency),
  lines: Type.Array(ref(QuoteLine), {
    description: 'The lines, as they were sent, and after them what is given away with them.',
  }),
  linesAmount: ref(PositiveAmount, { description: 'All lines at list prices.' }),
  discountAmount: ref(PositiveAmount, { description: 'What comes off the lines.' }),
  freightAmount: ref(PositiveAmount, { description: 'What shipping costs.' }),
  freightDiscountAmount: ref(PositiveAmount, { description: 'What campaigns take off shipping.' }),
  isFreightKnown: Type.Boolean({
    description:
      'False when freight depends on where the basket goes, which was not said: then it is not in the total yet.',
  }),
  freightParts: Type.Array(ref(FreightPartModel), {
    description: 'What each freight template takes; they sum to the amount with the discount on it.',
  }),
  taxAmount: ref(PositiveAmount, { description: 'The tax included in the total.' }),
  totalAmount: ref(PositiveAmount, { description: 'What an order of this basket costs.' }),
  quoteToken: Type.String({
    description: 'Place the order with it to pay these prices, also when they rise meanwhile.',
  }),
  expiresAt: instantText('Until when the token holds; real time.'),
  delivery: nullableRef(
    ExpectedDeliveryModel,
    'When an order that is placed now leaves and, by the first of the ways to send it, arrives; null when that cannot be said.',
  ),
  deliveryOptions: nullableRef(
    QuotedOptions,
    'The ways to send it; null while the destination or the weight of a product is not known.',
  ),
  campaigns: Type.Array(ref(OrderCampaignModel), { description: 'The campaigns that it is priced with.' }),
  campaignsNotApplied: Type.Array(ref(RejectedCampaignModel), {
    description:
      'Campaigns about these goods that do nothing for this basket, each with the reason; not those that take a code which is not there, or are for others.',
  }),
  coupons: quotedCoupons,
  pointsMultiplierBps: Type.Integer({
    description: 'By how much campaigns multiply the points of it, in basis points: 10,000 is as they are.',
  }),
  points: nullableRef(QuotePoints, 'What it would earn; null where the shop has no loyalty programme.'),
  promises: Type.Array(ref(OrderPromiseModel), {
    description: 'What the shop promises an order that is placed now, should its price fall.',
  }),
});

export const OrderCreate = inputModel('OrderCreate', 'An order to place.', {
  lines: basketLines(),
  giftGrantIds: Type.Optional(giftGrantIds(0)),
  customerId: Type.Optional(uuid('Whose order it is. With a customer token, always the customer.')),
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    default: 'web',
    description: 'Where it is placed, for example `web` or `douyin`.',
  }),
  terms: Type.Optional(
    ref(PaymentTermsName, {
      description: 'Prepaid, when absent. Customers order on account where that was agreed with them.',
    }),
  ),
  externalId: Type.Optional(externalId()),
  shippingAddress: Type.Optional(nullableRef(AddressModel, 'Where it goes.')),
  senderAddress: Type.Optional(
    nullableRef(
      AddressModel,
      'In whose name the parcel goes out, for a reseller who has it sent to a buyer of theirs. Nothing in it says what it cost.',
    ),
  ),
  staffNote: Type.Optional(nullableText('For staff only; not with a customer token.', { maxLength: 2000 })),
  metadata: Type.Optional(ref(Metadata)),
  couponCodes: Type.Optional(
    Type.Array(couponCode('A code, however it is written.'), {
      maxItems: MAX_CODES,
      description:
        'Codes of coupons that open campaigns. One that cannot be used, or whose campaign does nothing for the basket, refuses the order. ' +
        'With `quoteToken` those of the quote, when absent.',
    }),
  ),
  // Of 500 lines, and some 1,500 ways to send them.
  quoteToken: Type.Optional(
    Type.String({
      maxLength: 250_000,
      description: 'Holds the prices of a quote, and the arrival that it told.',
    }),
  ),
  deliveryMethodId: Type.Optional(
    uuid(
      'The way to send it: a `methodId` of the `deliveryOptions` of a quote. The order keeps it, with the arrival that the quote told, ' +
        'or that is expected now where there is no quote. It does not change what is paid. Without one the shop chooses.',
    ),
  ),
  expectedTotalAmount: Type.Optional(
    ref(PositiveAmount, { description: 'Refuses the order when it would cost another total.' }),
  ),
});

export const OrderUpdate = model('OrderUpdate', 'What may be changed about an order, as JSON merge patch.', {
  externalId: Type.Optional(externalId()),
  staffNote: Type.Optional(nullableText('For staff only.', { maxLength: 2000 })),
  metadata: Type.Optional(ref(MetadataUpdate)),
});

const ShipLine = model('ShipLine', 'A line and how many units of it the parcel holds.', {
  lineId: uuid('The line of the order.'),
  quantity: quantity(),
});
const millimetres = (description: string) => Type.Integer({ minimum: 1, maximum: 100_000, description });
const ShipParcelModel = model('ShipParcel', 'One of the parcels that leave.', {
  trackingNumber: Type.Optional(text("The carrier's number; a carrier has one parcel with it.", 100)),
  weightGrams: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'What it weighs with its packing.' }),
  ),
  lengthMm: Type.Optional(millimetres('Its length, in millimetres.')),
  widthMm: Type.Optional(millimetres('Its width, in millimetres.')),
  heightMm: Type.Optional(millimetres('Its height, in millimetres.')),
  costAmount: Type.Optional(
    ref(PositiveAmount, {
      description: 'What the carrier takes for it. By the price list in force, when absent.',
    }),
  ),
  lines: Type.Optional(
    Type.Array(ref(ShipLine), {
      minItems: 1,
      maxItems: MAX_LINES,
      description: 'What is in it. Of several parcels each says so; one parcel holds everything that leaves.',
    }),
  ),
});
export const OrderShip = model('OrderShip', 'What leaves, in one parcel or several.', {
  lines: Type.Optional(
    Type.Array(ref(ShipLine), {
      minItems: 1,
      maxItems: MAX_LINES,
      description: 'Everything that is left, when absent.',
    }),
  ),
  carrier: Type.Optional(text('Who carries it, in words; instead of `carrierId`.', 100)),
  trackingNumber: Type.Optional(text("The carrier's number; with `parcels` each has its own.", 100)),
  carrierId: Type.Optional(
    uuid(
      'A carrier of the shop. Then parcels are kept, tracked and scored. The one that the order was placed with, when neither this nor ' +
        '`carrier` is sent.',
    ),
  ),
  method: Type.Optional(
    text(
      'The code of a method of this carrier: its prices and its promise count. The one that the order was placed with, when it leaves ' +
        'with its carrier.',
      40,
    ),
  ),
  promisedOn: Type.Optional(
    Type.String({
      format: 'date',
      description:
        'The day that was promised, in the time zone of the shop; what the method promises, when absent.',
    }),
  ),
  parcels: Type.Optional(
    Type.Array(ref(ShipParcelModel), {
      minItems: 1,
      maxItems: 100,
      description: 'The parcels; one with everything that leaves, when absent.',
    }),
  ),
});
export const OrderCancel = model('OrderCancel', 'Why the order is cancelled.', {
  note: Type.Optional(text('In words; the customer can read it.', 500)),
});
export const OrderPriceReduction = model(
  'OrderPriceReduction',
  'A reduction of the price of an unpaid order.',
  {
    reductionAmount: Type.Integer({
      minimum: 1,
      maximum: 999_999_999_999_999,
      description: 'Minor units; spread over the lines down to their floors.',
    }),
    reason: text('Why; the customer can read it.', 500),
  },
);

const ImportAdjustment = model('ImportAdjustment', 'Why a line was cheaper.', {
  reason: text('In words.', 500),
  amount: Type.Integer({
    minimum: 1,
    maximum: 999_999_999_999_999,
    description: 'Minor units off the whole line.',
  }),
});
const ImportLine = model(
  'ImportLine',
  'A line of an order that was made elsewhere. Names its product by one of the two ids.',
  {
    productId: Type.Optional(uuid('The product.')),
    productExternalId: Type.Optional(text("The product's id in your own system.", 200)),
    quantity: quantity(),
    unitAmount: ref(PositiveAmount, { description: 'What was charged per unit before adjustments.' }),
    taxRateBps: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10_000, description: "The product's rate, when absent." }),
    ),
    adjustments: Type.Optional(
      Type.Array(ref(ImportAdjustment), { maxItems: 20, description: 'What made the line cheaper.' }),
    ),
  },
);
const ImportDue = model('ImportDue', 'A part of an order on account and when it is to be paid.', {
  part: ref(DuePartName),
  amount: Type.Integer({
    minimum: 1,
    maximum: 999_999_999_999_999,
    description: 'What this part comes to, in minor units: all parts together are the total.',
  }),
  dueAt: instantText('When it is due.'),
});
export const OrderImport = inputModel(
  'OrderImport',
  'An order that was made elsewhere, with its own number, prices and dates.',
  {
    externalId: text('Its id in your own system: the same import again changes nothing.', 200),
    number: text('Its number.', 60),
    channel: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$', description: 'Where it was placed.' }),
    customerId: Type.Optional(uuid('Whose order it is.')),
    customerExternalId: Type.Optional(text("The customer's id in your own system.", 200)),
    terms: Type.Optional(ref(PaymentTermsName, { description: 'Prepaid, when absent.' })),
    lines: linesOf(ImportLine),
    dues: Type.Optional(
      Type.Array(ref(ImportDue), {
        minItems: 1,
        maxItems: 2,
        description:
          'Of an order on account: when its parts are due; they sum to its total. By the terms of its customer, when absent.',
      }),
    ),
    freightAmount: ref(PositiveAmount, {
      description: 'What was charged for shipping, tax included; 0 for none.',
    }),
    freightTaxRateBps: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description: 'Basis points.',
    }),
    shippingAddress: Type.Optional(nullableRef(AddressModel, 'Where it went.')),
    metadata: Type.Optional(ref(Metadata)),
    carrier: Type.Optional(text('Who carried it, in words; instead of `carrierId`.', 100)),
    trackingNumber: Type.Optional(text("The carrier's number.", 100)),
    carrierId: Type.Optional(
      uuid(
        'A carrier of the shop. Then its parcel is kept and counts in the scores. Only of what was shipped.',
      ),
    ),
    method: Type.Optional(text('The code of a method of this carrier.', 40)),
    promisedOn: Type.Optional(
      Type.String({ format: 'date', description: 'The day that it was promised for.' }),
    ),
    carrierCostAmount: Type.Optional(
      ref(PositiveAmount, {
        description: 'What the carrier took for it. By the price list in force then, when absent.',
      }),
    ),
    placedAt: instantText('When it was placed.'),
    paidAt: Type.Optional(nullableInstant('When it was paid in full.')),
    shippedAt: Type.Optional(nullableInstant('When it was shipped as a whole.')),
    deliveredAt: Type.Optional(nullableInstant('When it arrived.')),
    completedAt: Type.Optional(nullableInstant('When it was completed.')),
    cancelledAt: Type.Optional(nullableInstant('When it was cancelled.')),
  },
);

/** A quote as it goes out. */
export const presentQuote = (
  { basket, coupons, promises, delivery, options, points, token, expiresAt }: Quote,
  currency: string,
) => ({
  currency,
  lines: basket.priced.lines.map((line) => ({
    productId: line.product.id,
    productName: line.product.name,
    quantity: line.quantity,
    listUnitAmount: Number(line.listUnitAmount),
    discountAmount: Number(line.discountAmount),
    netAmount: Number(line.netAmount),
    taxRateBps: line.taxRateBps,
    taxAmount: Number(line.taxAmount),
    adjustments: line.adjustments.map(presentAdjustment),
    giftCampaignId: line.giftOf,
    isFlashSale: line.isFlashSale,
    ...presentBreaks(line.product.priceBreaks, line.appliedBreak),
    ...presentLineLogo(line.logo, line.quantity),
    isAvailable: line.product.available >= line.quantity,
  })),
  linesAmount: Number(basket.priced.linesAmount),
  discountAmount: Number(basket.priced.discountAmount),
  freightAmount: Number(basket.priced.freightAmount),
  freightDiscountAmount: Number(basket.freight.amount - basket.priced.freightAmount),
  campaigns: orderCampaigns(basket.campaigns.outcome.effects),
  campaignsNotApplied: presentRejections(tellRejections(basket.campaigns.outcome.trace)),
  coupons: presentCoupons(coupons, basket.campaigns.outcome.trace),
  pointsMultiplierBps: basket.campaigns.outcome.pointsMultiplierBps,
  points: presentEstimate(points),
  isFreightKnown: basket.freight.isKnown,
  freightParts: [...basket.freight.parts],
  taxAmount: Number(basket.priced.taxAmount),
  totalAmount: Number(basket.priced.totalAmount),
  quoteToken: token,
  expiresAt: expiresAt.toISOString(),
  delivery,
  deliveryOptions: options ? presentQuotedOptions(options) : null,
  promises: promises.map(presentPromise),
});
