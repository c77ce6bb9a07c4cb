import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { ref, text, uuid } from '../../../platform/http/schema.ts';
import {
  createCarrier,
  moveCarrier,
  readCarrier,
  readCarrierByExternalId,
  readCarriers,
  updateCarrier,
  upsertCarrierByExternalId,
} from './carriers.ts';
import { carrierErrors as errors } from './errors.ts';
import { methodRoutes } from './method-routes.ts';
import {
  CarrierCreate,
  CarrierModel,
  CarrierPage,
  CarrierStatusName,
  CarrierUpdate,
  presentCarrier,
} from './schemas.ts';
import type { CarrierStatus } from './states.ts';

const tag = 'Carriers';
const params = Type.Object({ carrierId: uuid('The carrier.') });
const externalIdParams = Type.Object({ externalId: text('The id in your own system.', 200) });
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const example = { params: { carrierId: EXAMPLE_ID } };
const carrier = (description: string) => ({ statuses: [200] as const, schema: CarrierModel, description });
const body = { name: 'Speedy Express', status: 'trial', trialShareBps: 500 };

/** Carriers with their methods and prices. */
export function carrierRoutes(app: FastifyInstance): void {
  writingRoutes(app);
  readingRoutes(app);
  externalIdRoutes(app);
  statusRoutes(app);
  methodRoutes(app);
}

function writingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCarrier',
    method: 'POST',
    path: '/v1/carriers',
    tag,
    summary: 'Add a carrier',
    description:
      'It begins on trial unless it says otherwise: then it gets its share of the suggestions, whatever its score. The shares of all ' +
      'carriers on trial sum to 100 % at most.',
    access: { secret: 'carriers:write' },
    body: CarrierCreate,
    success: { statuses: [201], schema: CarrierModel, description: 'The carrier.' },
    errors: [errors.carrier_external_id_taken, errors.trial_shares_too_large],
    example: { body },
    run: (ctx, input) => createCarrier(ctx, input.body),
    present: presentCarrier,
  });

  operation(app, {
    operationId: 'updateCarrier',
    method: 'PATCH',
    path: '/v1/carriers/{carrierId}',
    tag,
    summary: 'Change a carrier',
    description: 'JSON merge patch. Its status is changed by operations of its own.',
    access: { secret: 'carriers:write' },
    versioned: true,
    params,
    body: CarrierUpdate,
    success: carrier('The carrier as it is now.'),
    errors: [
      errors.carrier_archived,
      errors.carrier_external_id_taken,
      errors.trial_shares_too_large,
      errors.carrier_metadata_full,
    ],
    example: { ...example, body: { trialShareBps: 1000 } },
    run: (ctx, input) => updateCarrier(ctx, input.params.carrierId, input.body),
    present: presentCarrier,
  });
}

function readingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCarriers',
    method: 'GET',
    path: '/v1/carriers',
    tag,
    summary: 'List carriers',
    description: 'With their methods, in the order in which they were added.',
    access: { secret: 'carriers:read' },
    query: Type.Object({ ...pageQuery, status: Type.Optional(ref(CarrierStatusName)) }),
    success: { statuses: [200], schema: CarrierPage, description: 'A page of carriers.' },
    errors: [],
    example: { query: { status: 'trial', limit: 20 } },
    run: (ctx, { query }) => readCarriers(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentCarrier), nextCursor }),
  });

  operation(app, {
    operationId: 'getCarrier',
    method: 'GET',
    path: '/v1/carriers/{carrierId}',
    tag,
    summary: 'Read a carrier',
    description: 'With its methods, which have versions of their own.',
    access: { secret: 'carriers:read' },
    holdsFigures: true,
    params,
    success: carrier('The carrier.'),
    errors: [],
    example,
    run: (ctx, input) => readCarrier(ctx, input.params.carrierId),
    present: presentCarrier,
  });
}

function externalIdRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCarrierByExternalId',
    method: 'GET',
    path: '/v1/carriers-by-external-id/{externalId}',
    tag,
    summary: 'Read a carrier by your own id',
    description: 'By the id that the carrier has in your own system.',
    access: { secret: 'carriers:read' },
    holdsFigures: true,
    params: externalIdParams,
    success: carrier('The carrier.'),
    errors: [],
    example: { params: { externalId: 'shipper-1' } },
    run: (ctx, input) => readCarrierByExternalId(ctx, input.params.externalId),
    present: presentCarrier,
  });

  operation(app, {
    operationId: 'upsertCarrierByExternalId',
    method: 'PUT',
    path: '/v1/carriers-by-external-id/{externalId}',
    tag,
    summary: 'Add or change a carrier by your own id',
    description:
      'What the body names is replaced whole, what it leaves out stays. The status of a carrier that is there is not touched. 201 ' +
      'when it was added, 200 when it was there. Safe to repeat.',
    access: { secret: 'carriers:write' },
    versioned: true,
    params: externalIdParams,
    body: CarrierCreate,
    success: { statuses: [200, 201], schema: CarrierModel, description: 'The carrier as it is now.' },
    errors: [errors.carrier_archived, errors.trial_shares_too_large],
    example: { params: { externalId: 'shipper-1' }, body },
    run: (ctx, input) => upsertCarrierByExternalId(ctx, input.params.externalId, input.body),
    present: ({ whole }) => presentCarrier(whole),
    statusOf: ({ created }) => (created ? 201 : 200),
  });
}

const VERBS: readonly {
  readonly verb: string;
  readonly operationId: string;
  readonly status: CarrierStatus;
  readonly summary: string;
  readonly description: string;
}[] = [
  {
    verb: 'try',
    operationId: 'tryCarrier',
    status: 'trial',
    summary: 'Put a carrier on trial',
    description: 'It gets its share of the suggestions, whatever its score.',
  },
  {
    verb: 'activate',
    operationId: 'activateCarrier',
    status: 'active',
    summary: 'Take a carrier on',
    description: 'It is ranked beside the others by what it costs and how it does.',
  },
  {
    verb: 'pause',
    operationId: 'pauseCarrier',
    status: 'paused',
    summary: 'Let a carrier rest',
    description: 'It is not suggested and gets no parcels. What it has on the way goes on.',
  },
  {
    verb: 'archive',
    operationId: 'archiveCarrier',
    status: 'archived',
    summary: 'File a carrier away',
    description: 'For good: it is kept for the parcels that it carried, and its events are still taken.',
  },
];

function statusRoutes(app: FastifyInstance): void {
  for (const { verb, operationId, status, summary, description } of VERBS) {
    operation(app, {
      operationId,
      method: 'POST',
      path: `/v1/carriers/{carrierId}/${verb}`,
      tag,
      summary,
      description,
      access: { secret: 'carriers:write' },
      versioned: true,
      params,
      success: carrier('The carrier as it is now.'),
      errors: [
        errors.carrier_status_not_possible,
        ...(status === 'trial' ? [errors.trial_shares_too_large] : []),
      ],
      example,
      run: (ctx, input) => moveCarrier(ctx, input.params.carrierId, status),
      present: presentCarrier,
    });
  }
}
