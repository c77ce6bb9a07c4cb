import { Type } from '@sinclair/typebox';
import {
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  PositiveAmount,
  ref,
  text,
  toWire,
  uuid,
  versionNumber,
  enumeration,
} from '../../platform/http/schema.ts';
import type { EditPreview } from '../orders/edits/open-edit.ts';
import { editStates } from '../orders/edits/states.ts';
import type { OrderEdit, OrderEditItem, OrderEditUnit } from '../orders/edits/tables.ts';
import { lineLogoOf } from '../orders/logo-requests/line-rules.ts';
import { type AppliedBreak, appliedBreakOf } from '../orders/quantity-rules.ts';
import { breakFields, logoField, presentBreaks, presentLineLogo } from '../orders/line-schemas.ts';
import { AddressModel } from '../orders/schemas.ts';
import { PaymentResource, presentPayment } from '../payments/schemas.ts';
import type { EditView, PricedOrderEdit } from './edits.ts';
import { SettlementPaymentCreate } from './offer-schemas.ts';
import { presentSettlement, SettlementModel } from './settlement-schemas.ts';

const OrderEditStateName = enumeration('OrderEditState', 'Where an edit stands.', editStates.names);

const LineQuantity = inputModel('OrderEditLineWish', 'How many units of a line the customer is to have.', {
  lineId: uuid('The line.'),
  quantity: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description:
      'Fewer take units off that have not been shipped; more come as a line of their own at the price of now.',
  }),
});
const NewItem = inputModel('OrderEditItemWish', 'Goods that come, at the price of now.', {
  productId: uuid('The product.'),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Units.' }),
  logoRequestId: Type.Optional(
    uuid('The request for a logo of the customer, that was accepted: the goods are made with it.'),
  ),
});
const wishes = {
  lines: Type.Optional(
    Type.Array(ref(LineQuantity), { maxItems: 500, description: 'Lines that change. The others stay.' }),
  ),
  items: Type.Optional(Type.Array(ref(NewItem), { maxItems: 500, description: 'What comes.' })),
  shippingAddress: Type.Optional(ref(AddressModel, { description: 'Another address; it changes no price.' })),
};
const message = Type.Optional(text('For the customer.', 1000));
const paymentField = Type.Optional(
  ref(SettlementPaymentCreate, { description: 'Pays the difference in the same call.' }),
);

export const OrderEditPreviewCreate = inputModel('OrderEditPreviewCreate', 'An edit to price.', wishes);
export const OrderEditCreate = inputModel('OrderEditCreate', 'Other goods for an order that is paid.', {
  ...wishes,
  message,
});
export const LineUpgradeCreate = inputModel(
  'LineUpgradeCreate',
  'A dearer product in place of one that is not shipped.',
  {
    productId: uuid('The product that the customer wants.'),
    quantity: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Units; all that have not been shipped, when absent.',
      }),
    ),
    payment: paymentField,
  },
);

const UnitsModel = model(
  'OrderEditUnits',
  'Units of a line that go, with what comes off the price for them.',
  {
    lineId: uuid('The line.'),
    quantity: Type.Integer({ description: 'Units.' }),
    paidAmount: ref(PositiveAmount, { description: 'What was paid for them.' }),
    settledAmount: ref(PositiveAmount, { description: 'What settlements gave back of that before.' }),
    amount: ref(PositiveAmount, { description: 'The difference.' }),
    taxAmount: ref(PositiveAmount, { description: 'The tax in it.' }),
  },
);
const ItemModel = model('OrderEditItem', 'Goods that come.', {
  productId: uuid('The product.'),
  productName: text('Its name.', 300),
  quantity: Type.Integer({ description: 'Units.' }),
  listUnitAmount: ref(PositiveAmount, { description: 'What a unit of it costs now.' }),
  discountAmount: ref(PositiveAmount, { description: 'What comes off for all of them.' }),
  ...breakFields,
  ...logoField,
  netAmount: ref(PositiveAmount, { description: 'What all its units cost, tax included.' }),
  taxAmount: ref(PositiveAmount, { description: 'The tax in it.' }),
});
const EditRefund = model('OrderEditRefund', 'What goes back along a payment.', {
  paymentId: uuid('The payment.'),
  amount: ref(PositiveAmount, { description: 'What this payment carries of it.' }),
});
const arithmetic = {
  units: Type.Array(ref(UnitsModel), { description: 'What goes.' }),
  items: Type.Array(ref(ItemModel), { description: 'What comes.' }),
  creditedAmount: ref(PositiveAmount, { description: 'What comes off the price.' }),
  addedAmount: ref(PositiveAmount, { description: 'What comes on top of it.' }),
  differenceAmount: Type.Integer({
    description: 'Added less credited: above zero the customer pays it, below zero it goes back.',
  }),
};
export const OrderEditPreviewModel = model(
  'OrderEditPreview',
  'What an edit would cost. Nothing was written.',
  {
    ...arithmetic,
    refunds: Type.Array(ref(EditRefund), { description: 'The payments that would carry what goes back.' }),
    netTotalAmount: ref(PositiveAmount, { description: 'What the order would cost then.' }),
  },
);
const headFields = {
  id: uuid('The edit.'),
  orderId: uuid('The order.'),
  state: ref(OrderEditStateName),
  creditedAmount: arithmetic.creditedAmount,
  addedAmount: arithmetic.addedAmount,
  differenceAmount: arithmetic.differenceAmount,
  createdAt: instantText('When it was opened.'),
  appliedAt: nullableInstant('When the order was changed.'),
  version: versionNumber(),
};
const OrderEditHead = model('OrderEditHead', 'An edit without its goods.', headFields);
export const OrderEditList = model('OrderEditList', 'The edits of an order, newest first.', {
  data: Type.Array(ref(OrderEditHead), { description: 'The edits.' }),
});
export const OrderEditModel = model('OrderEdit', 'A change of the goods of a paid order.', {
  ...headFields,
  units: arithmetic.units,
  items: arithmetic.items,
  settlement: nullableRef(
    SettlementModel,
    'The one that settles exactly the difference; null when there is none.',
  ),
  payment: nullableRef(PaymentResource, 'The attempt that was opened with it.'),
});

