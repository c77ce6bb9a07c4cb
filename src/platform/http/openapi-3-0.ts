/** Anything of a JSON document that has names. */
type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What a 3.0 schema can say in the same words, and what says nothing about instances. */
const KEPT = new Set(
  `title description type format enum default example deprecated readOnly writeOnly nullable discriminator xml
  externalDocs multipleOf minimum maximum minLength maxLength pattern minItems maxItems uniqueItems required
  minProperties maxProperties`.split(/\s+/),
);
/** What 3.0 has no word for. It is kept with an `x-`, so that it can still be read. */
const EXTENDED = new Set(
  `propertyNames patternProperties if then else dependentRequired dependentSchemas contains minContains maxContains
  prefixItems unevaluatedItems unevaluatedProperties contentEncoding contentMediaType contentSchema $comment`.split(
    /\s+/,
  ),
);
const UNIONS = ['anyOf', 'oneOf', 'allOf'];
const HANDLED = new Set([
  ...UNIONS,
  ...'$ref not const examples properties items additionalProperties exclusiveMinimum exclusiveMaximum'.split(
    ' ',
  ),
]);

/** `null` and nothing else, in words of 3.0. */
const ONLY_NULL = { type: 'string', nullable: true, enum: [null] };

/**
 * The 3.0.3 rendition of a 3.1 document, for generators that read no 3.1. It says the same; a keyword that it does not
 * know is an error, because leaving it out would mean something else.
 */
export function toOpenApi30(document: object): object {
  const { openapi: _openapi, info, webhooks, jsonSchemaDialect, ...rest } = document as Node;
  if (jsonSchemaDialect !== undefined) throw new Error('OpenAPI 3.0 has no schema dialects');
  const components = (rest['components'] ?? {}) as Node;
  if (components['pathItems'] !== undefined) throw new Error('OpenAPI 3.0 has no components.pathItems');
  const schemas = (components['schemas'] ?? {}) as Record<string, Node>;
  return {
    openapi: '3.0.3',
    info: convertInfo((info ?? {}) as Node),
    ...(convertPart(rest, schemas) as Node),
    // The name by which Redoc and Redocly know webhooks in 3.0; generators pass over it.
    ...(webhooks === undefined ? {} : { 'x-webhooks': convertPart(webhooks, schemas) }),
  };
}

function convertInfo({ summary, license, description, ...info }: Node): Node {
  const { identifier, ...named } = (license ?? {}) as Node;
  const about = [summary, description].filter((text) => typeof text === 'string').join('\n\n');
  return {
    ...info,
    ...(about === '' ? {} : { description: about }),
    ...(license === undefined
      ? {}
      : { license: { ...named, ...(typeof identifier === 'string' ? licenseLink(identifier) : {}) } }),
  };
}

/** 3.0 names a licence by its address. One that is the owner's own is described where it stands. */
const licenseLink = (identifier: string): Node => ({
  url: identifier.startsWith('LicenseRef-')
    ? '#/info/license'
    : `https://spdx.org/licenses/${identifier}.html`,
  'x-identifier': identifier,
});

/** Everything around schemas is the same in both versions; schemas stand under `schema` and in the components. */
function convertPart(value: unknown, schemas: Record<string, Node>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => convertPart(item, schemas));
  if (!isNode(value) || key === 'example' || key === 'examples' || key.startsWith('x-')) return value;
  const entries = Object.entries(value).map(([name, part]): [string, unknown] => {
    if (name === 'schema') return [name, convertSchema(part, schemas)];
    if (name === 'schemas' && part === schemas)
      return [name, mapValues(schemas, (s) => convertSchema(s, schemas))];
    return [name, convertPart(part, schemas, name)];
  });
  return Object.fromEntries(entries);
}

const mapValues = (node: Node, change: (value: unknown) => unknown): Node =>
  Object.fromEntries(Object.entries(node).map(([name, value]) => [name, change(value)]));

