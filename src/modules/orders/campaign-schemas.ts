import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantText,
  model,
  nullableRef,
  nullableUuid,
  PositiveAmount,
  ref,
  uuid,
} from '../../platform/http/schema.ts';
import { type PricingTrace, tellRejections } from '../campaigns/engine/trace.ts';
import { StackingClassName } from '../campaigns/rule-schemas.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { DestinationModel } from '../shipping/freight/schemas.ts';
import type { Evaluation } from './evaluate-campaigns.ts';
import { multiplier, presentRejections, RejectedCampaignModel } from './rejection-schemas.ts';
import { basketLines, channelField, couponCodesField } from './basket-schemas.ts';
import type { OrderPriceTrace } from './tables.ts';

const line = (description: string) => Type.Integer({ minimum: 0, description });
const TracedShareModel = model('PriceTraceShare', 'What comes off a line.', {
  line: line('The place of the line in the basket, from 0.'),
  amount: ref(PositiveAmount, { description: 'What comes off it.' }),
});
const TracedGiftModel = model('PriceTraceGift', 'What is given away.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ description: 'How many.' }),
});
const TracedOfferModel = model('PriceTraceOffer', 'Something that was applied.', {
  campaignId: nullableUuid('The campaign; null: the ladder of the product.'),
  campaignVersion: Type.Integer({ description: 'Its version; 0 for a ladder.' }),
  name: Type.String({ description: 'Its name; empty for a ladder.' }),
  mechanic: Type.String({ description: 'The type of its mechanic; `own_ladder` for a ladder.' }),
  stackingClass: ref(StackingClassName),
  discountAmount: ref(PositiveAmount, { description: 'What it takes off the goods.' }),
  freightAmount: ref(PositiveAmount, { description: 'What it takes off shipping.' }),
  lines: Type.Array(ref(TracedShareModel), { description: 'What comes off which line.' }),
  gifts: Type.Array(ref(TracedGiftModel), { description: 'What it gives away.' }),
  pointsMultiplierBps: multiplier(),
  remainderLines: Type.Array(line('A line.'), {
    description: 'Lines whose share was rounded up, because theirs were the largest remainders.',
  }),
});
const TracedClampModel = model('PriceTraceClamp', 'Where the margin guard took something back.', {
  campaignId: nullableUuid('The campaign; null: the ladder of the product.'),
  line: line('The place of the line in the basket, from 0.'),
  wantedAmount: ref(PositiveAmount, { description: 'What would have come off the line.' }),
  givenAmount: ref(PositiveAmount, { description: 'What came off.' }),
  floorAmount: ref(PositiveAmount, { description: 'Below which the line is not sold.' }),
});
const SearchMethod = enumeration(
  'PriceSearchMethod',
  '`exact`: all ways to combine the campaigns were compared. `heuristic`: there were too many of them.',
  ['exact', 'heuristic'],
);
const PriceTraceModel = model('PriceTrace', 'How the price of a basket came about.', {
  method: ref(SearchMethod),
  candidateCount: Type.Integer({ description: 'How many things could have been done.' }),
  applied: Type.Array(ref(TracedOfferModel), { description: 'What was done, in this order.' }),
  rejected: Type.Array(ref(RejectedCampaignModel), {
    description: 'Campaigns about these goods that do nothing, each with the reason.',
  }),
  clamps: Type.Array(ref(TracedClampModel), {
    description:
      'Where the margin guard took something back. Customers do not see it, and a quote does not hold it.',
  }),
  otherCount: Type.Integer({ description: 'How many campaigns are about none of these goods.' }),
});
export const OrderPriceTraceModel = model('OrderPriceTrace', 'How the price of an order came about.', {
  orderId: uuid('The order.'),
  trace: nullableRef(PriceTraceModel, 'Null: no campaign had anything to do with it.'),
});

/** A trace as it goes out; customers do not see what goods cost the shop. */
const presentTrace = (trace: PricingTrace, forCustomer: boolean) => ({
  method: trace.method,
  candidateCount: trace.candidateCount,
  applied: trace.applied.map((offer) => ({
    ...offer,
    lines: [...offer.lines],
    gifts: [...offer.gifts],
    remainderLines: [...offer.remainderLines],
  })),
  rejected: presentRejections(forCustomer ? tellRejections(trace) : trace.rejected),
  clamps: forCustomer ? [] : [...trace.clamps],
  otherCount: trace.otherCount,
});

export const presentOrderTrace = (
  { orderId, trace }: { orderId: string; trace: OrderPriceTrace | undefined },
  forCustomer: boolean,
) => ({ orderId, trace: trace ? presentTrace(trace.trace, forCustomer) : null });

export const CampaignEvaluate = inputModel('CampaignEvaluate', 'A basket to try campaigns on.', {
  lines: basketLines(),
  customerId: Type.Optional(uuid('Whose basket it is; a guest, when absent.')),
  destination: Type.Optional(ref(DestinationModel, { description: 'Where it goes.' })),
  ...channelField,
  ...couponCodesField,
  at: Type.Optional(instantText('The moment for which it is priced; now, when absent.')),
  draftCampaignIds: Type.Optional(
    Type.Array(uuid('A campaign.'), {
      maxItems: 50,
      uniqueItems: true,
      description:
        'Campaigns that are tried as if they ran, whatever their state: drafts, or paused and ended ones.',
    }),
  ),
});
const EvaluatedLine = model('EvaluatedLine', 'A line as it would be priced.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ description: 'Units.' }),
  listUnitAmount: ref(PositiveAmount, {
    description: 'The price of one unit before discounts; 0 for a gift.',
  }),
  discountAmount: ref(PositiveAmount, { description: 'What comes off the whole line.' }),
  netAmount: ref(PositiveAmount, { description: 'What the line costs then.' }),
  giftCampaignId: nullableUuid('The campaign that gives it away; null: it is in the basket.'),
});
export const CampaignEvaluation = model('CampaignEvaluation', 'What campaigns would do for a basket.', {
  currency: ref(Currency),
  lines: Type.Array(ref(EvaluatedLine), { description: 'The lines, and after them the gifts.' }),
  discountAmount: ref(PositiveAmount, { description: 'What comes off the lines.' }),
  freightAmount: ref(PositiveAmount, { description: 'What shipping costs then.' }),
  freightDiscountAmount: ref(PositiveAmount, { description: 'What campaigns take off shipping.' }),
  totalAmount: ref(PositiveAmount, { description: 'What the basket costs then.' }),
  pointsMultiplierBps: Type.Integer({
    description: 'By how much campaigns multiply the points of it, in basis points: 10,000 is as they are.',
  }),
  trace: ref(PriceTraceModel),
});

export const presentEvaluation = ({ basket }: Evaluation, currency: string) => ({
  currency,
  lines: basket.priced.lines.map((one) => ({
    productId: one.product.id,
    quantity: one.quantity,
    listUnitAmount: Number(one.listUnitAmount),
    discountAmount: Number(one.discountAmount),
    netAmount: Number(one.netAmount),
    giftCampaignId: one.giftOf,
  })),
  discountAmount: Number(basket.priced.discountAmount),
  freightAmount: Number(basket.priced.freightAmount),
  freightDiscountAmount: Number(basket.freight.amount - basket.priced.freightAmount),
  totalAmount: Number(basket.priced.totalAmount),
  pointsMultiplierBps: basket.campaigns.outcome.pointsMultiplierBps,
  trace: presentTrace(basket.campaigns.outcome.trace, false),
});
