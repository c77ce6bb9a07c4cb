import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import { attemptFields, PaymentResource, presentPayment } from '../../payments/schemas.ts';
import type { Payment } from '../../payments/tables.ts';
import type { CardQuote, LoadQuote } from './end.ts';
import type { LoadView } from './load.ts';
import { REFUND_CAUSES } from './refund-rules.ts';
import { CardStateName } from './schemas.ts';
import { cardLoadStates, promisedGiftStates } from './states.ts';
import type { CardLoadGift, CardOffer, CardTerms } from './tables.ts';

const CardLoadStateName = enumeration('CardLoadState', 'Where a load stands.', cardLoadStates.names);
const PromisedGiftStateName = enumeration(
  'PromisedGiftState',
  '`promised` until the load is paid, then `owed` until staff hands it over.',
  promisedGiftStates.names,
);
const RefundCauseName = enumeration(
  'CardRefundCause',
  'Who causes the end of a card. By the merchant’s cause what was used counts at the discounted share, by the customer’s wish at the ' +
    'price before discount.',
  REFUND_CAUSES,
);
const RefundRuleName = enumeration('CardRefundRule', 'How what was used of a load counts.', [
  'unused_in_full',
  'discounted_share',
  'price_before_discount',
]);

const money = (description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: 999_999_999_999, description });

export const CardTermsInput = model('CardTermsInput', 'The terms of cards.', {
  text: text('What customers are shown before they top up.', 20_000),
});
export const CardTermsModel = model('CardTerms', 'A version of the terms of cards. It never changes.', {
  version: Type.Integer({ minimum: 1, description: 'Which version it is; a top-up names the newest.' }),
  text: text('What it says.', 20_000),
  createdAt: instantText('Since when it holds.'),
});
export const CardTermsPage = pageOf('CardTermsPage', CardTermsModel);

const GiftItemModel = model('CardGiftItem', 'So many units of a product as a gift.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ minimum: 1, maximum: 1000, description: 'How many.' }),
});
export const CardOfferCreate = model(
  'CardOfferCreate',
  'A step of top-ups: what comes on top of a payment.',
  {
    paidAmount: money('From what payment on, in minor units.'),
    bonusAmount: Type.Optional(money('What comes on the card on top, in minor units.', 0)),
    gifts: Type.Optional(
      Type.Array(ref(GiftItemModel), { maxItems: 20, description: 'What the customer is promised with it.' }),
    ),
  },
);
export const CardOfferUpdate = model('CardOfferUpdate', 'Changes to an offer.', {
  isOpen: Type.Optional(Type.Boolean({ description: 'Whether top-ups get it.' })),
});
export const CardOfferModel = model('CardOffer', 'A step of top-ups: what comes on top of a payment.', {
  id: uuid('The offer.'),
  paidAmount: ref(PositiveAmount, { description: 'From what payment on.' }),
  bonusAmount: ref(PositiveAmount, { description: 'What comes on the card on top.' }),
  gifts: Type.Array(ref(GiftItemModel), { description: 'What is promised with it.' }),
  isOpen: Type.Boolean({ description: 'Whether top-ups get it.' }),
  currency: ref(Currency),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const CardOfferPage = pageOf('CardOfferPage', CardOfferModel);

const { couponCode: _couponCode, cardId: _cardId, cardCode: _cardCode, ...payFields } = attemptFields;
export const CardLoadCreate = model('CardLoadCreate', 'A top-up of a card.', {
  amount: money('What is paid, in minor units. The highest open offer that it reaches comes on top.'),
  termsVersion: Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'The version of the terms that the customer was shown.',
  }),
  offerId: Type.Optional(
    uuid('The offer that the customer was shown: refused when the amount gets something else by now.'),
  ),
  ...payFields,
});
const PromisedGiftModel = model('PromisedGift', 'A gift that was promised with a load.', {
  id: uuid('The gift.'),
  productId: uuid('The product.'),
  quantity: Type.Integer({ minimum: 1, description: 'How many.' }),
  state: ref(PromisedGiftStateName),
  updatedAt: instantText('When its state last changed.'),
});
export const CardLoadModel = model('CardLoad', 'A top-up of a card, with the terms as they were shown.', {
  id: uuid('The load.'),
  cardId: uuid('The card that it is on now.'),
  offerId: nullableUuid('The offer that it got.'),
  state: ref(CardLoadStateName),
  paidAmount: ref(PositiveAmount, { description: 'What is paid for it.' }),
  bonusAmount: ref(PositiveAmount, { description: 'What the shop gives on top.' }),
  refundedAmount: ref(PositiveAmount, { description: 'What of it was paid back when its card ended.' }),
  termsVersion: Type.Integer({ description: 'The version of the terms.' }),
  termsText: text('What the terms said.', 20_000),
  fullRefundDays: Type.Integer({
    description: 'For how many days it is paid back in full while nothing of it is used.',
  }),
  gifts: Type.Array(ref(PromisedGiftModel), { description: 'What was promised with it.' }),
  dueAt: nullableInstant('When it is cancelled unless it is paid; null once it does not wait.'),
  loadedAt: nullableInstant('Since when it is on the card.'),
  createdAt: instantText('When it was asked for.'),
  version: versionNumber(),
});
export const CardLoadPage = pageOf('CardLoadPage', CardLoadModel);
export const OpenedCardLoadModel = model('OpenedCardLoad', 'A top-up with the attempt to pay it.', {
  load: ref(CardLoadModel),
  payment: ref(PaymentResource),
});

