import { readFileSync } from 'node:fs';
import t from 'tap';
import { buildDocuments } from '../../src/documents.ts';
import { allErrors, allEvents } from '../../src/registry.ts';

const documents = await buildDocuments();
const document = JSON.parse(documents['openapi.json'] ?? '{}');

interface Described {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: {
    in: string;
    name: string;
    description?: string;
    required?: boolean;
    example?: unknown;
    schema: unknown;
  }[];
  requestBody?: { content: Record<string, { example?: unknown; schema: unknown }> };
  responses: Record<
    string,
    { description?: string; content?: Record<string, { schema: { $ref?: string } }> }
  >;
}

const operations: [string, Described][] = Object.entries(
  document.paths as Record<string, Record<string, Described>>,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, op]): [string, Described] => [`${method.toUpperCase()} ${path}`, op]),
);

t.test('the committed documents are what the code says', async (t) => {
  for (const [name, text] of Object.entries(documents)) {
    const committed = readFileSync(new URL(`../../openapi/${name}`, import.meta.url), 'utf8');
    t.ok(committed === text, `openapi/${name} is up to date (npm run openapi)`);
  }
});

t.test('every operation says what it is and who may call it', async (t) => {
  t.ok(operations.length > 40, `${operations.length} operations`);
  const ids = operations.map(([, op]) => op.operationId);
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique');
  const tags = new Set((document.tags as { name: string }[]).map(({ name }) => name));
  for (const [where, op] of operations) {
    t.match(op.operationId, /^[a-z]+[A-Za-z]+$/, `${where}: operationId`);
    t.ok(op.summary && op.description, `${where}: summary and description`);
    t.equal(op.tags?.length, 1, `${where}: one tag`);
    t.ok(tags.has(op.tags?.[0] ?? ''), `${where}: the tag is described`);
    t.ok(Array.isArray(op.security), `${where}: credentials`);
  }
});

t.test('every operation has a realistic example', async (t) => {
  for (const [where, op] of operations) {
    for (const parameter of op.parameters ?? []) {
      t.ok(
        parameter.description || (parameter.schema as { description?: string }).description,
        `${where}: ${parameter.name} is described`,
      );
      t.notOk((parameter.schema as { enum?: unknown }).enum, `${where}: ${parameter.name}: enums have names`);
      if (parameter.in === 'path')
        t.not(parameter.example, undefined, `${where}: ${parameter.name} has an example`);
    }
    const body = op.requestBody?.content['application/json'];
    if (body) t.not(body.example, undefined, `${where}: the body has an example`);
  }
});

t.test('every operation states its refusals, all in one shape', async (t) => {
  for (const [where, op] of operations) {
    const statuses = Object.keys(op.responses);
    const isOpen = op.security?.length === 0;
    t.ok(isOpen || (statuses.includes('401') && statuses.includes('403')), `${where}: 401 and 403`);
    t.ok(statuses.includes('503'), `${where}: 503`);
    if (where.includes('{')) t.ok(statuses.includes('404'), `${where}: 404`);
    if (op.requestBody) t.ok(statuses.includes('413') && statuses.includes('415'), `${where}: 413 and 415`);
    for (const status of statuses.filter((text) => Number(text) >= 400)) {
      const schema = op.responses[status]?.content?.['application/problem+json']?.schema;
      t.equal(schema?.$ref, '#/components/schemas/Problem', `${where}: ${status} is a problem`);
    }
  }
});

/** Every schema in the document, with where it stands. */
function* schemasIn(value: unknown, path: string): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* schemasIn(item, `${path}/${index}`);
  } else if (value !== null && typeof value === 'object') {
    yield [path, value as Record<string, unknown>];
    for (const [key, item] of Object.entries(value)) yield* schemasIn(item, `${path}/${key}`);
  }
}

t.test('components generate clean clients', async (t) => {
  for (const [name, schema] of Object.entries(
    document.components.schemas as Record<string, Record<string, unknown>>,
  )) {
    t.ok(schema['description'], `${name} is described`);
    for (const [path, inner] of schemasIn(schema, name)) {
      if (path !== name && path.endsWith('/properties')) continue;
      t.notOk(inner['readOnly'], `${path}: no readOnly`);
      t.notOk(
        Array.isArray(inner['anyOf']) && inner['anyOf'].some((item) => 'const' in item),
        `${path}: no union of literals`,
      );
      const isAnonymous = path !== name && inner['type'] === 'object' && inner['properties'] !== undefined;
      t.notOk(isAnonymous, `${path}: objects inside components have names`);
    }
    for (const [property, inner] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      t.ok(inner['description'] || inner['$ref'], `${name}.${property} is described`);
      t.notOk(inner['enum'], `${name}.${property}: enums have names`);
      if (property.endsWith('Amount')) t.not(inner['type'], 'number', `${name}.${property} is no float`);
    }
  }
});

t.test('the introduction says what works otherwise than usual', async (t) => {
  const { description } = document.info;
  const takesKey = (op: Described) => op.parameters?.some(({ name }) => name === 'Idempotency-Key');
  for (const [where, op] of operations.filter(([where]) => where.startsWith('POST ')))
    t.equal(description.includes(`\`${where}\``), !takesKey(op), `${where}: whether it takes a key`);
  const lists = operations.filter(([, op]) => op.parameters?.some(({ name }) => name === 'after'));
  t.ok(lists.length > 0);
  for (const [where] of lists)
    t.match(description, new RegExp(`\`${where}\` pages by \`after\``), `${where} pages otherwise`);
});

t.test('errors and events are unique and documented', async (t) => {
  for (const { error } of allErrors()) {
    t.match(error.code, /^[a-z][a-z0-9_]+$/);
    t.ok(documents['errors.md']?.includes(`\`${error.code}\``), `${error.code} is in errors.md`);
  }
  const types = allEvents().map(({ type }) => type);
  t.equal(new Set(types).size, types.length, 'event types are unique');
  for (const event of allEvents()) {
    t.match(event.type, /^[a-z_]+\.[a-z_]+$/);
    t.ok(event.description, `${event.type} is described`);
    for (const [name, property] of Object.entries(event.data.properties)) {
      t.ok(property.description || property['$ref'], `${event.type}: ${name} is described`);
    }
  }
});
