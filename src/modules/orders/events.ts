import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { model, ref } from '../../platform/http/schema.ts';

const uuid = (description: string) => Type.String({ format: 'uuid', description });
const nullableUuid = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'uuid', description });
const amount = (description: string) => Type.Integer({ description: `${description} Minor units.` });

/** What every event of an order tells. */
const summary = {
  number: Type.String({ description: 'The number that people use.' }),
  customerId: nullableUuid('Whose order it is.'),
  channel: Type.String({ description: 'Where it was placed.' }),
  status: Type.String({ description: 'The status after the event.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
  totalAmount: amount(
    'What the order came to when everything on it was bought: nothing that went or was settled is taken off.',
  ),
  paidAmount: amount('What was taken.'),
  refundedAmount: amount('What was given back.'),
  placedAt: Type.String({ format: 'date-time', description: 'When it was placed.' }),
};
const lineFields = {
  productId: uuid('The product.'),
  category: Type.Unsafe<string | null>({ type: ['string', 'null'], description: "The product's category." }),
  quantity: Type.Integer({ description: 'Units.' }),
  netAmount: amount('What the line costs after discounts.'),
};
const line = model('OrderEventLine', 'A line of an order, as events tell it.', lineFields);
const editedLine = model(
  'EditedOrderEventLine',
  'A line of an edited order: as it was ordered, and what is left of it.',
  {
    lineId: uuid('The line.'),
    ...lineFields,
    remainingQuantity: Type.Integer({ description: 'Units that the customer has or still gets.' }),
    remainingAmount: amount('What is left of what was paid for them, after settlements.'),
  },
);
const withLines = Type.Object({ ...summary, lines: Type.Array(ref(line), { description: 'The lines.' }) });
const plain = Type.Object(summary);
const parcelFields = {
  ...summary,
  shipmentId: uuid('The parcel.'),
  carrier: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Who carries it.' }),
  trackingNumber: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: "The carrier's number.",
  }),
};
const parcel = Type.Object(parcelFields);
const missingUnits = model('MissingUnits', 'Units of a line that did not arrive.', {
  lineId: uuid('The line.'),
  quantity: Type.Integer({ description: 'How many were in parcels that were lost or came back.' }),
});

const due = Type.Object({
  ...summary,
  part: Type.String({ description: 'deposit or rest.' }),
  openAmount: amount('What is open of it.'),
  dueAt: Type.String({ format: 'date-time', description: 'When it is, or was, due.' }),
});

export const orderEvents = {
  placed: defineEvent('order.placed', 'An order was placed and its stock reserved.', withLines),
  imported: defineEvent('order.imported', 'An order that was made elsewhere was taken in.', withLines),
  paid: defineEvent('order.paid', 'An order was paid in full.', withLines),
  edited: defineEvent(
    'order.edited',
    'Goods of a paid order were changed. The lines are all that it has ever had, with what is left of them.',
    Type.Object({
      ...summary,
      lines: Type.Array(ref(editedLine), { description: 'The lines.' }),
      editId: uuid('The edit.'),
      creditedAmount: amount('What went with units that are not wanted any more, in all.'),
      netTotalAmount: amount('What the order costs now, after edits and settlements.'),
    }),
  ),
  priceLowered: defineEvent(
    'order.price_lowered',
    'The shop lowered the price of an unpaid order.',
    Type.Object({
      ...summary,
      previousTotalAmount: amount('What it cost before.'),
      reason: Type.String({ description: 'Why.' }),
    }),
  ),
  reminderDue: defineEvent(
    'order.reminder_due',
    'An unpaid order is to be reminded. The first asks whether something went wrong, the second tells until when.',
    Type.Object({
      ...summary,
      step: Type.Integer({ description: '1 or 2.' }),
      deliveryDays: Type.Integer({ description: 'How many days a parcel usually takes.' }),
      reservedUntil: Type.String({ format: 'date-time', description: 'Until when the goods are kept.' }),
      stockIsShort: Type.Boolean({
        description: "Stock is below the shop's threshold; only then a reminder may say so.",
      }),
    }),
  ),
  paymentDueSoon: defineEvent('order.payment_due_soon', 'A part of an order on account is due soon.', due),
  paymentOverdue: defineEvent(
    'order.payment_overdue',
    'A part of an order on account was not paid in time.',
    due,
  ),
  writtenOff: defineEvent(
    'order.written_off',
    'What is owed for an order was given up, or is asked for again.',
    Type.Object({
      ...summary,
      writtenOffAmount: amount('What is given up of the order now, in all; 0 when it is asked for again.'),
      reason: Type.String({ description: 'Why.' }),
    }),
  ),
  logoRequestChanged: defineEvent(
    'logo_request.changed',
    'A request for goods with a logo was made, or stands elsewhere now.',
    Type.Object({
      customerId: uuid('Whose request it is.'),
      state: Type.String({ description: 'Where it stands now.' }),
      leadTimeDays: Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        description: 'How many working days it takes; null before it is quoted.',
      }),
    }),
  ),
  shipped: defineEvent('order.shipped', 'A parcel of an order left.', parcel),
  delivered: defineEvent(
    'order.delivered',
    'A parcel of an order arrived.',
    Type.Object({
      ...parcelFields,
      missingUnits: Type.Array(ref(missingUnits), {
        description: 'What did not arrive with it: parcels of it that were lost or came back.',
      }),
    }),
  ),
  deliveryUndone: defineEvent(
    'order.delivery_undone',
    'A parcel of an order that had arrived has not: what was told of it is void, or it had come back before.',
    parcel,
  ),
  completed: defineEvent('order.completed', 'An order is over: delivered, paid and no longer open.', plain),
  cancelled: defineEvent(
    'order.cancelled',
    'An order was cancelled or lapsed; stock and money go back.',
    Type.Object({ ...summary, reason: Type.String({ description: 'customer, shop or lapsed.' }) }),
  ),
};
