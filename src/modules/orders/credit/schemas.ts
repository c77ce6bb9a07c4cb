import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  pageOf,
  PositiveAmount,
  ref,
  text,
  toWire,
  toWireOrNull,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { Account, OpenOrder } from './account.ts';
import { DUE_PARTS, NET_STARTS } from './tables.ts';

const NetStartName = enumeration(
  'NetStart',
  'What the days are counted from: the moment the order was placed, or that at which its last parcel arrived.',
  NET_STARTS,
);
export const DuePartName = enumeration(
  'DuePart',
  'A part of an order: what is due at once, and the rest.',
  DUE_PARTS,
);
const terms = {
  depositShareBps: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: 'The share of the total that is due at once, in basis points.',
  }),
  netDays: Type.Integer({ minimum: 0, maximum: 730, description: 'The rest is due so many days later.' }),
  netFrom: ref(NetStartName),
  creditLimitAmount: nullableRef(PositiveAmount, 'What may be open at the same time; null: no limit.'),
};
export const PaymentTermsSet = model('PaymentTermsSet', 'Terms to agree on with a customer.', terms);
const AgreedTerms = model('AgreedPaymentTerms', 'On which terms a customer orders on account.', terms);
export const AccountModel = model('CustomerAccount', 'What a customer owes for orders on account.', {
  customerId: uuid('The customer.'),
  currency: ref(Currency),
  terms: nullableRef(
    AgreedTerms,
    'What is agreed. Null: nothing; then only staff places orders on account for the customer.',
  ),
  usedAmount: ref(PositiveAmount, { description: 'What is open of all orders on account.' }),
  availableAmount: nullableRef(PositiveAmount, 'What is left of the limit; null: there is no limit.'),
  overdueAmount: ref(PositiveAmount, {
    description: 'What should have been paid by now, with the days of grace.',
  }),
  version: versionNumber(),
});
const reason = text('Why; for the books and for staff.', 500);
export const OrderWriteOff = model('OrderWriteOff', 'What is given up of what is owed for an order.', {
  amount: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 999_999_999_999_999,
      description: 'Minor units; all that is owed, when absent.',
    }),
  ),
  reason,
});
export const WriteOffLift = model('WriteOffLift', 'Why a debt that was given up is asked for again.', {
  reason,
});
const DueModel = model('OrderDue', 'A part of an order and when it is to be paid.', {
  part: ref(DuePartName),
  amount: ref(PositiveAmount, { description: 'What it was when the order was placed.' }),
  openAmount: ref(PositiveAmount, {
    description: 'What is open of it. Payments count for the deposit first.',
  }),
  dueAt: nullableInstant('When it is due; null while that waits for the delivery.'),
  remindedAt: nullableInstant('When it was reminded of.'),
  isOverdue: Type.Boolean({ description: 'It is open, and was to be paid before.' }),
});
const OpenOrderModel = model('OpenOrder', 'An order on account of which something is open.', {
  orderId: uuid('The order.'),
  number: text('The number that people use.', 60),
  currency: ref(Currency),
  totalAmount: ref(PositiveAmount, { description: 'What the order was sold for.' }),
  openAmount: ref(PositiveAmount, { description: 'What is open of it.' }),
  dues: Type.Array(ref(DueModel), {
    description: 'Its parts; none when there were no terms when it was placed, or it was made elsewhere.',
  }),
  placedAt: instantText('When it was placed.'),
});
export const OpenOrderPage = pageOf('OpenOrderPage', OpenOrderModel);

export const presentAccount = (
  { credit, overdueAmount }: Account,
  currency: string,
): Static<typeof AccountModel> => {
  const { creditLimitAmount: limit, usedAmount } = credit;
  const available = limit === null ? null : limit > usedAmount ? limit - usedAmount : 0n;
  return {
    customerId: credit.customerId,
    currency,
    terms: credit.isAgreed
      ? {
          depositShareBps: credit.depositShareBps,
          netDays: credit.netDays,
          netFrom: credit.netFrom,
          creditLimitAmount: toWireOrNull(limit),
        }
      : null,
    usedAmount: toWire(usedAmount),
    availableAmount: toWireOrNull(available),
    overdueAmount: toWire(overdueAmount),
    version: credit.version,
  };
};

export const presentOpenOrder = ({ order, openAmount, dues }: OpenOrder) => ({
  orderId: order.id,
  number: order.number,
  currency: order.currency,
  totalAmount: toWire(order.totalAmount),
  openAmount: toWire(openAmount),
  dues: dues.map((due) => ({
    part: due.part,
    amount: toWire(due.amount),
    openAmount: toWire(due.openAmount),
    dueAt: instantOrNull(due.dueAt),
    remindedAt: instantOrNull(due.remindedAt),
    isOverdue: due.overdueAt !== null && due.openAmount > 0n,
  })),
  placedAt: order.placedAt.toISOString(),
});
