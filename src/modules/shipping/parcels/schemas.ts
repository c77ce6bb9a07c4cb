import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
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
  toWireOrNull,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { ParcelView, TrackedParcel } from './read.ts';
import { COST_SOURCES, PARCEL_EVENT_KINDS, PARCEL_EVENT_SOURCES, parcelStates } from './states.ts';
import type { ParcelEvent, DeliveryRating } from './tables.ts';
import type { TrackingResult } from './track.ts';
import { TRACKING_OUTCOMES } from './track-rules.ts';

export const ParcelStateName = enumeration('ParcelState', 'Where a parcel stands.', parcelStates.names);
const ParcelEventKindName = enumeration(
  'ParcelEventKind',
  'What happened. The first four mean that it is on its way.',
  PARCEL_EVENT_KINDS,
);
const ParcelEventSourceName = enumeration(
  'ParcelEventSource',
  'Who told it: the carrier, staff, the customer, or an import.',
  PARCEL_EVENT_SOURCES,
);
const CostSourceName = enumeration(
  'ParcelCostSource',
  'The price list in force when it left, what somebody said, or not known.',
  COST_SOURCES,
);
const TrackingOutcomeName = enumeration(
  'TrackingOutcome',
  '`recorded`: taken. `known`: taken before. `event_id_reused`: the id was used for something else. ' +
    '`unknown_tracking_number`: the carrier has no parcel with it yet; it waits for one, as many days as `earlyEventDays` says. `in_future`: it has not happened yet. `too_early`: it happened more than a week before the parcel left.',
  TRACKING_OUTCOMES,
);

const ParcelLineModel = model('ParcelLine', 'What is in a parcel.', {
  lineId: uuid('The line of the order.'),
  quantity: Type.Integer({ description: 'Units.' }),
});
const ProofModel = model('ProofOfDelivery', 'That somebody took a parcel.', {
  signedBy: nullableText('Who signed for it.'),
  photoUrl: nullableText('A picture of it.'),
  provedAt: instantText('When that was.'),
});
const side = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });
const shown = {
  id: uuid('The parcel.'),
  orderId: uuid('The order.'),
  shipmentId: uuid('The shipment of the order that it belongs to.'),
  trackingNumber: nullableText("The carrier's number."),
  state: ref(ParcelStateName),
  stateAt: instantText('Since when, as it happened and not as it was told.'),
  promisedOn: nullableText('The day that it is promised for, in the time zone of the shop.', {
    format: 'date',
  }),
  shippedAt: instantText('When it left.'),
  deliveredAt: nullableInstant('When it first arrived, also when it turned out damaged or came back.'),
  damagedAt: nullableInstant('When it was damaged, also when it arrived all the same.'),
  proof: nullableRef(ProofModel, 'Null while nobody signed for it and there is no picture.'),
  rating: side('What its buyer says of the delivery, 1 to 5; null while they have said nothing.'),
  lines: Type.Array(ref(ParcelLineModel), { description: 'What is in it.' }),
};
export const ParcelModel = model('Parcel', 'A parcel with a carrier.', {
  ...shown,
  carrierId: uuid('Who carries it.'),
  methodId: nullableUuid('How; null where no method was named.'),
  weightGrams: side('What it weighs.'),
  lengthMm: side('Its length, in millimetres.'),
  widthMm: side('Its width, in millimetres.'),
  heightMm: side('Its height, in millimetres.'),
  destinationCountry: nullableText('Where it goes, ISO 3166-1 alpha-2.'),
  destinationRegion: nullableText('The region, as the address has it.'),
  currency: ref(Currency),
  costAmount: nullableRef(PositiveAmount, 'What the carrier takes for it; null where that is not known.'),
  costSource: ref(CostSourceName),
  createdAt: instantText('When it was registered.'),
  updatedAt: instantText('When it last changed.'),
  version: versionNumber(),
});
export const ParcelPage = pageOf('ParcelPage', ParcelModel);

