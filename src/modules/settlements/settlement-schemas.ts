import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import type { PROVIDER_NAMES } from '../payments/providers/registry.ts';
import { ProviderName } from '../payments/schemas.ts';
import { Direction, SettlementReasonName } from './name-schemas.ts';
import { decideTurn } from './offer-rules.ts';
import { presentOffer, SettlementOfferModel, SideName } from './offer-schemas.ts';
import { PayoutMethodName, PolicyReasonName } from './policy-schemas.ts';
import { CapName } from './preview-schemas.ts';
import { DECLINE_REASONS } from './settlement-rules.ts';
import { settlementStates } from './states.ts';
import type { Settlement } from './tables.ts';
import type { SettlementView } from './view.ts';

export const SettlementStateName = enumeration(
  'SettlementState',
  'Where a settlement stands.',
  settlementStates.names,
);
const DeclineReasonName = enumeration(
  'SettlementDeclineReason',
  'Why it was declined. Staff: suspected_fraud, price_was_not_ours, settled_elsewhere, withdrawn_by_customer, and of offers ' +
    'amount_refused. The customer: amount_not_right, reason_not_right, no_longer_wanted.',
  DECLINE_REASONS,
);

const message = Type.Optional(text('For the customer.', 1000));
const isAgreed = Type.Optional(
  Type.Boolean({
    description:
      'For a coupon instead of money, when staff claims or gives it: the customer said that they want one. It is not asked of customers ' +
      'who claim it themselves.',
  }),
);
const payoutMethod = ref(PayoutMethodName, { description: 'How the money is paid.' });

export const SettlementCreate = inputModel('SettlementCreate', 'A claim on what the shop promised.', {
  reason: ref(PolicyReasonName),
  policyId: Type.Optional(uuid('By this policy; by the one that pays most, when absent.')),
  payoutMethod: Type.Optional(
    ref(PayoutMethodName, {
      description:
        'How the money is paid. When absent, along the payments of the order; as stored value where the promise knows nothing else.',
    }),
  ),
  isAgreed,
  message,
});
export const GoodwillCreate = inputModel('GoodwillSettlementCreate', 'Money that nobody has to give.', {
  amount: Type.Integer({
    minimum: 1,
    maximum: 999_999_999_999_999,
    description:
      'What the customer gets, in minor units; spread over the lines by what is left of their price.',
  }),
  payoutMethod: { ...payoutMethod, default: 'original_payment' },
  isAgreed,
  message,
});
export const SettlementDecline = inputModel('SettlementDecline', 'Why it is declined.', {
  reason: ref(DeclineReasonName),
});

export const SettlementSatisfactionAnswer = inputModel(
  'SettlementSatisfactionAnswer',
  'What the customer says of a settlement.',
  {
    isSatisfied: Type.Boolean({ description: 'Whether they are satisfied with it.' }),
    comment: Type.Optional(text('In their own words.', 1000)),
  },
);
const Satisfaction = model('SettlementSatisfaction', 'Whether the customer is satisfied with a settlement.', {
  dueAt: nullableInstant('When they will be asked; null once they were, or have answered.'),
  askedAt: nullableInstant('When they were asked.'),
  isSatisfied: Type.Unsafe<boolean | null>({
    type: ['boolean', 'null'],
    description: 'What they said; null until they do.',
  }),
  comment: nullableText('In their own words.'),
  answeredAt: nullableInstant('When they answered.'),
  answeredBy: nullableText('Who gave the answer: `customer`, or `api_key` for staff.'),
});