export const CardRefundInput = model('CardRefundInput', 'Why a card ends.', { cause: ref(RefundCauseName) });
const LoadRefundModel = model('CardLoadRefund', 'What the end of a card means for one of its loads.', {
  loadId: uuid('The load.'),
  rule: ref(RefundRuleName),
  paidAmount: ref(PositiveAmount, { description: 'What was paid for it.' }),
  bonusAmount: ref(PositiveAmount, { description: 'What the shop gave on top.' }),
  usedAmount: ref(PositiveAmount, { description: 'The face value that is used of it.' }),
  usedListAmount: ref(PositiveAmount, { description: 'What that would have cost without any discount.' }),
  consumedAmount: ref(PositiveAmount, { description: 'What of the payment counts as used up by the rule.' }),
  refundAmount: ref(PositiveAmount, { description: 'What is paid back of it now.' }),
  alongPaymentAmount: ref(PositiveAmount, { description: 'The part that goes back along its payment.' }),
  manualAmount: ref(PositiveAmount, { description: 'The part that staff gives back in another way.' }),
  forfeitedAmount: ref(PositiveAmount, { description: 'What is on the card of it and nobody gets.' }),
});
export const CardRefundModel = model('CardRefund', 'What the end of a card pays back, load by load.', {
  cardId: uuid('The card.'),
  state: ref(CardStateName),
  cause: ref(RefundCauseName),
  refundAmount: ref(PositiveAmount, { description: 'What is paid back in all.' }),
  currency: ref(Currency),
  loads: Type.Array(ref(LoadRefundModel), { description: 'Each load, the newest first.' }),
});

export const presentTerms = (row: CardTerms) => ({
  version: row.number,
  text: row.text,
  createdAt: row.createdAt.toISOString(),
});
export const presentOffer = (row: CardOffer, { shop }: { readonly shop: { readonly currency: string } }) => ({
  id: row.id,
  paidAmount: toWire(row.paidAmount),
  bonusAmount: toWire(row.bonusAmount),
  gifts: row.gifts.map(({ productId, quantity }) => ({ productId, quantity })),
  isOpen: row.isOpen,
  currency: shop.currency,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
const presentGift = (row: CardLoadGift) => ({
  id: row.id,
  productId: row.productId,
  quantity: row.quantity,
  state: row.state,
  updatedAt: row.updatedAt.toISOString(),
});
export const presentLoad = ({ load, gifts }: LoadView) => ({
  id: load.id,
  cardId: load.cardId,
  offerId: load.offerId,
  state: load.state,
  paidAmount: toWire(load.paidAmount),
  bonusAmount: toWire(load.bonusAmount),
  refundedAmount: toWire(load.refundedAmount),
  termsVersion: load.termsNumber,
  termsText: load.termsText,
  fullRefundDays: load.fullRefundDays,
  gifts: gifts.map(presentGift),
  dueAt: instantOrNull(load.dueAt),
  loadedAt: instantOrNull(load.loadedAt),
  createdAt: load.createdAt.toISOString(),
  version: load.version,
});
export const presentOpenedLoad = (opened: LoadView & { readonly payment: Payment }) => ({
  load: presentLoad(opened),
  payment: presentPayment(opened.payment),
});
const presentLoadRefund = (one: LoadQuote) => ({
  loadId: one.load.id,
  rule: one.rule,
  paidAmount: toWire(one.load.paidAmount),
  bonusAmount: toWire(one.load.bonusAmount),
  usedAmount: toWire(one.usedAmount),
  usedListAmount: toWire(one.usedListAmount),
  consumedAmount: toWire(one.consumedAmount),
  refundAmount: toWire(one.refundAmount),
  alongPaymentAmount: toWire(one.alongPaymentAmount),
  manualAmount: toWire(one.manualAmount),
  forfeitedAmount: toWire(one.bonusForfeited + one.principalForfeited),
});
export const presentRefundQuote = ({ card, cause, loads }: CardQuote) => ({
  cardId: card.id,
  state: card.state,
  cause,
  refundAmount: loads.reduce((sum, one) => sum + toWire(one.refundAmount), 0),
  currency: card.currency,
  loads: loads.map(presentLoadRefund),
});