const eventFields = {
  kind: ref(ParcelEventKindName),
  occurredAt: instantText('When it happened.'),
  place: nullableText('Where, in words.'),
};
const ParcelEventModel = model('ParcelEvent', 'One thing that happened to a parcel, as it was told.', {
  id: uuid('The event.'),
  ...eventFields,
  source: ref(ParcelEventSourceName),
  carrierEventId: nullableText("The carrier's id of it."),
  note: nullableText('What staff wrote.'),
  signedBy: nullableText('Who signed.'),
  photoUrl: nullableText('A picture.'),
  recordedAt: instantText('When it was told.'),
  voidedAt: nullableInstant('Since when it does not count; null: it counts.'),
  voidReason: nullableText('Why it does not count.'),
  voidedBy: nullableText('Who said so.'),
});
export const ParcelEventList = model('ParcelEventList', 'What happened to a parcel, in its order.', {
  data: Type.Array(ref(ParcelEventModel), { description: 'The events.' }),
});

const TrackedEventModel = model('TrackedEvent', 'One thing that happened to a parcel.', eventFields);
const TrackedParcelModel = model('TrackedParcel', 'A parcel as its buyer follows it.', {
  ...shown,
  carrier: nullableText('Who carries it.'),
  events: Type.Array(ref(TrackedEventModel), { description: 'What happened, in the order of its times.' }),
});
export const TrackedParcelList = model('TrackedParcelList', 'The parcels of an order, oldest first.', {
  data: Type.Array(ref(TrackedParcelModel), { description: 'The parcels.' }),
});

const url = nullableText('A picture of the delivery, by http or https.', {
  pattern: '^https?://[^\\s]+$',
  maxLength: 2_000,
});
const signature = nullableText('Who signed for it.', { minLength: 1, maxLength: 200 });
const place = nullableText('Where, in words.', { minLength: 1, maxLength: 200 });
const TrackingEventModel = model('TrackingEvent', 'One thing that a carrier tells of a parcel.', {
  carrierEventId: text("The carrier's id of it: told twice, it happened once.", 200),
  trackingNumber: text("The carrier's number of the parcel.", 100),
  kind: ref(ParcelEventKindName),
  occurredAt: instantText('When it happened; that counts, not when it is told.'),
  place: Type.Optional(place),
  signedBy: Type.Optional(signature),
  photoUrl: Type.Optional(url),
});
export const TrackingEvents = model('TrackingEvents', 'What a carrier tells, in any order.', {
  events: Type.Array(ref(TrackingEventModel), { minItems: 1, maxItems: 1000, description: 'The events.' }),
});
const TrackingItem = model('TrackingItem', 'What became of one event.', {
  index: Type.Integer({ description: 'Its place in the request, from 0.' }),
  outcome: ref(TrackingOutcomeName),
  parcelId: nullableUuid('The parcel; null where its number is not known.'),
  state: nullableRef(ParcelStateName, 'Where the parcel stands after everything that was sent.'),
});
export const TrackingResultModel = model('TrackingResult', 'What became of each event.', {
  results: Type.Array(ref(TrackingItem), { description: 'In the order of the request.' }),
});
export const ParcelReportModel = model('ParcelReport', 'What staff knows of a parcel.', {
  kind: ref(ParcelEventKindName),
  occurredAt: Type.Optional(instantText('When it happened; now, when absent.')),
  place: Type.Optional(place),
  note: Type.Optional(nullableText('For staff only.', { minLength: 1, maxLength: 2_000 })),
  signedBy: Type.Optional(signature),
  photoUrl: Type.Optional(url),
});
export const ParcelEventVoid = model('ParcelEventVoid', 'Why something that was told does not count.', {
  reason: text('In words, for staff.', 2_000),
});
export const ParcelUpdate = model('ParcelUpdate', 'What was learned of a parcel after it left.', {
  trackingNumber: Type.Optional(text("The carrier's number.", 100)),
  weightGrams: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'What it weighs.' }),
  ),
  costAmount: Type.Optional(ref(PositiveAmount, { description: 'What the carrier took for it.' })),
});
export const DeliveryRatingCreate = model('DeliveryRatingCreate', 'What a buyer says of a delivery.', {
  rating: Type.Integer({ minimum: 1, maximum: 5, description: '1 is bad, 5 is good.' }),
});
const RaterName = enumeration('DeliveryRater', 'The customer, or staff who writes down what they said.', [
  'customer',
  'staff',
]);
export const DeliveryRatingModel = model('DeliveryRating', 'What a buyer says of a delivery.', {
  parcelId: uuid('The parcel.'),
  rating: Type.Integer({ description: '1 to 5.' }),
  ratedBy: ref(RaterName),
  ratedAt: instantText('When.'),
});

