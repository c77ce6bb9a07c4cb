import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { uuid } from '../../platform/http/schema.ts';
import { ConsentCreate, ConsentHistory, ConsentModel, presentConsent } from './consent-schemas.ts';
import { listConsents, recordConsent } from './consents.ts';
import { customersErrors } from './errors.ts';

const tag = 'Customers';
const path = '/v1/customers/{customerId}/consents';
const params = Type.Object({ customerId: uuid('The customer.') });
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** What customers allow and refuse. */
export function consentRoutes(app: FastifyInstance): void {
  recordConsentRoute(app);
  listConsentsRoute(app);
}

function recordConsentRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'recordConsent',
    method: 'POST',
    path,
    tag,
    summary: 'Write down a consent or a refusal',
    description:
      'Nothing is ever changed or deleted: the newest decision of a purpose and channel counts. Marketing and ' +
      'profiling need a consent; service messages belong to the deal and stop only where they are refused.',
    access: { secret: 'customers:write' },
    versioned: true,
    params,
    body: ConsentCreate,
    success: { statuses: [201], schema: ConsentModel, description: 'The decision.' },
    errors: [customersErrors.customer_merged, customersErrors.customer_erased],
    example: {
      params: { customerId: EXAMPLE_ID },
      body: { purpose: 'marketing', channel: 'email', decision: 'granted', source: 'newsletter form' },
    },
    run: (ctx, input) => recordConsent(ctx, input.params.customerId, input.body),
    present: presentConsent,
  });
}

function listConsentsRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listConsents',
    method: 'GET',
    path,
    tag,
    summary: 'List consents and refusals',
    description: 'Every decision there ever was, newest first, and on every page the ones in force.',
    access: { secret: 'customers:read' },
    params,
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: ConsentHistory, description: 'A page of decisions.' },
    errors: [customersErrors.customer_merged],
    example: { params: { customerId: EXAMPLE_ID }, query: { limit: 20 } },
    run: (ctx, input) => listConsents(ctx, input.params.customerId, input.query),
    present: ({ rows, nextCursor, inForce }) => ({
      inForce: inForce.map(presentConsent),
      data: rows.map(presentConsent),
      nextCursor,
    }),
  });
}
