import { Type } from '@sinclair/typebox';
import {
  enumeration,
  externalId,
  instantOrNull,
  instantText,
  Metadata,
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
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { Currency } from '../../platform/shops/schemas.ts';
import { ExpectedDeliveryModel } from '../calendar/schemas.ts';
import { AddressModel } from '../customers/schemas.ts';
import { PaymentResource } from '../payments/schemas.ts';
import { FreightPartModel } from '../shipping/freight/part-schemas.ts';
import { OrderCampaignModel } from './rejection-schemas.ts';
import { OrderLineModel, presentLine } from './line-schemas.ts';
import type { OrderWhole } from './repository.ts';
import { ORDER_SORTS } from './list-rules.ts';
import { amountDue, netTotalOf } from './rules.ts';
import { FULFILMENT_STATES, orderStates, PAYMENT_STATES, PAYMENT_TERMS } from './states.ts';
import type { Order } from './tables.ts';

export { AddressModel };

export const OrderStatusName = enumeration('OrderStatus', 'Where an order stands.', orderStates.names);
export const OrderSort = enumeration(
  'OrderSort',
  'A minus sorts downwards. Newest first when absent; with `updatedSince`, in the order of changes.',
  ORDER_SORTS,
);
const PaymentStateName = enumeration(
  'OrderPaymentState',
  'Where the payment of an order stands.',
  PAYMENT_STATES,
);
const FulfilmentStateName = enumeration(
  'FulfilmentState',
  'Where the shipment of an order stands.',
  FULFILMENT_STATES,
);
export const PaymentTermsName = enumeration(
  'PaymentTerms',
  '`prepaid` ships when it is paid; `cash_on_delivery` and `on_account` ship before.',
  PAYMENT_TERMS,
);
const OrderOrigin = enumeration('OrderOrigin', 'Placed here, or made elsewhere and imported.', [
  'placed',
  'imported',
]);
const CancelReason = enumeration('CancelReason', 'Who ended the order.', ['customer', 'shop', 'lapsed']);
const ShipmentLineModel = model('ShipmentLine', 'What a parcel holds.', {
  lineId: uuid('The line of the order.'),
  quantity: Type.Integer({ description: 'Units.' }),
  missingQuantity: Type.Integer({
    description: 'Those that did not arrive with the others: in parcels that were lost or came back.',
  }),
});
const ShipmentModel = model('Shipment', 'A parcel of an order.', {
  id: uuid('The parcel.'),
  carrier: nullableText('Who carries it.'),
  trackingNumber: nullableText("The carrier's number."),
  shippedAt: instantText('When it left.'),
  deliveredAt: nullableInstant('When it arrived.'),
  lines: Type.Array(ref(ShipmentLineModel), { description: 'What is in it.' }),
});

export const OrderDeliveryMethod = model(
  'OrderDeliveryMethod',
  'A way to send an order, by the names that were shown.',
  {
    carrierId: uuid('The carrier.'),
    carrierName: text('Its name.', 200),
    methodId: uuid('The method.'),
    methodName: text('Its name.', 200),
  },
);

const orderFields = {
  id: uuid('The order.'),
  number: text('The number that people use.', 60),
  externalId: externalId(),
  customerId: nullableUuid('Whose order it is.'),
  channel: text('Where it was placed.', 40),
  origin: ref(OrderOrigin),
  terms: ref(PaymentTermsName),
  status: ref(OrderStatusName),
  paymentState: ref(PaymentStateName),
  fulfilmentState: ref(FulfilmentStateName),
  currency: ref(Currency),
  linesAmount: ref(PositiveAmount, { description: 'All lines at list prices, with what logos cost.' }),
  discountAmount: ref(PositiveAmount, {
    description: 'What came off the lines before the order was paid; their discounts.',
  }),
  freightAmount: ref(PositiveAmount, { description: 'What shipping cost when the order was placed.' }),
  freightDiscountAmount: ref(PositiveAmount, { description: 'What campaigns took off shipping.' }),
  freightParts: Type.Array(ref(FreightPartModel), {
    description:
      'What each freight template took when it was placed; they sum to the amount with the discount on it. None of an imported order.',
  }),
  campaigns: Type.Array(ref(OrderCampaignModel), {
    description: 'The campaigns that it was priced with.',
  }),
  pointsMultiplierBps: Type.Integer({
    description: 'By how much campaigns multiply the points of it, in basis points: 10,000 is as they are.',
  }),
  taxAmount: ref(PositiveAmount, { description: 'The tax included in the total.' }),
  totalAmount: ref(PositiveAmount, {
    description:
      'What the order was sold for: lines less discount plus freight, tax included, with the lines that edits brought. What ' +
      'was settled, charged or credited afterwards is not in it; `netTotalAmount` has it.',
  }),
  paidAmount: ref(PositiveAmount, { description: 'What the customer paid, refunds not deducted.' }),
  refundedAmount: ref(PositiveAmount, {
    description: 'What went back along the payments, for any reason, or is on its way back.',
  }),
  settledAmount: ref(PositiveAmount, {
    description:
      'What settlements gave the customer because of it, as money, stored value or coupon: that of the lines and ' +
      '`settledFreightAmount`.',
  }),
  settledFreightAmount: ref(PositiveAmount, {
    description: 'The part of `settledAmount` that is freight, on no line.',
  }),
  chargedAmount: ref(PositiveAmount, {
    description:
      'What settlements charged the customer on top, once it was paid: that of the lines and `chargedFreightAmount`.',
  }),
  chargedFreightAmount: ref(PositiveAmount, {
    description: 'The part of `chargedAmount` that is freight, on no line.',
  }),
  creditedAmount: ref(PositiveAmount, {
    description:
      'What came off with units that were cancelled or came back, beyond what was settled of them: that of the lines and ' +
      '`creditedFreightAmount`.',
  }),
  creditedFreightAmount: ref(PositiveAmount, {
    description: 'The part of `creditedAmount` that is freight, on no line.',
  }),
  netTotalAmount: ref(PositiveAmount, {
    description:
      'What the order costs now: `totalAmount` - `settledAmount` + `chargedAmount` - `creditedAmount`; 0 once it is ' +
      'cancelled. 20.00, of which 3.00 were settled, with freight of 1.00 that was charged afterwards, are 18.00.',
  }),
  writtenOffAmount: ref(PositiveAmount, {
    description: 'What is owed of it and was given up; it is not due any more.',
  }),
  dueAmount: ref(PositiveAmount, {
    description: 'What is still to be paid of the order itself; 0 once it is cancelled.',
  }),
  delivery: nullableRef(
    ExpectedDeliveryModel,
    'When it was expected to leave and to arrive, as it was placed; null for imported orders.',
  ),
  deliveryMethod: nullableRef(
    OrderDeliveryMethod,
    'The way to send it that was chosen when it was placed; null: the shop chooses.',
  ),
  shippingAddress: nullableRef(AddressModel, 'Where it goes.'),
  senderAddress: nullableRef(
    AddressModel,
    "In whose name it goes out; null: the shop's. With a sender no prices go with the parcel.",
  ),
  staffNote: nullableText('For staff only; null for customers.'),
  metadata: ref(Metadata, { description: 'What outside systems attached; empty for customers.' }),
  cancelReason: nullableRef(CancelReason, 'Set when the order was cancelled.'),
  placedAt: instantText('When it was placed.'),
  paidAt: nullableInstant('When it was paid in full.'),
  shippedAt: nullableInstant('When the last parcel left.'),
  deliveredAt: nullableInstant('When the last parcel arrived.'),
  completedAt: nullableInstant('When it was completed.'),
  cancelledAt: nullableInstant('When it was cancelled.'),
  reservedUntil: nullableInstant('Until when an unpaid order keeps its goods.'),
  updatedAt: instantText('When it last changed.'),
  version: versionNumber(),
};
const OrderHead = model('OrderHead', 'An order without its lines, as lists show it.', orderFields);
export const OrderHeadPage = pageOf('OrderHeadPage', OrderHead);
export const OrderModel = model('Order', 'An order with its lines and parcels. Amounts include tax.', {
  ...orderFields,
  lines: Type.Array(ref(OrderLineModel), { description: 'The lines, in their order.' }),
  shipments: Type.Array(ref(ShipmentModel), { description: 'The parcels, oldest first.' }),
});
export const OrderPaymentList = model('OrderPaymentList', 'The attempts to pay an order, newest first.', {
  data: Type.Array(ref(PaymentResource), { description: 'The payments.' }),
});

const presentHead = (order: Order, forCustomer: boolean) => ({
  id: order.id,
  number: order.number,
  externalId: order.externalId,
  customerId: order.customerId,
  channel: order.channel,
  origin: order.origin,
  terms: order.terms,
  status: order.status,
  paymentState: order.paymentState,
  fulfilmentState: order.fulfilmentState,
  currency: order.currency,
  linesAmount: toWire(order.linesAmount),
  discountAmount: toWire(order.discountAmount),
  freightAmount: toWire(order.freightAmount),
  freightDiscountAmount: toWire(order.freightDiscountAmount),
  campaigns: [...order.campaigns],
  pointsMultiplierBps: order.pointsMultiplierBps,
  freightParts: [...order.freightParts],
  taxAmount: toWire(order.taxAmount),
  totalAmount: toWire(order.totalAmount),
  paidAmount: toWire(order.paidAmount),
  refundedAmount: toWire(order.refundedAmount),
  settledAmount: toWire(order.settledAmount),
  settledFreightAmount: toWire(order.settledFreightAmount),
  chargedAmount: toWire(order.chargedAmount),
  chargedFreightAmount: toWire(order.chargedFreightAmount),
  creditedAmount: toWire(order.creditedAmount),
  creditedFreightAmount: toWire(order.creditedFreightAmount),
  netTotalAmount: order.status === 'cancelled' ? 0 : toWire(netTotalOf(order)),
  writtenOffAmount: toWire(order.writtenOffAmount),
  dueAmount: order.status === 'cancelled' ? 0 : toWire(amountDue(order)),
  delivery:
    order.dispatchOn === null
      ? null
      : {
          dispatchOn: order.dispatchOn,
          earliestOn: order.arrivalEarliestOn,
          latestOn: order.arrivalLatestOn,
        },
  deliveryMethod: order.deliveryMethod,
  shippingAddress: order.shippingAddress,
  senderAddress: order.senderAddress,
  staffNote: forCustomer ? null : order.staffNote,
  metadata: forCustomer ? {} : order.metadata,
  cancelReason: order.cancelReason,
  placedAt: order.placedAt.toISOString(),
  paidAt: instantOrNull(order.paidAt),
  shippedAt: instantOrNull(order.shippedAt),
  deliveredAt: instantOrNull(order.deliveredAt),
  completedAt: instantOrNull(order.completedAt),
  cancelledAt: instantOrNull(order.cancelledAt),
  reservedUntil: instantOrNull(order.lapseDueAt),
  updatedAt: order.updatedAt.toISOString(),
  version: order.version,
});

export interface Viewer {
  readonly customerId: string | undefined;
}

/** An order in a list. */
export const presentOrderHead = (order: Order, viewer: Viewer) =>
  presentHead(order, viewer.customerId !== undefined);

/** An order with what belongs to it. */
export const presentOrder = (whole: OrderWhole, viewer: Viewer) => ({
  ...presentOrderHead(whole.order, viewer),
  lines: whole.lines.map((line) =>
    presentLine(
      line,
      whole.adjustments.filter(({ lineId }) => lineId === line.id),
    ),
  ),
  shipments: whole.shipments.map((shipment) => ({
    id: shipment.id,
    carrier: shipment.carrier,
    trackingNumber: shipment.trackingNumber,
    shippedAt: shipment.shippedAt.toISOString(),
    deliveredAt: instantOrNull(shipment.deliveredAt),
    lines: whole.shipmentLines
      .filter(({ shipmentId }) => shipmentId === shipment.id)
      .map(({ lineId, quantity, missingQuantity }) => ({ lineId, quantity, missingQuantity })),
  })),
});
