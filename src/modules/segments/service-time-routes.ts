import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { instantText, uuid } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import { segmentErrors } from './errors.ts';
import {
  presentServiceTime,
  ServiceTimeCreate,
  ServiceTimeModel,
  ServiceTimePage,
} from './member-schemas.ts';
import { listServiceTimes, recordServiceTime, voidServiceTime } from './service-times.ts';

const tag = 'Segments';
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Service time: the minutes that staff spent on customers. */
export function serviceTimeRoutes(app: FastifyInstance): void {
  writingRoutes(app);
  listServiceTimesRoute(app);
}

function writingRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'recordServiceTime',
    method: 'POST',
    path: '/v1/service-times',
    tag,
    summary: 'Write down time that staff spent on a customer',
    description:
      'The other half of what a segment is worth: its share of the sales against its share of the work.',
    access: { secret: 'segments:write' },
    body: ServiceTimeCreate,
    success: { statuses: [201], schema: ServiceTimeModel, description: 'The entry.' },
    errors: [
      customersErrors.customer_not_found,
      customersErrors.customer_merged,
      customersErrors.customer_erased,
      segmentErrors.service_time_in_future,
    ],
    example: {
      body: {
        customerId: EXAMPLE_ID,
        minutes: 12,
        kind: 'call',
        workedBy: 'Nancy Davolio',
        subject: { type: 'order', id: '01890a5d-ac96-774b-bcce-b302099a8058' },
      },
    },
    run: (ctx, { body }) => recordServiceTime(ctx, body),
    present: presentServiceTime,
  });

  operation(app, {
    operationId: 'voidServiceTime',
    method: 'POST',
    path: '/v1/service-times/{serviceTimeId}/void',
    tag,
    summary: 'Take service time back',
    description: 'A mistake: it stays in the list and counts no more. Again it changes nothing.',
    access: { secret: 'segments:write' },
    params: Type.Object({ serviceTimeId: uuid('The entry.') }),
    success: { statuses: [200], schema: ServiceTimeModel, description: 'The entry.' },
    errors: [],
    example: { params: { serviceTimeId: EXAMPLE_ID } },
    run: (ctx, { params: { serviceTimeId } }) => voidServiceTime(ctx, serviceTimeId),
    present: presentServiceTime,
  });
}

function listServiceTimesRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listServiceTimes',
    method: 'GET',
    path: '/v1/service-times',
    tag,
    summary: 'List service time',
    description: 'The newest work first; also what was taken back.',
    access: { secret: 'segments:read' },
    query: Type.Object({
      ...pageQuery,
      customerId: Type.Optional(uuid('Only work on this customer.')),
      workedFrom: Type.Optional(instantText('Only work at or after this moment.')),
      workedTo: Type.Optional(instantText('Only work before this moment.')),
    }),
    success: { statuses: [200], schema: ServiceTimePage, description: 'A page of service time.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listServiceTimes(ctx, query),
    present: ({ rows, nextCursor }) => ({ data: rows.map(presentServiceTime), nextCursor }),
  });
}
