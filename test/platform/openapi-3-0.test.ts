import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCountry } from '../../src/platform/countries.ts';
import fc from 'fast-check';
import t from 'tap';
import { buildDocuments } from '../../src/documents.ts';
import { convertSchema, toOpenApi30 } from '../../src/platform/http/openapi-3-0.ts';

type Schema = Record<string, unknown>;

const documents = await buildDocuments();
const original = JSON.parse(documents['openapi.json'] ?? '{}');
const rendition = JSON.parse(documents['openapi-3.0.json'] ?? '{}');
const schemas = original.components.schemas as Record<string, Schema>;

/**
 * A schema of 3.0 read back as JSON Schema, independently of how it was made: `nullable` is "or null", the exclusive
 * limits are marks, and what was kept under an `x-` counts.
 */
function readBack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readBack);
  if (value === null || typeof value !== 'object') return value;
  const { nullable, exclusiveMinimum, exclusiveMaximum, ...rest } = Object.fromEntries<unknown>(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/^x-/, ''),
      ['enum', 'example', 'default'].includes(key) ? inner : readBack(inner),
    ]),
  );
  if (exclusiveMinimum === true) Object.assign(rest, { exclusiveMinimum: rest['minimum'] });
  if (exclusiveMaximum === true) Object.assign(rest, { exclusiveMaximum: rest['maximum'] });
  if (nullable !== true) return rest;
  if (Array.isArray(rest['allOf'])) return { anyOf: [rest, { type: 'null' }] };
  return { ...rest, type: [rest['type'], 'null'] };
}

function validators(components: Record<string, unknown>) {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addFormat('country-code', isCountry);
  for (const [name, schema] of Object.entries(components)) {
    ajv.addSchema(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '')), name);
  }
  return (name: string, value: unknown) => ajv.validate(name, value);
}

// Values that a member may be given, right ones and wrong ones, with all the borders of the document's own limits.
const leaf = fc.oneof(
  fc.constantFrom(null, '', 'a', 'EUR', 'x'.repeat(41), 0, 1, -1, 0.5, 101, true, false),
  fc.constantFrom('2026-01-31', '2026-01-31T10:00:00.000Z', '01890a5d-ac96-774b-bcce-b302099a8057'),
  fc.integer(),
  fc.string(),
);

/** Values of which many fit the schema and many just do not. */
function valuesOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const { $ref, anyOf } = schema;
  if (depth > 5) return leaf;
  const inner = (s: unknown) => valuesOf(s as Schema, depth + 1);
  const fitting = (): fc.Arbitrary<unknown> => {
    if (typeof $ref === 'string') return inner(schemas[$ref.split('/').at(-1) ?? '']);
    if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(inner));
    if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
    const types = [schema['type']].flat();
    if (types.includes('object')) return objectsOf(schema, inner);
    if (types.includes('array')) return fc.array(inner(schema['items']), { maxLength: 3 });
    if (types.includes('integer')) return fc.integer({ min: 0, max: 200 });
    if (schema['format'] === 'uuid') return fc.uuid();
    if (schema['format'] === 'date-time') return fc.constant('2026-01-31T10:00:00.000Z');
    return types.includes('string') ? fc.string({ minLength: 1, maxLength: 45 }) : leaf;
  };
  return fc.oneof({ weight: 12, arbitrary: fitting() }, { weight: 1, arbitrary: leaf });
}

function objectsOf(schema: Schema, inner: (s: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, unknown>;
  const named = fc.record(Object.fromEntries(Object.entries(properties).map(([k, s]) => [k, inner(s)])), {
    requiredKeys: (schema['required'] ?? []) as string[],
  });
  const more = schema['additionalProperties'];
  const extra = fc.dictionary(
    fc.string({ maxLength: 45 }),
    more === null || typeof more !== 'object' ? leaf : inner(more),
    { maxKeys: 2 },
  );
  const weight = more === false ? 1 : 8;
  return fc.oneof(
    { weight: 8, arbitrary: named },
    { weight, arbitrary: fc.tuple(named, extra).map(([a, b]) => ({ ...b, ...a })) },
  );
}

t.test('every component takes and refuses the same values in both versions', async (t) => {
  t.same(Object.keys(rendition.components.schemas), Object.keys(schemas), 'the same components');
  const fits31 = validators(schemas);
  const fits30 = validators(readBack(rendition.components.schemas) as Record<string, unknown>);
  const seen = { fitting: 0, refused: 0 };
  for (const [name, schema] of Object.entries(schemas)) {
    fc.assert(
      fc.property(valuesOf(schema), (value) => {
        const fits = fits31(name, value);
        seen[fits ? 'fitting' : 'refused'] += 1;
        return fits30(name, value) === fits;
      }),
      { numRuns: 60 },
    );
  }
  t.ok(seen.fitting > 1000 && seen.refused > 1000, JSON.stringify(seen));
});

t.test('the operations are the same', async (t) => {
  const said = (document: { paths: Record<string, Record<string, { operationId: string }>> }) =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, op]) => `${method} ${path} ${op.operationId}`),
    );
  t.equal(rendition.openapi, '3.0.3');
  t.same(said(rendition), said(original));
  t.match(rendition.info.license, { url: '#/info/license', 'x-identifier': 'LicenseRef-Makegood' });
  t.notMatch(documents['openapi-3.0.json'], /"type": \[|"type": "null"|"propertyNames"/, 'no words of 3.1');
});