const SettlementLineModel = model('SettlementLine', 'What is settled of a line, as it was decided.', {
  lineId: uuid('The line of the order.'),
  quantity: Type.Integer({ description: 'Units.' }),
  paidNetAmount: ref(PositiveAmount, { description: 'What was paid for them, net of discounts.' }),
  comparedUnitAmount: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'What a unit cost when it was decided, or should cost; null where nothing was compared.',
  }),
  differenceAmount: ref(PositiveAmount, { description: 'Paid net less the compared price.' }),
  rateBps: Type.Integer({ description: 'The share of the difference, in basis points.' }),
  settledAmount: ref(PositiveAmount, { description: 'What had been settled before.' }),
  amount: ref(PositiveAmount, { description: 'What this settlement pays.' }),
  taxAmount: ref(PositiveAmount, { description: 'The tax in it: its share of the tax of the line.' }),
  cap: nullableRef(CapName, 'What made it smaller.'),
});
const fields = {
  id: uuid('The settlement.'),
  orderId: uuid('The order.'),
  customerId: nullableUuid('Whose order it is.'),
  direction: ref(Direction),
  reason: ref(SettlementReasonName),
  state: ref(SettlementStateName),
  policyId: nullableUuid('The promise that it goes by.'),
  ruleVersion: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The version of its rule.',
  }),
  payoutMethod: nullableRef(PayoutMethodName, 'How the customer gets it; null when the customer pays.'),
  agreedBy: nullableText('Who said that the customer takes a coupon: `customer`, or `api_key` for staff.'),
  amount: ref(PositiveAmount, {
    description: 'What changes hands: its lines and its freight together; of offers, the newest one.',
  }),
  freightAmount: ref(PositiveAmount, {
    description: 'The part of it that is for freight, which no line is for.',
  }),
  editId: nullableUuid('The order edit that it pays for.'),
  currency: ref(Currency),
  message: nullableText('For the customer.'),
  declineReason: nullableRef(DeclineReasonName, 'Set when it was declined.'),
  createdAt: instantText('When it was opened.'),
  acceptedAt: nullableInstant('When it was accepted.'),
  settledAt: nullableInstant('When the money had arrived.'),
  dueAt: nullableInstant('Until when it is to be answered, or paid by the customer.'),
  satisfaction: nullableRef(Satisfaction, 'Null until it is settled.'),
  updatedAt: instantText('When it last changed.'),
  version: versionNumber(),
};
const SettlementHead = model('SettlementHead', 'A settlement without its lines, as lists show it.', fields);
export const SettlementHeadPage = pageOf('SettlementHeadPage', SettlementHead);
export const SettlementModel = model('Settlement', 'A price difference between shop and customer.', {
  ...fields,
  lines: Type.Array(ref(SettlementLineModel), {
    description: 'The lines that it is about; none for freight.',
  }),
  offers: Type.Array(ref(SettlementOfferModel), {
    description: 'What was offered, oldest first; none for a claim.',
  }),
  turn: nullableRef(SideName, 'Who answers next; null when nobody does.'),
  waysToPay: Type.Array(ref(ProviderName), {
    description: 'The providers by which who asks can have it paid; none when nothing is to be paid.',
  }),
});

const presentSatisfaction = (row: Settlement) => ({
  dueAt: instantOrNull(row.satisfactionDueAt),
  askedAt: instantOrNull(row.satisfactionAskedAt),
  isSatisfied: row.isSatisfied,
  comment: row.satisfactionComment,
  answeredAt: instantOrNull(row.satisfactionAnsweredAt),
  answeredBy: row.satisfactionActorKind,
});

/** A settlement in a list. */
export const presentSettlementHead = (row: Settlement) => ({
  id: row.id,
  orderId: row.orderId,
  customerId: row.customerId,
  direction: row.direction,
  reason: row.reason,
  state: row.state,
  policyId: row.policyId,
  ruleVersion: row.ruleVersion,
  payoutMethod: row.payoutMethod,
  agreedBy: row.agreedBy,
  amount: toWire(row.amount),
  freightAmount: toWire(row.freightAmount),
  editId: row.editId,
  currency: row.currency,
  message: row.message,
  declineReason: row.declineReason,
  createdAt: row.createdAt.toISOString(),
  acceptedAt: instantOrNull(row.acceptedAt),
  settledAt: instantOrNull(row.settledAt),
  dueAt: instantOrNull(row.dueAt),
  satisfaction: row.state === 'settled' ? presentSatisfaction(row) : null,
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});

/** The names of the providers, as the document has them. */
export const presentWays = ({ waysToPay }: Pick<SettlementView, 'waysToPay'>) =>
  waysToPay as (typeof PROVIDER_NAMES)[number][];

/** A settlement with its lines and offers. */
export const presentSettlement = (view: SettlementView) => ({
  ...presentSettlementHead(view.settlement),
  offers: view.offers.map(presentOffer),
  turn: decideTurn(view.settlement.state, view.offers.at(-1)) ?? null,
  waysToPay: presentWays(view),
  lines: view.lines.map((line) => ({
    lineId: line.lineId,
    quantity: line.quantity,
    paidNetAmount: toWire(line.paidNetAmount),
    comparedUnitAmount: toWireOrNull(line.comparedUnitAmount),
    differenceAmount: toWire(line.differenceAmount),
    rateBps: line.rateBps,
    settledAmount: toWire(line.settledAmount),
    amount: toWire(line.amount),
    taxAmount: toWire(line.taxAmount),
    cap: line.cap,
  })),
});
