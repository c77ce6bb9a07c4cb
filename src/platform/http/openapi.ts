import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { type ErrorDefinition, platformErrors } from '../errors.ts';
import { restoreDescriptions } from './references.ts';
import type { Operation } from './operation.ts';
import { ProblemDetails, ref, requireWithoutDefaults } from './schema.ts';

/** Every refusal that an operation can give: its own and those of its kind. */
function errorsOf(op: Operation): ErrorDefinition[] {
  const e = platformErrors;
  const common: ErrorDefinition[] = [
    e.malformed_request,
    e.validation_failed,
    e.uri_too_long,
    ...(op.access.open || op.access.link ? [] : [e.unauthenticated, e.insufficient_scope]),
    ...(op.idempotency === 'required' ? [e.idempotency_key_missing] : []),
    ...(takesKey(op) ? [e.idempotency_key_in_use, e.idempotency_key_reused] : []),
    ...(op.query && 'cursor' in op.query.properties ? [e.invalid_cursor] : []),
    ...(op.params ? [e.not_found] : []),
    ...(op.versioned ? [e.version_mismatch] : []),
    // A body is read, and refused, also where none is taken.
    ...(op.method === 'GET' ? [] : [e.version_conflict, e.body_too_large]),
    e.unsupported_media_type,
    e.rate_limited,
    e.internal_error,
    e.overloaded,
  ];
  return [...new Map([...common, ...op.errors].map((error) => [error.code, error])).values()];
}

/** Whether a repetition of it gets the answer that the first got. */
export const takesKey = (op: Operation): boolean =>
  op.method === 'POST' && !op.access.open && op.idempotency !== 'none';

/** The Fastify schema of an operation: what validates, serialises and documents. */
export function describeOperation(op: Operation): FastifySchema {
  const byStatus = new Map<number, ErrorDefinition[]>();
  for (const error of errorsOf(op))
    byStatus.set(error.status, [...(byStatus.get(error.status) ?? []), error]);
  const refusals = [...byStatus].map(([status, errors]) => [
    status,
    {
      description: errors.map((error) => `\`${error.code}\`: ${error.title}.`).join(' '),
      content: { 'application/problem+json': { schema: ref(ProblemDetails) } },
    },
  ]);
  const successes = op.success.statuses.map((status) => [
    status,
    op.streams
      ? { description: op.success.description, content: { [op.streams]: { schema: ref(op.success.schema) } } }
      : { ...ref(op.success.schema), description: op.success.description },
  ]);
  const headers = {
    ...(takesKey(op) ? { 'idempotency-key': keyHeader(op.idempotency === 'required') } : {}),
    ...(op.versioned ? { 'if-match': ifMatchHeader } : {}),
  };
  return {
    operationId: op.operationId,
    tags: [op.tag],
    summary: op.summary,
    description: op.description,
    security: securityOf(op),
    ...(op.params ? { params: op.params } : {}),
    // An unknown query parameter is a mistake that must not pass silently.
    querystring: closed(op),
    ...(op.body ? { body: ref(op.body) } : {}),
    ...(Object.keys(headers).length > 0 ? { headers: Type.Object(headers) } : {}),
    response: Object.fromEntries([...successes, ...refusals]),
  };
}

const closed = (op: Operation) =>
  requireWithoutDefaults(Type.Object(op.query?.properties ?? {}, { additionalProperties: false }));

const keyHeader = (required: boolean) => {
  const schema = Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'Makes the request safe to repeat for seven days: the same key gets the same answer.',
  });
  return required ? schema : Type.Optional(schema);
};

const ifMatchHeader = Type.Optional(
  Type.String({ description: 'The ETag of the version to change; another version is refused with 412.' }),
);

function securityOf({ access }: Operation): Record<string, string[]>[] {
  return [
    ...(access.secret ? [{ secretKey: [] }] : []),
    ...(access.publishable ? [{ publishableKey: [] }] : []),
    ...(access.customer ? [{ customerToken: [] }] : []),
  ];
}

