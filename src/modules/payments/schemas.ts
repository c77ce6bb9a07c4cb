import { Type } from '@sinclair/typebox';
import {
  PositiveAmount,
  enumeration,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { PROVIDER_NAMES } from './providers/registry.ts';
import { SIMULATIONS } from './providers/simulator.ts';
import { isOpen } from './rules.ts';
import { paymentStates, refundStates } from './states.ts';
import type { Payment, PaymentEvent, Refund } from './tables.ts';

const PaymentState = enumeration('PaymentAttemptState', 'Where an attempt stands.', paymentStates.names);
export const RefundState = enumeration('RefundState', 'Where a refund stands.', refundStates.names);
export const ProviderName = enumeration(
  'PaymentProvider',
  '`manual`: staff records cash or a bank transfer. `simulator`: a pretended provider for test shops. `stripe`: needs ' +
    "an account that the shop has connected. `wallet`: the customer's stored value, taken at once. `coupon`: a coupon " +
    'of a value, named as `couponCode`; a settlement asks for it beside another provider. `card`: a stored-value card, named as ' +
    '`cardId` or by its `cardCode`, taken at once.',
  PROVIDER_NAMES,
);
const RefundReason = enumeration('RefundReason', 'Why money goes back.', [
  'surplus',
  'cancellation',
  'settlement',
  'card_ended',
  'deposit_part',
]);
const SimulationName = enumeration('Simulation', 'How the simulator behaves.', SIMULATIONS);

/** What an attempt needs to know beside its amount. */
export const attemptFields = {
  provider: ref(ProviderName),
  reference: Type.Optional(text('For manual payments: the number on the receipt or transfer.', 200)),
  paymentMethod: Type.Optional(
    Type.String({
      pattern: '^pm_[A-Za-z0-9_]{1,250}$',
      maxLength: 255,
      description:
        "For `stripe`: the id of the payment method to charge. Without it the customer's browser pays with `clientSecret`.",
    }),
  ),
  couponCode: Type.Optional(
    text(
      'The code of a coupon of a value, of the customer whose order it is: it pays what it is worth. For an order with the provider ' +
        '`coupon`; for a settlement beside the provider that takes the rest.',
      80,
    ),
  ),
  cardId: Type.Optional(
    uuid(
      "With the provider `card`: the card. Customers name their own; a named card pays what is its customer's.",
    ),
  ),
  cardCode: Type.Optional(
    text('With the provider `card`: the code of a bearer card, however it is written.', 80),
  ),
  simulate: Type.Optional(ref(SimulationName)),
  delaySeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3600,
      description: 'After how many real seconds the simulator calls back.',
    }),
  ),
};

export const PaymentCreate = model('PaymentCreate', 'An attempt to pay.', {
  ...attemptFields,
  amount: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 999_999_999_999_999,
      description: 'Minor units. What is still due, when absent.',
    }),
  ),
});

export const PaymentResource = model('Payment', 'One attempt to take an amount.', {
  id: uuid('The payment.'),
  subjectType: text('What is paid for.', 40),
  subjectId: uuid('Which one.'),
  orderId: nullableUuid('The order whose price it pays: of the order itself, or of a settlement for it.'),
  attemptNumber: Type.Integer({ description: 'Counts the attempts for the subject, from 1.' }),
  provider: ref(ProviderName),
  state: ref(PaymentState),
  amount: ref(PositiveAmount, { description: 'What this attempt takes, refunds not deducted.' }),
  refundedAmount: ref(PositiveAmount, { description: 'What of it was given back or is on its way back.' }),
  currency: ref(Currency),
  reference: nullableText("The provider's id of the charge, or the receipt's number."),
  failureCode: nullableText('Why it failed; while it is open, why the last try of the customer did.'),
  providerStatus: nullableText(
    'How the provider calls the state of an open attempt, such as `requires_action` or `requires_payment_method`.',
  ),
  clientSecret: nullableText(
    "While the attempt is open: with it the customer's browser pays at the provider (Stripe.js). There a moment after " +
      'the attempt was made.',
  ),
  createdAt: instantText('When the attempt was made.'),
  succeededAt: nullableInstant('When the money was taken.'),
  version: versionNumber(),
});
export const PaymentPage = pageOf('PaymentPage', PaymentResource);

const ProviderStatement = model('ProviderStatement', 'What a provider said about a payment.', {
  id: uuid('The statement.'),
  providerEventId: text("The provider's id of it.", 200),
  kind: text('succeeded, processing or failed; with `refund_` before it when it is about a refund.', 20),
  refundId: nullableUuid('The refund that it is about.'),
  reference: nullableText("The provider's id of the charge."),
  failureCode: nullableText('Why it failed.'),
  receivedAt: instantText('When it came.'),
});
export const ProviderStatementList = model(
  'ProviderStatementList',
  'Everything that the provider said, oldest first.',
  {
    data: Type.Array(ref(ProviderStatement), { description: 'The statements.' }),
  },
);

export const RefundResource = model('Refund', 'Money on its way back along the payment that it came by.', {
  id: uuid('The refund.'),
  paymentId: uuid('The payment.'),
  subjectType: text('What was paid for.', 40),
  subjectId: uuid('Which one.'),
  orderId: nullableUuid('The order whose price was paid.'),
  amount: ref(PositiveAmount, { description: 'What goes back with this refund.' }),
  currency: ref(Currency),
  reason: ref(RefundReason),
  state: ref(RefundState),
  reference: nullableText("The provider's id of the refund, or why it failed."),
  createdAt: instantText('When it was set on its way.'),
  finishedAt: nullableInstant('When it ended.'),
  version: versionNumber(),
});
export const RefundPage = pageOf('RefundPage', RefundResource);
export const RefundConfirm = model('RefundConfirm', 'That staff gave the money back.', {
  reference: Type.Optional(text('The number of the receipt or transfer.', 200)),
});
export const CallbackReceived = model('CallbackReceived', 'The callback was taken.', {
  receivedCount: Type.Integer({ description: 'How many statements it held.' }),
});

export const presentPayment = (row: Payment) => ({
  id: row.id,
  subjectType: row.subjectType,
  subjectId: row.subjectId,
  orderId: row.orderId,
  attemptNumber: row.attemptNumber,
  provider: row.provider as (typeof PROVIDER_NAMES)[number],
  state: row.state,
  amount: toWire(row.amount),
  refundedAmount: toWire(row.refundedAmount),
  currency: row.currency,
  reference: row.reference,
  failureCode: row.failureCode,
  providerStatus: row.providerStatus,
  // When it is over, there is nothing to pay any more.
  clientSecret: isOpen(row) ? row.clientSecret : null,
  createdAt: row.createdAt.toISOString(),
  succeededAt: instantOrNull(row.succeededAt),
  version: row.version,
});

export const presentStatement = (row: PaymentEvent) => ({
  id: row.id,
  providerEventId: row.providerEventId,
  kind: row.kind,
  refundId: row.refundId,
  reference: row.reference,
  failureCode: row.failureCode,
  receivedAt: row.receivedAt.toISOString(),
});

export const presentRefund = (row: Refund) => ({
  id: row.id,
  paymentId: row.paymentId,
  subjectType: row.subjectType,
  subjectId: row.subjectId,
  orderId: row.orderId,
  amount: toWire(row.amount),
  currency: row.currency,
  reason: row.reason,
  state: row.state,
  reference: row.reference,
  createdAt: row.createdAt.toISOString(),
  finishedAt: instantOrNull(row.finishedAt),
  version: row.version,
});