const presentUnits = (unit: Omit<OrderEditUnit, 'shopId' | 'editId'>) => ({
  lineId: unit.lineId,
  quantity: unit.quantity,
  paidAmount: toWire(unit.paidAmount),
  settledAmount: toWire(unit.settledAmount),
  amount: toWire(unit.amount),
  taxAmount: toWire(unit.taxAmount),
});
const presentItem = (
  item: Pick<
    OrderEditItem,
    | 'productId'
    | 'productName'
    | 'quantity'
    | 'listUnitAmount'
    | 'discountAmount'
    | 'netAmount'
    | 'taxAmount'
    | 'priceBreaks'
  > & { readonly appliedBreak: AppliedBreak | null; readonly logo: ReturnType<typeof lineLogoOf> },
) => ({
  productId: item.productId,
  productName: item.productName,
  quantity: item.quantity,
  listUnitAmount: toWire(item.listUnitAmount),
  discountAmount: toWire(item.discountAmount),
  netAmount: toWire(item.netAmount),
  taxAmount: toWire(item.taxAmount),
  ...presentBreaks(item.priceBreaks, item.appliedBreak),
  ...presentLineLogo(item.logo, item.quantity),
});

const itemOf = ({ product, ...item }: EditPreview['items'][number]) => ({
  ...item,
  productId: product.id,
  productName: product.name,
  priceBreaks: product.priceBreaks,
});

/** What an edit would cost. */
export const presentEditPreview = ({ preview, netTotalAmount }: PricedOrderEdit) => ({
  units: preview.credits.map(({ before, credit }) => presentUnits({ lineId: before.id, ...credit })),
  items: preview.items.map((item) => presentItem(itemOf(item))),
  creditedAmount: toWire(preview.creditedAmount),
  addedAmount: toWire(preview.addedAmount),
  differenceAmount: Number(preview.differenceAmount),
  refunds: preview.parts.map(({ payment: { id }, amount }) => ({ paymentId: id, amount: toWire(amount) })),
  netTotalAmount: toWire(netTotalAmount),
});

/** An edit in a list. */
export const presentEditHead = (edit: OrderEdit) => ({
  id: edit.id,
  orderId: edit.orderId,
  state: edit.state,
  creditedAmount: toWire(edit.creditedAmount),
  addedAmount: toWire(edit.addedAmount),
  differenceAmount: Number(edit.addedAmount - edit.creditedAmount),
  createdAt: edit.createdAt.toISOString(),
  appliedAt: instantOrNull(edit.appliedAt),
  version: edit.version,
});

/** An edit with its goods and what settles it. */
export const presentEdit = ({ whole, settlement, payment }: EditView) => ({
  ...presentEditHead(whole.edit),
  units: whole.units.map(presentUnits),
  items: whole.items.map((item) =>
    presentItem({ ...item, appliedBreak: appliedBreakOf(item), logo: lineLogoOf(item) }),
  ),
  settlement: settlement && presentSettlement(settlement),
  payment: payment && presentPayment(payment),
});
