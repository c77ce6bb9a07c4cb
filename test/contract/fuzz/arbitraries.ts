import fc from 'fast-check';
import type { Published, Schema } from '../document.ts';

// From a schema of the document to values that fit it. Edges are as likely as everything between them.

/** Values that exist in the shop, by the name under which requests ask for them. */
export type Pools = Readonly<Record<string, readonly string[]>>;

type Values = fc.Arbitrary<unknown>;
export interface Source {
  readonly published: Published;
  readonly pools: Pools;
}

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index));
const OTHERS = ['ä', 'ß', '茶', '🍵', 'İ', '\u200f', '\u0301', '\u2028', '\n', '\t'];
const character = fc.constantFrom(...ASCII, ...OTHERS);

const EDGES_OF_TIME = [
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '1969-12-31T23:59:59.999999999Z',
  '2000-02-29T23:59:59.5+05:30',
  '2038-01-19T03:14:08Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
];
const time = fc.oneof(
  fc
    .date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom(...EDGES_OF_TIME),
);

const day = fc.oneof(
  fc
    .integer({ min: -10_000, max: 40_000 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
  fc.constantFrom('0000-01-01', '0001-01-01', '1998-05-07', '2024-02-29', '9999-12-31'),
);

const FORMATS: Record<string, fc.Arbitrary<string>> = {
  uuid: fc.uuid(),
  date: day,
  'date-time': time,
  'country-code': fc.constantFrom('DE', 'US', 'CN', 'HK', 'BR', 'XK'),
};

function textOf(schema: Schema, name: string, { pools }: Source): Values {
  const { format, pattern, minLength = 0, maxLength = 1_000 } = schema;
  const fits = (value: string) =>
    Array.from(value).length >= minLength && Array.from(value).length <= maxLength;
  const known = (
    pools[name] ??
    (format === 'uuid'
      ? Object.values(pools)
          .flat()
          .filter((id) => id.length === 36)
      : [])
  ).filter(fits);
  const ofFormat = format === undefined ? undefined : FORMATS[format];
  if (format !== undefined && !ofFormat)
    throw new Error(`${name}: the format ${format} is not understood here`);
  const free =
    ofFormat ??
    (pattern === undefined
      ? fc.oneof(
          {
            weight: 6,
            arbitrary: fc.string({
              unit: character,
              minLength,
              maxLength: Math.min(maxLength, minLength + 20),
            }),
          },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              'x'.repeat(minLength),
              '茶'.repeat(maxLength),
              ' '.repeat(Math.max(minLength, 1)),
            ),
          },
        )
      : fc.stringMatching(new RegExp(pattern, 'u')).filter(fits));
  if (known.length === 0) return free;
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: free });
}

function numberOf({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema): Values {
  const small = fc.integer({
    min: Math.max(minimum, Math.min(0, maximum)),
    max: Math.min(maximum, Math.max(minimum, 0) + 100),
  });
  return fc.oneof(
    { weight: 5, arbitrary: small },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
  );
}

function objectOf(schema: Schema, source: Source): Values {
  const { properties = {}, required = [], additionalProperties: extra, maxProperties = 5 } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner, name, source)]),
  );
  if (typeof extra !== 'object')
    return fc.record(fields, { requiredKeys: [...required], noNullPrototype: true });
  const keys = textOf(schema.propertyNames ?? {}, '', source) as fc.Arbitrary<string>;
  return fc.dictionary(keys, valuesOf(extra, '', source), {
    maxKeys: Math.min(maxProperties, 5),
    noNullPrototype: true,
  });
}

function listOf(
  { items = {}, minItems = 0, maxItems = 1_000, uniqueItems }: Schema,
  name: string,
  source: Source,
): Values {
  const limits = { minLength: minItems, maxLength: Math.min(maxItems, Math.max(minItems, 4)) };
  const item = valuesOf(items, name, source);
  return uniqueItems === true
    ? fc.uniqueArray(item, { ...limits, selector: (value) => JSON.stringify(value) })
    : fc.array(item, limits);
}

/** Values that fit a schema; `name` is the field or parameter that takes them. */
export function valuesOf(given: Schema, name: string, source: Source): Values {
  const schema = source.published.resolve(given);
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return fc.oneof(...parts.map((part) => valuesOf(part, name, source)));
  if (schema.allOf) throw new Error(`${name}: allOf is not understood here`);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) {
    const types = (schema.type as string[]).map((type) => ({
      arbitrary: valuesOf({ ...schema, type }, name, source),
      weight: type === 'null' ? 1 : 4,
    }));
    return fc.oneof(...types);
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, source);
    case 'array':
      return listOf(schema, name, source);
    case 'string':
      return textOf(schema, name, source);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}
