import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../../platform/http/schema.ts';
import { parcelErrors as errors } from './errors.ts';
import { readParcel, readParcelEvents, readParcels } from './read.ts';
import { reportParcel, updateParcel } from './report.ts';
import {
  ParcelEventList,
  ParcelEventVoid,
  ParcelModel,
  ParcelPage,
  ParcelReportModel,
  ParcelStateName,
  ParcelUpdate,
  presentParcel,
  presentParcelEvent,
  presentTracking,
  TrackingEvents,
  TrackingResultModel,
} from './schemas.ts';
import { recordTrackingEvents } from './track.ts';
import { voidParcelEvent } from './void.ts';

const tag = 'Parcels';
const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const params = Type.Object({ parcelId: uuid('The parcel.') });
const example = { params: { parcelId: someId } };
const parcel = (description: string) => ({ statuses: [200] as const, schema: ParcelModel, description });
const BULK_BODY_LIMIT = 10 * 1_048_576;

/** Parcels and what happens to them. */
export function parcelRoutes(app: FastifyInstance): void {
  trackingRoutes(app);
  readingRoutes(app);
  eventRoutes(app);
  writingRoutes(app);
}

function trackingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'recordTrackingEvents',
    method: 'POST',
    path: '/v1/carriers/{carrierId}/tracking-events/bulk',
    tag,
    summary: 'Take in what a carrier tells of its parcels',
    description:
      'Up to 1,000 events in any order: each counts at the time at which it happened, and once by the carrier’s id. The answer says ' +
      'what became of each; one with a number that no parcel has yet is named and ' +
      'waits for it. When the last parcel of a shipment ' +
      'has arrived, the shipment of the order has.',
    access: { secret: 'parcels:write' },
    bodyLimit: BULK_BODY_LIMIT,
    params: Type.Object({ carrierId: uuid('The carrier.') }),
    body: TrackingEvents,
    success: { statuses: [207], schema: TrackingResultModel, description: 'What became of each event.' },
    errors: [],
    example: {
      params: { carrierId: someId },
      body: {
        events: [
          {
            carrierEventId: 'scan-7731',
            trackingNumber: 'SE-10248',
            kind: 'delivered',
            occurredAt: '2026-03-17T08:05:00Z',
            place: 'Reims',
            signedBy: 'P. Henriot',
          },
        ],
      },
    },
    run: (ctx, input) => recordTrackingEvents(ctx, input.params.carrierId, input.body.events),
    present: presentTracking,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listParcels',
    method: 'GET',
    path: '/v1/parcels',
    tag,
    summary: 'List parcels',
    description: 'Newest first: of a carrier, in a state, of an order, or with a number.',
    access: { secret: 'parcels:read' },
    query: Type.Object({
      ...pageQuery,
      carrierId: Type.Optional(uuid('Only parcels of this carrier.')),
      state: Type.Optional(ref(ParcelStateName)),
      orderId: Type.Optional(uuid('Only parcels of this order.')),
      trackingNumber: Type.Optional(text('Only parcels with exactly this number.', 100)),
    }),
    success: { statuses: [200], schema: ParcelPage, description: 'A page of parcels.' },
    errors: [],
    example: { query: { state: 'in_transit', limit: 20 } },
    run: (ctx, { query }) => readParcels(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentParcel), nextCursor }),
  });

  operation(app, {
    operationId: 'getParcel',
    method: 'GET',
    path: '/v1/parcels/{parcelId}',
    tag,
    summary: 'Read a parcel',
    description: 'With what is in it, where it stands and what it costs.',
    access: { secret: 'parcels:read' },
    holdsFigures: true,
    params,
    success: parcel('The parcel.'),
    errors: [],
    example,
    run: (ctx, input) => readParcel(ctx, input.params.parcelId),
    present: presentParcel,
  });
}

function eventRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listParcelEvents',
    method: 'GET',
    path: '/v1/parcels/{parcelId}/events',
    tag,
    summary: 'List what happened to a parcel',
    description: 'Everything that was told of it, in the order in which it happened, with who told it.',
    access: { secret: 'parcels:read' },
    params,
    success: { statuses: [200], schema: ParcelEventList, description: 'The events.' },
    errors: [],
    example,
    run: (ctx, input) => readParcelEvents(ctx, input.params.parcelId),
    present: (events) => ({ data: events.map(presentParcelEvent) }),
  });

  operation(app, {
    operationId: 'voidParcelEvent',
    method: 'POST',
    path: '/v1/parcels/{parcelId}/events/{eventId}/void',
    tag,
    summary: 'Say that something told of a parcel does not count',
    description:
      'A wrong scan, for example. It stays to be read with the reason; the parcel stands where the rest of what was told puts it. Where ' +
      'a shipment had arrived by it, it has not: the order is shipped again, unless it is completed; then its timeline says so. The ' +
      'last delivery of a parcel that its buyer rated counts.',
    access: { secret: 'parcels:write' },
    versioned: true,
    params: Type.Object({ parcelId: uuid('The parcel.'), eventId: uuid('What was told.') }),
    body: ParcelEventVoid,
    success: parcel('The parcel as it is now.'),
    errors: [errors.parcel_event_not_voidable],
    example: {
      params: { ...example.params, eventId: someId },
      body: { reason: 'The courier scanned the wrong door.' },
    },
    run: (ctx, { params: ids, body }) => voidParcelEvent(ctx, { ...ids, ...body }),
    present: presentParcel,
  });
}

function writingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'reportParcel',
    method: 'POST',
    path: '/v1/parcels/{parcelId}/reports',
    tag,
    summary: 'Say what happened to a parcel',
    description:
      'By staff: that it is lost, damaged, arrived or came back, now or at a time before. What is known already changes nothing; ' +
      'what cannot have happened as it stands is refused.',
    access: { secret: 'parcels:write' },
    versioned: true,
    params,
    body: ParcelReportModel,
    success: parcel('The parcel as it is now.'),
    errors: [errors.parcel_event_in_future, errors.parcel_event_too_early, errors.parcel_not_reportable],
    example: { ...example, body: { kind: 'lost', note: 'The carrier has no trace of it.' } },
    run: (ctx, input) => reportParcel(ctx, input.params.parcelId, input.body),
    present: presentParcel,
  });

  operation(app, {
    operationId: 'updateParcel',
    method: 'PATCH',
    path: '/v1/parcels/{parcelId}',
    tag,
    summary: 'Write down what was learned of a parcel',
    description:
      'Its number, its weight, or what the carrier’s bill says of it. What it was promised for is not changed.',
    access: { secret: 'parcels:write' },
    versioned: true,
    params,
    body: ParcelUpdate,
    success: parcel('The parcel as it is now.'),
    errors: [errors.tracking_number_taken],
    example: { ...example, body: { costAmount: 1130 } },
    run: (ctx, input) => updateParcel(ctx, input.params.parcelId, input.body),
    present: presentParcel,
  });
}