const NAMED = {
  Colour: { type: 'string', enum: ['red', 'blue'] },
  Box: { type: 'object', properties: {}, additionalProperties: true },
};
const CASES: [string, Schema, Schema][] = [
  [
    'string or null',
    { type: ['string', 'null'], maxLength: 3 },
    { type: 'string', nullable: true, maxLength: 3 },
  ],
  ['nothing but null', { type: 'null' }, { allOf: [{ type: 'string', nullable: true, enum: [null] }] }],
  [
    'a component or null',
    { anyOf: [{ $ref: '#/components/schemas/Colour' }, { type: 'null' }], description: 'One.' },
    { description: 'One.', type: 'string', nullable: true, allOf: [{ $ref: '#/components/schemas/Colour' }] },
  ],
  [
    'a component with more said about it',
    { $ref: '#/components/schemas/Colour', description: 'One.' },
    { description: 'One.', allOf: [{ $ref: '#/components/schemas/Colour' }] },
  ],
  [
    'several types',
    { type: ['string', 'integer', 'null'] },
    {
      allOf: [
        {
          anyOf: [
            { type: 'string', nullable: true },
            { type: 'integer', nullable: true },
          ],
        },
      ],
    },
  ],
  ['one value', { const: 'a' }, { enum: ['a'] }],
  [
    'above',
    { type: 'integer', exclusiveMinimum: 3 },
    { type: 'integer', minimum: 3, exclusiveMinimum: true },
  ],
  ['two limits', { minimum: 5, exclusiveMinimum: 3 }, { minimum: 5 }],
  ['two equal limits', { maximum: 3, exclusiveMaximum: 3 }, { maximum: 3, exclusiveMaximum: true }],
  ['examples', { examples: ['a', 'b'] }, { example: 'a', 'x-examples': ['a', 'b'] }],
  ['names of keys', { propertyNames: { maxLength: 3 } }, { 'x-propertyNames': { maxLength: 3 } }],
  [
    'patterns of keys',
    { patternProperties: { '^a': { type: 'null' } }, additionalProperties: false },
    {
      'x-patternProperties': { '^a': { type: 'null' } },
      'x-additionalProperties': false,
      additionalProperties: true,
    },
  ],
  ['a list of anything', { type: 'array' }, { type: 'array', items: {} }],
  [
    'first items of their own',
    { prefixItems: [{ type: 'integer' }], items: false },
    { 'x-prefixItems': [{ type: 'integer' }], items: {}, 'x-items': { not: {} } },
  ],
];

t.test('what 3.0 says in other words', async (t) => {
  for (const [name, schema, expected] of CASES) t.strictSame(convertSchema(schema, NAMED), expected, name);
  t.throws(() => convertSchema({ $dynamicRef: '#x' }, NAMED), /\$dynamicRef/, 'nothing is left out silently');
  t.throws(() => toOpenApi30({ components: { pathItems: {} } }), /pathItems/);
});

t.test('what stands around the schemas', async (t) => {
  const converted = toOpenApi30({
    openapi: '3.1.0',
    info: {
      title: 'A',
      version: '1',
      summary: 'Short.',
      description: 'Long.',
      license: { name: 'M', identifier: 'MIT' },
    },
    paths: {
      '/a': {
        get: { responses: { 200: { content: { j: { schema: { const: 1 }, example: { schema: 1 } } } } } },
      },
    },
    webhooks: {
      made: { post: { requestBody: { content: { j: { schema: { type: ['null', 'string'] } } } } } },
    },
  });
  t.strictSame(converted, {
    openapi: '3.0.3',
    info: {
      title: 'A',
      version: '1',
      license: { name: 'M', url: 'https://spdx.org/licenses/MIT.html', 'x-identifier': 'MIT' },
      description: 'Short.\n\nLong.',
    },
    paths: {
      '/a': {
        get: { responses: { 200: { content: { j: { schema: { enum: [1] }, example: { schema: 1 } } } } } },
      },
    },
    'x-webhooks': {
      made: { post: { requestBody: { content: { j: { schema: { type: 'string', nullable: true } } } } } },
    },
  });
});