/** One schema in words of 3.0; `schemas` are the components of the 3.1 document. */
export function convertSchema(schema: unknown, schemas: Record<string, Node>): Node {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  if (!isNode(schema)) throw new Error(`not a schema: ${JSON.stringify(schema)}`);
  const convert = (inner: unknown) => convertSchema(inner, schemas);
  const { $ref, ...siblings } = schema;
  if ($ref !== undefined) {
    // In 3.0 whatever stands beside a reference is ignored.
    return Object.keys(siblings).length === 0 ? { $ref } : both(convert(siblings), { $ref });
  }
  const target: Node = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (KEPT.has(keyword) || keyword.startsWith('x-')) target[keyword] = value;
    else if (EXTENDED.has(keyword)) target[`x-${keyword.replace('$', '')}`] = value;
    else if (!HANDLED.has(keyword)) throw new Error(`no words of OpenAPI 3.0 for the keyword ${keyword}`);
  }
  for (const keyword of UNIONS) {
    if (Array.isArray(schema[keyword])) target[keyword] = schema[keyword].map(convert);
  }
  if (schema['not'] !== undefined) target['not'] = convert(schema['not']);
  if (isNode(schema['properties'])) target['properties'] = mapValues(schema['properties'], convert);
  if ('const' in schema) Object.assign(target, { enum: [schema['const']] });
  convertExamples(schema, target);
  convertExclusive(schema, target, 'minimum', 'exclusiveMinimum', (a, b) => a >= b);
  convertExclusive(schema, target, 'maximum', 'exclusiveMaximum', (a, b) => a <= b);
  convertContainers(schema, target, convert);
  return convertNull(convertTypes(target), schemas);
}

/** Two schemas that hold at once. */
const both = (target: Node, other: Node): Node => ({
  ...target,
  allOf: [...((target['allOf'] as unknown[] | undefined) ?? []), other],
});

function convertExamples({ examples }: Node, target: Node): void {
  if (!Array.isArray(examples) || examples.length === 0) return;
  Object.assign(target, { example: examples[0], ...(examples.length > 1 ? { 'x-examples': examples } : {}) });
}

/** A limit that is a number of its own in 3.1 marks the other one in 3.0; of two, the narrower counts. */
function convertExclusive(
  schema: Node,
  target: Node,
  limit: string,
  exclusive: string,
  isNarrower: (a: number, b: number) => boolean,
): void {
  const bound = schema[exclusive];
  if (typeof bound !== 'number') return;
  const other = schema[limit];
  if (typeof other === 'number' && !isNarrower(bound, other)) return;
  Object.assign(target, { [limit]: bound, [exclusive]: true });
}

/** Rules of 3.1 for some members of an object or list narrow those for the rest, which 3.0 would apply to all. */
function convertContainers(schema: Node, target: Node, convert: (inner: unknown) => Node): void {
  const { items, additionalProperties } = schema;
  if (additionalProperties !== undefined) {
    const converted =
      typeof additionalProperties === 'boolean' ? additionalProperties : convert(additionalProperties);
    if (schema['patternProperties'] === undefined) target['additionalProperties'] = converted;
    else Object.assign(target, { additionalProperties: true, 'x-additionalProperties': converted });
  }
  if (items !== undefined) {
    if (schema['prefixItems'] === undefined) target['items'] = convert(items);
    else Object.assign(target, { items: {}, 'x-items': convert(items) });
  } else if ([schema['type']].flat().includes('array')) {
    target['items'] = {};
  }
}

/** `type` names one type in 3.0. */
function convertTypes(target: Node): Node {
  const { type, ...rest } = target;
  if (type === 'null') return both(rest, ONLY_NULL);
  if (!Array.isArray(type)) return target;
  const types = type.filter((name) => name !== 'null');
  const nullable = types.length < type.length ? { nullable: true } : {};
  if (types.length === 0) return both(rest, ONLY_NULL);
  if (types.length === 1) return { ...rest, type: types[0], ...nullable };
  return both(rest, { anyOf: types.map((name) => ({ type: name, ...nullable })) });
}

/**
 * A schema or null. Generators read `nullable` beside `allOf` as "or null"; 3.0.3 wants the type named beside it. A
 * union of more is left as it is: there null is a member of its own.
 */
function convertNull(target: Node, schemas: Record<string, Node>): Node {
  const { anyOf, ...rest } = target;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || rest['allOf'] !== undefined || 'type' in rest)
    return target;
  const other: unknown = anyOf.find((member) => !isOnlyNull(member));
  if (!isNode(other) || !anyOf.some(isOnlyNull)) return target;
  const type = typeOf(other, schemas);
  if (type === undefined) return target;
  return { ...rest, type, nullable: true, allOf: [other] };
}

const isOnlyNull = (schema: unknown): boolean =>
  isNode(schema) &&
  (schema['enum'] === ONLY_NULL.enum ||
    (Array.isArray(schema['allOf']) && schema['allOf'].includes(ONLY_NULL)));

/** The one type of a schema or of the component that it refers to. */
function typeOf(schema: Node, schemas: Record<string, Node>): string | undefined {
  const { $ref } = schema;
  const named = typeof $ref === 'string' ? schemas[$ref.split('/').at(-1) ?? ''] : schema;
  return typeof named?.['type'] === 'string' ? named['type'] : undefined;
}
