import { Type } from '@sinclair/typebox';
import {
  enumeration,
  model,
  nullableRef,
  nullableUuid,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
} from '../../platform/http/schema.ts';
import { PriceBreakModel } from '../catalogue/schemas.ts';
import type { PriceBreak } from '../catalogue/tables.ts';
import { type LineLogo, lineLogoOf, logoAmountOf } from './logo-requests/line-rules.ts';
import { type AppliedBreak, appliedBreakOf } from './quantity-rules.ts';
import { type Adjustment, ADJUSTMENT_KINDS } from './rules.ts';
import type { OrderAdjustment, OrderLine } from './tables.ts';

const AdjustmentKind = enumeration(
  'AdjustmentKind',
  'What made a line cheaper: a person, how many pieces are ordered, or a campaign.',
  ADJUSTMENT_KINDS,
);
const AppliedBreakModel = model('AppliedPriceBreak', 'The quantity price that a line is priced by.', {
  minimumQuantity: Type.Integer({ description: 'From so many pieces on.' }),
  unitAmount: ref(PositiveAmount, {
    description: 'What a piece costs then: what the ladder says, never below the floor of the product.',
  }),
});
export const OrderAdjustmentModel = model('OrderAdjustment', 'Why a line costs less than its list price.', {
  kind: ref(AdjustmentKind),
  reason: text('In words.', 500),
  amount: ref(PositiveAmount, { description: 'What came off the whole line, not off each unit.' }),
  campaignId: nullableUuid('The campaign that did it; null where none did.'),
  campaignVersion: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The version of the campaign; null where none did.',
  }),
});
/** An adjustment as it goes out. */
export const presentAdjustment = ({
  kind,
  reason,
  amount,
  campaignId = null,
  campaignVersion = null,
}: Adjustment | OrderAdjustment) => ({ kind, reason, amount: toWire(amount), campaignId, campaignVersion });

export const giftField = {
  giftCampaignId: nullableUuid('The campaign that gives it away, at price 0; null: it was ordered.'),
  isFlashSale: Type.Boolean({ description: 'Some of it has the price of a flash sale.' }),
};
export const breakFields = {
  priceBreaks: Type.Array(ref(PriceBreakModel), {
    description:
      'The quantity prices of the product, as they were then; none for orders that were made elsewhere.',
  }),
  appliedBreak: nullableRef(
    AppliedBreakModel,
    'The one that the line is priced by: all lines of the product count together. Null: the list price.',
  ),
};
const LineLogoModel = model('LineLogo', 'What the logo on the goods of a line costs on top of their price.', {
  requestId: uuid('The request that it was agreed on with.'),
  unitAmount: ref(PositiveAmount, { description: 'For each piece.' }),
  setupAmount: ref(PositiveAmount, {
    description: 'For the tools, once for all orders of the request: 0 where another line or order has it.',
  }),
  amount: ref(PositiveAmount, { description: 'Both, for the whole line. It is in `netAmount`.' }),
});
export const logoField = {
  logo: nullableRef(LineLogoModel, 'The logo of the customer on the goods; null: none.'),
};
export const OrderLineModel = model(
  'OrderLine',
  'A line. `netAmount` is list price times quantity, with what a logo costs, less the discount.',
  {
    id: uuid('The line.'),
    productId: uuid('The product.'),
    productName: text('Its name when the order was placed.', 300),
    quantity: Type.Integer({ description: 'Units ordered.' }),
    listUnitAmount: ref(PositiveAmount, { description: 'The price of one unit before discounts.' }),
    discountAmount: ref(PositiveAmount, { description: 'What came off the whole line before it was paid.' }),
    netAmount: ref(PositiveAmount, {
      description:
        'What the line was sold for. What was settled, charged or credited afterwards stands beside it.',
    }),
    settledAmount: ref(PositiveAmount, { description: 'What settlements gave back of it, up to now.' }),
    chargedAmount: ref(PositiveAmount, { description: 'What settlements charged on top of it, up to now.' }),
    creditedAmount: ref(PositiveAmount, {
      description:
        'What came off with units that were cancelled or came back, beyond what was settled of them.',
    }),
    taxRateBps: Type.Integer({ description: 'The tax rate in basis points.' }),
    taxAmount: ref(PositiveAmount, { description: 'The tax included in the net amount.' }),
    cancelledQuantity: Type.Integer({ description: 'Units that were cancelled before they were shipped.' }),
    returnedQuantity: Type.Integer({ description: 'Units that came back.' }),
    shippedQuantity: Type.Integer({ description: 'Units that left.' }),
    deliveredQuantity: Type.Integer({ description: 'Units that arrived.' }),
    adjustments: Type.Array(ref(OrderAdjustmentModel), { description: 'They sum to the discount.' }),
    ...breakFields,
    ...logoField,
    ...giftField,
    giftGrantId: nullableUuid('The gift that the customer was owed and that it is, at price 0; null: none.'),
  },
);

/** The ladder of a line and its rung, as they go out. */
export const presentBreaks = (priceBreaks: readonly PriceBreak[], applied: AppliedBreak | null) => ({
  priceBreaks: priceBreaks.map(({ minimumQuantity, unitAmount }) => ({ minimumQuantity, unitAmount })),
  appliedBreak: applied && {
    minimumQuantity: applied.minimumQuantity,
    unitAmount: toWire(applied.unitAmount),
  },
});

/** What a logo costs on a line, as it goes out. */
export const presentLineLogo = (logo: Omit<LineLogo, 'leadTimeDays'> | null, quantity: number) => ({
  logo: logo && {
    requestId: logo.requestId,
    unitAmount: toWire(logo.unitAmount),
    setupAmount: toWire(logo.setupAmount),
    amount: toWire(logoAmountOf(logo, quantity)),
  },
});

/** A line of an order, as it goes out. */
export const presentLine = (line: OrderLine, adjustments: readonly OrderAdjustment[]) => ({
  id: line.id,
  productId: line.productId,
  productName: line.productName,
  quantity: line.quantity,
  listUnitAmount: toWire(line.listUnitAmount),
  discountAmount: toWire(line.discountAmount),
  netAmount: toWire(line.netAmount),
  settledAmount: toWire(line.settledAmount),
  chargedAmount: toWire(line.chargedAmount),
  creditedAmount: toWire(line.creditedAmount),
  taxRateBps: line.taxRateBps,
  taxAmount: toWire(line.taxAmount),
  cancelledQuantity: line.cancelledQuantity,
  returnedQuantity: line.returnedQuantity,
  shippedQuantity: line.shippedQuantity,
  deliveredQuantity: line.deliveredQuantity,
  adjustments: adjustments.map(presentAdjustment),
  ...presentBreaks(line.priceBreaks, appliedBreakOf(line)),
  ...presentLineLogo(lineLogoOf(line), line.quantity),
  giftCampaignId: line.giftCampaignId,
  giftGrantId: line.giftGrantId,
  isFlashSale: line.isFlashSale,
});
