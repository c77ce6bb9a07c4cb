import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../../platform/http/operation.ts';
import { pageQuery } from '../../../platform/http/pagination.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { customersErrors } from '../../customers/errors.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { activityErrors as e } from '../errors.ts';
import { readCollection } from './collection.ts';
import { helpErrors as h } from './errors.ts';
import { giveHelp } from './help.ts';
import {
  CollectionModel,
  HelpCreate,
  HelpModel,
  HelpPage,
  HelpVoid,
  OwnHelpCreate,
  presentCollection,
  presentHelp,
} from './schemas.ts';
import { listHelps, voidHelp } from './void.ts';

const tag = 'Activities';
const params = Type.Object({ participantId: uuid('Whose collection it is.') });
const EXAMPLE = { participantId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const given = { statuses: [201] as [number], schema: HelpModel, description: 'The like, which counts.' };
const helpRefusals = [
  e.activity_other_type,
  e.activity_not_running,
  e.activity_channel_closed,
  e.activity_sharing_forbidden,
  e.participation_closed,
  h.help_own,
  h.help_repeated,
  h.help_in_ring,
  h.help_limit_reached,
];

export function helpRoutes(app: FastifyInstance): void {
  giveRoutes(app);
  voidRoute(app);
  readRoutes(app);
}

function giveRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'giveHelp',
    method: 'POST',
    path: '/v1/participants/{participantId}/helps',
    tag,
    summary: 'Like a collection for somebody',
    description:
      'For the shop’s own server, which knows who helps: a customer, or somebody by identifiers, of which only keyed hashes are kept. Each ' +
      'helper counts once; nobody helps themselves, and customers do not help each other in a ring.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params,
    body: HelpCreate,
    success: given,
    errors: [
      ...helpRefusals,
      h.helper_unknown,
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
    ],
    example: {
      params: EXAMPLE,
      body: { identifiers: [{ kind: 'wechat', value: 'oK3xV5dHb2' }], channel: 'web' },
    },
    run: (ctx, input) => giveHelp(ctx, input.params.participantId, input.body),
    present: presentHelp,
  });

  operation(app, {
    operationId: 'giveHelpAsCustomer',
    method: 'POST',
    path: '/v1/collections/{participantId}/helps',
    tag,
    summary: 'Like a collection',
    description: 'The same for the customer who calls.',
    access: { customer: true },
    idempotency: 'required',
    params,
    body: OwnHelpCreate,
    success: given,
    errors: helpRefusals,
    example: { params: EXAMPLE, body: { channel: 'web' } },
    run: (ctx, input) =>
      giveHelp(ctx, input.params.participantId, { ...input.body, helperCustomerId: ownIdOf(ctx) }),
    present: presentHelp,
  });
}

function voidRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'voidHelp',
    method: 'POST',
    path: '/v1/helps/{helpId}/void',
    tag,
    summary: 'Take a like out of a collection',
    description:
      'Such as one of many by one person. It does not count any more, its helper does not help the collection again, and what was reached ' +
      'with it is taken back as far as it is still there.',
    access: { secret: 'activities:write' },
    idempotency: 'required',
    params: Type.Object({ helpId: uuid('The like.') }),
    body: HelpVoid,
    success: { statuses: [200], schema: HelpModel, description: 'The like, which counts no more.' },
    errors: [h.help_voided],
    example: {
      params: { helpId: '01890a5d-ac96-774b-bcce-b302099a8057' },
      body: { reason: 'Forty likes of one emulator within a minute.' },
    },
    run: (ctx, input) => voidHelp(ctx, input.params.helpId, input.body.reason),
    present: presentHelp,
  });
}

function readRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCollection',
    method: 'GET',
    path: '/v1/collections/{participantId}',
    tag,
    summary: 'Read a collection that one was sent',
    description: 'What is collected and how far it is; nothing about whose it is.',
    access: { secret: 'activities:read', publishable: true, customer: true },
    params,
    success: { statuses: [200], schema: CollectionModel, description: 'The collection as it is now.' },
    errors: [],
    example: { params: EXAMPLE },
    run: (ctx, input) => readCollection(ctx, input.params.participantId),
    present: presentCollection,
  });

  operation(app, {
    operationId: 'listHelps',
    method: 'GET',
    path: '/v1/participants/{participantId}/helps',
    tag,
    summary: 'List the likes of a collection',
    description: 'Newest first, also those that were taken out.',
    access: { secret: 'activities:read' },
    params,
    query: Type.Object({ ...pageQuery }),
    success: { statuses: [200], schema: HelpPage, description: 'A page of likes.' },
    errors: [],
    example: { params: EXAMPLE, query: { limit: 20 } },
    run: (ctx, input) => listHelps(ctx, input.params.participantId, input.query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentHelp), nextCursor }),
  });
}