function presentShown({ parcel, lines, rating }: ParcelView) {
  const { signedBy, photoUrl, proofAt } = parcel;
  return {
    id: parcel.id,
    orderId: parcel.orderId,
    shipmentId: parcel.shipmentId,
    trackingNumber: parcel.trackingNumber,
    state: parcel.state,
    stateAt: parcel.stateAt.toISOString(),
    promisedOn: parcel.promisedOn,
    shippedAt: parcel.shippedAt.toISOString(),
    deliveredAt: instantOrNull(parcel.deliveredAt),
    damagedAt: instantOrNull(parcel.damagedAt),
    proof: proofAt && { signedBy, photoUrl, provedAt: proofAt.toISOString() },
    rating,
    lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })),
  };
}

export const presentParcel = (view: ParcelView): Static<typeof ParcelModel> => ({
  ...presentShown(view),
  carrierId: view.parcel.carrierId,
  methodId: view.parcel.methodId,
  weightGrams: view.parcel.weightGrams,
  lengthMm: view.parcel.lengthMm,
  widthMm: view.parcel.widthMm,
  heightMm: view.parcel.heightMm,
  destinationCountry: view.parcel.destinationCountry,
  destinationRegion: view.parcel.destinationRegion,
  currency: view.parcel.currency,
  costAmount: toWireOrNull(view.parcel.costAmount),
  costSource: view.parcel.costSource,
  createdAt: view.parcel.createdAt.toISOString(),
  updatedAt: view.parcel.updatedAt.toISOString(),
  version: view.parcel.version,
});

const presentEventOf = (event: ParcelEvent) => ({
  kind: event.kind,
  occurredAt: event.occurredAt.toISOString(),
  place: event.place,
});

export const presentParcelEvent = (event: ParcelEvent): Static<typeof ParcelEventModel> => ({
  id: event.id,
  ...presentEventOf(event),
  source: event.source,
  carrierEventId: event.carrierEventId,
  note: event.note,
  signedBy: event.signedBy,
  photoUrl: event.photoUrl,
  recordedAt: event.recordedAt.toISOString(),
  voidedAt: instantOrNull(event.voidedAt),
  voidReason: event.voidReason,
  voidedBy: event.voidedBy,
});

/** A parcel as its buyer follows it: without what it costs, and without what staff wrote. */
export const presentTracked = (
  tracked: TrackedParcel & { readonly carrier: string | null },
): Static<typeof TrackedParcelModel> => ({
  ...presentShown(tracked),
  carrier: tracked.carrier,
  events: tracked.events.filter(({ voidedAt }) => voidedAt === null).map(presentEventOf),
});

export const presentTracking = (results: readonly TrackingResult[]): Static<typeof TrackingResultModel> => ({
  results: results.map(({ outcome, parcel }, index) => ({
    index,
    outcome,
    parcelId: parcel?.id ?? null,
    state: parcel?.state ?? null,
  })),
});

export const presentRating = ({ parcelId, rating, ratedBy, ratedAt }: DeliveryRating) => ({
  parcelId,
  rating,
  ratedBy,
  ratedAt: ratedAt.toISOString(),
});
