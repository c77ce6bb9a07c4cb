import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { problemBody } from '../../platform/http/error-handler.ts';
import { type Problem, platformErrors } from '../../platform/errors.ts';
import { operation } from '../../platform/http/operation.ts';
import { pageQuery } from '../../platform/http/pagination.ts';
import { countryCode, instantText, ref, text, uuid } from '../../platform/http/schema.ts';
import { catalogueErrors } from '../catalogue/errors.ts';
import { consentRoutes } from './consent-routes.ts';
import {
  createCustomer,
  getCustomer,
  getCustomerByExternalId,
  listCustomers,
  updateCustomer,
} from './customers.ts';
import { customersErrors } from './errors.ts';
import { ownProfileRoutes } from './own-profile-routes.ts';
import { personalDataRoutes } from './personal-data-routes.ts';
import {
  Customer,
  CustomerBulkResult,
  CustomerBulkUpsert,
  CustomerCreate,
  CustomerPage,
  CustomerSort,
  CustomerUpdate,
  presentCustomer,
  readChanges,
  readCustomer,
} from './schemas.ts';
import { bulkUpsertCustomers, upsertCustomerByExternalId } from './upsert.ts';

const tag = 'Customers';
const BULK_BODY_LIMIT = 10 * 1_048_576;
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const idParams = Type.Object({ customerId: uuid('The customer.') });
const externalIdParams = Type.Object({ externalId: text('The id in your own system.', 200) });
const EXAMPLE = {
  name: 'Maria Anders',
  company: 'Alfreds Futterkiste',
  locale: 'de-DE',
  country: 'DE',
  contactPoints: [
    { kind: 'email', value: 'maria.anders@alfreds.example', isPrimary: true },
    { kind: 'landline', value: '+49 30 0074321', label: 'office', isPrimary: true },
  ],
  addresses: [
    {
      address: {
        name: 'Maria Anders',
        company: 'Alfreds Futterkiste',
        line1: 'Obere Str. 57',
        city: 'Berlin',
        postalCode: '12209',
        country: 'DE',
      },
      isDefault: true,
    },
  ],
  preferences: { packaging: 'without plastic' },
  staffNote: 'Calls before noon.',
  metadata: { segment: 'horeca' },
};

/** Customers: profile, consents, tokens, merging, export and erasure. */
export function customerRoutes(app: FastifyInstance): void {
  createCustomerRoute(app);
  listCustomersRoute(app);
  bulkUpsertCustomersRoute(app);
  getCustomerByExternalIdRoute(app);
  upsertCustomerByExternalIdRoute(app);
  getCustomerRoute(app);
  updateCustomerRoute(app);
  consentRoutes(app);
  personalDataRoutes(app);
  ownProfileRoutes(app);
}

function createCustomerRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createCustomer',
    method: 'POST',
    path: '/v1/customers',
    tag,
    summary: 'Add a customer',
    description: 'At most one contact point of each kind is primary, and at most one address is the default.',
    access: { secret: 'customers:write' },
    body: CustomerCreate,
    success: { statuses: [201], schema: Customer, description: 'The customer.' },
    errors: [customersErrors.customer_external_id_taken, customersErrors.primary_not_unique],
    example: { body: { externalId: 'ALFKI', ...EXAMPLE } },
    run: (ctx, { body }) => createCustomer(ctx, readCustomer(body)),
    present: (view, ctx) => presentCustomer(view, ctx.shop.currency),
  });
}

function listCustomersRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listCustomers',
    method: 'GET',
    path: '/v1/customers',
    tag,
    summary: 'List customers',
    description:
      'Newest first unless sorted otherwise, with `updatedSince` in the order of changes; with the figures of their ' +
      'purchases. Merged duplicates are left out. To keep a copy up to date read `/v1/changes`: a list can miss what is ' +
      'committed while it is read.',
    access: { secret: 'customers:read' },
    query: Type.Object({
      ...pageQuery,
      contact: Type.Optional(text('Only customers with exactly this e-mail address, number or name.', 200)),
      country: Type.Optional(countryCode()),
      updatedSince: Type.Optional(instantText('Only customers changed at or after this moment.')),
      sort: Type.Optional(ref(CustomerSort)),
    }),
    success: { statuses: [200], schema: CustomerPage, description: 'A page of customers.' },
    errors: [platformErrors.sort_not_available],
    example: { query: { limit: 20, country: 'DE', sort: 'createdAt' } },
    run: (ctx, { query }) => listCustomers(ctx, query),
    present: ({ rows, nextCursor }, ctx) => ({
      data: rows.map((view) => presentCustomer(view, ctx.shop.currency)),
      nextCursor,
    }),
  });
}

function bulkUpsertCustomersRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'bulkUpsertCustomers',
    method: 'POST',
    path: '/v1/customers/bulk',
    tag,
    summary: 'Add or change up to 1,000 customers',
    description:
      'By `externalId`. What an item names is replaced, what it leaves out stays. With `perItem` the answer is 207 ' +
      'and says for each item, in order, what became of it. A body that does not fit the schema is refused as a whole.',
    access: { secret: 'customers:write' },
    bodyLimit: BULK_BODY_LIMIT,
    body: CustomerBulkUpsert,
    success: { statuses: [200, 207], schema: CustomerBulkResult, description: 'What became of each item.' },
    errors: [catalogueErrors.bulk_refused],
    example: {
      body: {
        mode: 'perItem',
        items: [
          { externalId: 'ALFKI', name: 'Maria Anders', company: 'Alfreds Futterkiste', country: 'DE' },
          { externalId: 'BOLID', name: 'Martín Sommer', company: 'Bólido Comidas preparadas', country: 'ES' },
        ],
      },
    },
    run: (ctx, { body }) => {
      const items = body.items.map((item) => ({ ...readCustomer(item), externalId: item.externalId }));
      return bulkUpsertCustomers(ctx, body.mode ?? 'atomic', items);
    },
    present: ({ outcomes }, ctx) => ({
      results: outcomes.map(({ whole, created, problem }, index) =>
        problem
          ? { index, status: problem.definition.status, error: itemError(problem, ctx.requestId) }
          : { index, status: created ? 201 : 200, id: whole.customer.id },
      ),
    }),
    statusOf: ({ mode }) => (mode === 'perItem' ? 207 : 200),
  });
}

const itemError = (problem: Problem, requestId: string) => {
  const { errors, ...body } = problemBody(problem, requestId);
  return { ...body, errors: [...errors] };
};

function getCustomerByExternalIdRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCustomerByExternalId',
    method: 'GET',
    path: '/v1/customers-by-external-id/{externalId}',
    tag,
    summary: 'Read a customer by your own id',
    description: 'By the id that the customer has in your own system.',
    access: { secret: 'customers:read' },
    holdsFigures: true,
    params: externalIdParams,
    success: { statuses: [200], schema: Customer, description: 'The customer.' },
    errors: [customersErrors.customer_merged],
    example: { params: { externalId: 'ALFKI' } },
    run: (ctx, { params }) => getCustomerByExternalId(ctx, params.externalId),
    present: (view, ctx) => presentCustomer(view, ctx.shop.currency),
  });
}

function upsertCustomerByExternalIdRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'upsertCustomerByExternalId',
    method: 'PUT',
    path: '/v1/customers-by-external-id/{externalId}',
    tag,
    summary: 'Add or change a customer by your own id',
    description:
      'What the body names is replaced whole, lists and maps too; what it leaves out stays as it is, or is empty in ' +
      'a new customer. 201 when the customer was added, 200 when it was there. Safe to repeat.',
    access: { secret: 'customers:write' },
    versioned: true,
    params: externalIdParams,
    body: CustomerCreate,
    success: { statuses: [200, 201], schema: Customer, description: 'The customer as it is now.' },
    errors: [customersErrors.customer_merged, customersErrors.primary_not_unique],
    example: { params: { externalId: 'ALFKI' }, body: EXAMPLE },
    run: (ctx, { params, body }) => upsertCustomerByExternalId(ctx, params.externalId, readCustomer(body)),
    present: ({ view }, ctx) => presentCustomer(view, ctx.shop.currency),
    statusOf: ({ created }) => (created ? 201 : 200),
  });
}

function getCustomerRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'getCustomer',
    method: 'GET',
    path: '/v1/customers/{customerId}',
    tag,
    summary: 'Read a customer',
    description:
      'With the figures of their purchases. A duplicate that was merged is not found, and `mergedIntoId` of the ' +
      'answer names the surviving customer. An erased customer has an id and nothing else.',
    access: { secret: 'customers:read' },
    holdsFigures: true,
    params: idParams,
    success: { statuses: [200], schema: Customer, description: 'The customer.' },
    errors: [customersErrors.customer_merged],
    example: { params: { customerId: EXAMPLE_ID } },
    run: (ctx, { params }) => getCustomer(ctx, params.customerId),
    present: (view, ctx) => presentCustomer(view, ctx.shop.currency),
  });
}

function updateCustomerRoute(app: FastifyInstance): void {
  operation(app, {
    operationId: 'updateCustomer',
    method: 'PATCH',
    path: '/v1/customers/{customerId}',
    tag,
    summary: 'Change a customer',
    description:
      'JSON merge patch: null empties a field or removes a key of `preferences` and `metadata`. `contactPoints` and ' +
      '`addresses` are replaced as whole lists.',
    access: { secret: 'customers:write' },
    versioned: true,
    params: idParams,
    body: CustomerUpdate,
    success: { statuses: [200], schema: Customer, description: 'The customer as it is now.' },
    errors: [
      customersErrors.customer_merged,
      customersErrors.customer_erased,
      customersErrors.customer_external_id_taken,
      customersErrors.primary_not_unique,
    ],
    example: {
      params: { customerId: EXAMPLE_ID },
      body: {
        contactPoints: [{ kind: 'mobile', value: '+49 151 0074321', isPrimary: true }],
        preferences: { packaging: null },
      },
    },
    run: (ctx, { params, body }) => updateCustomer(ctx, params.customerId, readChanges(body)),
    present: (view, ctx) => presentCustomer(view, ctx.shop.currency),
  });
}
