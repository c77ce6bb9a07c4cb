import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../../platform/events/define.ts';

const uuid = (description: string) => Type.String({ format: 'uuid', description });
const nullableText = (description: string, options: object = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description, ...options });

const fields = {
  orderId: uuid('The order.'),
  shipmentId: uuid('The shipment that it belongs to.'),
  carrierId: uuid('Who carries it.'),
  methodId: nullableText('How; null where no method was named.', { format: 'uuid' }),
  trackingNumber: nullableText("The carrier's number."),
  destinationCountry: nullableText('Where it goes.'),
  state: Type.String({ description: 'Where it stands now.' }),
  stateAt: Type.String({ format: 'date-time', description: 'Since when, as it happened.' }),
  promisedOn: nullableText('The day that it is promised for, in the time zone of the shop.'),
  shippedAt: Type.String({ format: 'date-time', description: 'When it left.' }),
  deliveredAt: nullableText('When it arrived.', { format: 'date-time' }),
};
const parcel = Type.Object(fields);

export const parcelEventKinds = {
  registered: defineEvent('parcel.registered', 'A parcel left with a carrier.', parcel),
  inTransit: defineEvent('parcel.in_transit', 'A parcel is on its way, or was found again.', parcel),
  delivered: defineEvent('parcel.delivered', 'A parcel arrived.', parcel),
  lost: defineEvent('parcel.lost', 'A parcel was lost.', parcel),
  damaged: defineEvent('parcel.damaged', 'A parcel was damaged, on its way or on arrival.', parcel),
  returned: defineEvent('parcel.returned', 'A parcel came back.', parcel),
  eventVoided: defineEvent(
    'parcel.event_voided',
    'Something that was told of a parcel is void. It stands where the rest of what was told puts it.',
    Type.Object({
      ...fields,
      eventId: uuid('What was told.'),
      kind: Type.String({ description: 'What it said.' }),
      reason: Type.String({ description: 'Why it does not count.' }),
    }),
  ),
  rated: defineEvent(
    'parcel.rated',
    'A delivery was rated.',
    Type.Object({ ...fields, rating: Type.Integer({ description: '1 to 5.' }) }),
  ),
};
