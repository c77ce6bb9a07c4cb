import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { shopErrors } from '../shops/errors.ts';
import { pageQuery } from '../http/pagination.ts';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  pageOf,
  ref,
  text,
  uuid,
} from '../http/schema.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { SCOPES } from './permissions.ts';
import type { ApiKeyRow } from './tables.ts';

const ApiKeyKind = enumeration('ApiKeyKind', 'For servers, or for shop front ends.', [
  'secret',
  'publishable',
]);
const ApiKeyScope = enumeration('Scope', 'What a secret key may do.', SCOPES);
const keyFields = {
  id: uuid('The key.'),
  kind: ref(ApiKeyKind),
  name: text('What the key is for.', 200),
  hint: text('Its first and last characters.', 40),
  scopes: Type.Array(ref(ApiKeyScope), { description: 'Empty for a publishable key.' }),
  expiresAt: nullableInstant('From then on it does not count.'),
  revokedAt: nullableInstant('Since then it does not count.'),
  createdAt: instantText('When it was made.'),
};
const ApiKey = model('ApiKey', 'An API key, without the key itself.', keyFields);
const ApiKeyCreated = model('ApiKeyCreated', 'A new API key. This is the only time that the key is shown.', {
  ...keyFields,
  key: text('The key. Keep it: only its hash is stored.', 100),
});
const ApiKeyCreate = inputModel('ApiKeyCreate', 'A key to make.', {
  kind: ref(ApiKeyKind),
  name: text('What the key is for.', 200),
  scopes: Type.Array(ref(ApiKeyScope), {
    default: [],
    uniqueItems: true,
    maxItems: 50,
    description: 'For secret keys.',
  }),
  expiresAt: Type.Optional(nullableInstant('When it stops counting; real time.')),
});
const ApiKeyPage = pageOf('ApiKeyPage', ApiKey);
const keyParams = Type.Object({ keyId: uuid('The key.') });

const presentApiKey = (row: ApiKeyRow) => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  hint: row.hint,
  scopes: row.scopes as (typeof SCOPES)[number][],
  expiresAt: instantOrNull(row.expiresAt),
  revokedAt: instantOrNull(row.revokedAt),
  createdAt: row.createdAt.toISOString(),
});

/** API keys. */
export function apiKeyRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'createApiKey',
    method: 'POST',
    path: '/v1/api-keys',
    tag: 'API keys',
    summary: 'Make an API key',
    description:
      'The answer is the only place where the key is shown; it is not kept, so an Idempotency-Key is not looked at. ' +
      'Keys of a test shop begin with `sk_test_`.',
    access: { secret: 'api-keys:write' },
    idempotency: 'none',
    body: ApiKeyCreate,
    success: { statuses: [201], schema: ApiKeyCreated, description: 'The key.' },
    errors: [shopErrors.key_already_expired],
    example: { body: { kind: 'secret', name: 'ERP', scopes: ['orders:read', 'products:write'] } },
    run: (ctx, { body }) =>
      createApiKey(ctx, { ...body, expiresAt: body.expiresAt == null ? null : new Date(body.expiresAt) }),
    present: ({ row, key }) => ({ ...presentApiKey(row), key }),
  });

  operation(app, {
    operationId: 'listApiKeys',
    method: 'GET',
    path: '/v1/api-keys',
    tag: 'API keys',
    summary: 'List API keys',
    description: 'Newest first, also revoked and expired ones.',
    access: { secret: 'api-keys:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: ApiKeyPage, description: 'A page of keys.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listApiKeys(ctx, query),
    present: (page) => ({ data: page.rows.map(presentApiKey), nextCursor: page.nextCursor }),
  });

  operation(app, {
    operationId: 'revokeApiKey',
    method: 'POST',
    path: '/v1/api-keys/{keyId}/revoke',
    tag: 'API keys',
    summary: 'Revoke an API key',
    description: 'At once and for good.',
    access: { secret: 'api-keys:write' },
    params: keyParams,
    success: { statuses: [200], schema: ApiKey, description: 'The revoked key.' },
    errors: [],
    example: { params: { keyId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
    run: (ctx, { params }) => revokeApiKey(ctx, params.keyId),
    present: presentApiKey,
  });
}