type Schema = Record<string, unknown> & {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, { readonly const?: string }>>;
  readonly oneOf?: readonly { readonly $ref?: string }[];
  readonly discriminator?: { readonly propertyName: string; mapping?: Record<string, string> };
};
interface Document {
  components?: { schemas?: Record<string, Schema> };
  paths?: Record<string, Record<string, Record<string, unknown> & { operationId?: string }>>;
}

/** Completes the generated document with what Fastify's schemas have no place for: examples, scopes, ETags. */
export function completeDocument(document: object, operations: ReadonlyMap<string, Operation>): object {
  const schemas = (document as Document).components?.schemas ?? {};
  restoreDescriptions(schemas);
  nameMembers(schemas);
  for (const methods of Object.values((document as Document).paths ?? {})) {
    for (const described of Object.values(methods)) {
      const op = operations.get(described.operationId ?? '');
      if (op) complete(described, op, schemas);
    }
  }
  return document;
}

// The validator knows which member of a union is meant by the constant in it; generators need to be told.
function nameMembers(schemas: Record<string, Schema>): void {
  for (const { discriminator, oneOf = [] } of Object.values(schemas)) {
    if (!discriminator) continue;
    const { propertyName } = discriminator;
    const named = oneOf.flatMap(({ $ref = '' }): [string, string][] => {
      const name = schemas[$ref.split('/').at(-1) ?? '']?.properties?.[propertyName]?.const;
      return name === undefined ? [] : [[name, $ref]];
    });
    discriminator.mapping = Object.fromEntries(named);
  }
}

interface Parameter {
  in: string;
  name: string;
  description?: string;
  schema?: { $ref?: string; type?: string };
  example?: unknown;
}
interface Described {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { example?: unknown }> };
  responses?: Record<string, { description?: string; headers?: Record<string, unknown> }>;
  'x-scope'?: string;
}

function complete(
  described: Record<string, unknown>,
  op: Operation,
  schemas: Record<string, { description?: string }>,
): void {
  const target = described as Described;
  if (op.access.secret) target['x-scope'] = op.access.secret;
  for (const parameter of target.parameters ?? []) {
    const example = parameter.in === 'path' ? op.example.params : op.example.query;
    if (example && parameter.name in example) parameter.example = example[parameter.name];
    // Words beside a reference are lost on the way here; without any, a parameter says what its component says.
    const own = parameter.in === 'query' ? op.query?.properties[parameter.name]?.description : undefined;
    const component = schemas[parameter.schema?.$ref?.split('/').at(-1) ?? ''];
    const words = own ?? component?.description;
    if (words) parameter.description ??= words;
    // Header names in their usual spelling.
    if (parameter.in === 'header')
      parameter.name = parameter.name === 'if-match' ? 'If-Match' : 'Idempotency-Key';
  }
  const json = target.requestBody?.content['application/json'];
  if (json && op.example.body !== undefined) json.example = op.example.body;
  if ('version' in ((op.success.schema as { properties?: object }).properties ?? {})) {
    for (const status of op.success.statuses) addEtag(target.responses?.[String(status)]);
    if (op.method === 'GET' && !op.holdsFigures) addNotModified(target);
  }
}

// Only said, not validated: any text is allowed, and one that is no ETag of ours matches nothing.
function addNotModified(target: Described): void {
  const description = 'The ETag of the version that is known; when it is still that one, the answer is 304.';
  const schema = { type: 'string' };
  target.parameters = [
    ...(target.parameters ?? []),
    { in: 'header', name: 'If-None-Match', description, schema },
  ];
  target.responses = {
    ...target.responses,
    304: { description: 'It is still the version that If-None-Match names.' },
  };
}

function addEtag(response: { headers?: Record<string, unknown> } | undefined): void {
  if (!response) return;
  response.headers = {
    ...response.headers,
    ETag: { description: 'The version, for If-Match and If-None-Match.', schema: { type: 'string' } },
  };
}
