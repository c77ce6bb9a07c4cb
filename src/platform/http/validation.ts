import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { isCountry } from '../countries.ts';
import type { Violation } from '../errors.ts';

// RFC 3339. Years that JavaScript and Postgres both carry; a leap second has no Date.
const DATE_TIME =
  /^(?!0000)\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

function isDateTime(value: string): boolean {
  if (!DATE_TIME.test(value)) return false;
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  // Date turns 31 February into 3 March; here it is refused.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(value.slice(0, 10))) return false;
  // An offset may lead out of these years: 9999-12-31T23:59:59-01:00 is in the year 10000.
  return /^(?!0000)\d{4}-/.test(new Date(value.toUpperCase()).toISOString());
}

/** Two validators: bodies mean what they say and are closed; queries and paths are text and are coerced. */
export function createValidators(app: FastifyInstance) {
  const create = (coerceTypes: false | 'array') => {
    const ajv = new Ajv({
      allErrors: true,
      removeAdditional: false,
      useDefaults: true,
      coerceTypes,
      discriminator: true,
      strict: true,
      strictTypes: false,
      strictSchema: false,
      schemas: Object.values(app.getSchemas()).map(lowerUuids) as object[],
    });
    ajv.addKeyword({ keyword: 'lowerCase', type: 'string', modifying: true, errors: false, validate: lower });
    addFormats.default(ajv, ['date', 'uri', 'email', 'uri-reference']);
    ajv.addFormat('date-time', isDateTime);
    ajv.addFormat('country-code', isCountry);
    // Only the form that Postgres reads: the package's pattern also takes URNs.
    ajv.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
    return ajv;
  };
  let strict: Ajv | undefined;
  let coercing: Ajv | undefined;
  return ({ schema, httpPart }: { schema: FastifySchema; httpPart?: string }) => {
    if (httpPart === 'body') return whenAsked(() => (strict ??= create(false)).compile(lowerUuids(schema)));
    return whenAsked(() => (coercing ??= create('array')).compile(lowerUuids(schema)));
  };
}

// An id may be written in capitals and is one id all the same: from here on it has one form.
const lowerUuids = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema), (_key, value: unknown) =>
    (value as { format?: unknown } | null)?.format === 'uuid'
      ? { ...(value as object), lowerCase: true }
      : value,
  ) as T;

function lower(_schema: unknown, text: string, _parent: unknown, place?: DataValidationCxt): boolean {
  if (!place || !/[A-F]/.test(text)) return true;
  const parent = place.parentData as Record<string | number, unknown>;
  parent[place.parentDataProperty] = text.toLowerCase();
  return true;
}

// Compiling them all is a quarter of a start, and a process meets most operations late or never.
function whenAsked(compile: () => ValidateFunction) {
  let made: ValidateFunction | undefined;
  const validate = (data: unknown): boolean => {
    made ??= compile();
    const isValid = made(data);
    const infinite = isValid ? findInfinite(data) : [];
    validate.errors = isValid ? infinite : made.errors;
    return isValid && infinite.length === 0;
  };
  validate.errors = undefined as ValidateFunction['errors'];
  return validate;
}

// Text such as 1e400 becomes a number that is no finite one, and Ajv holds only finite numbers against their limits. JSON is refused by its
// type, but a query is coerced before its limits are looked at.
const findInfinite = (data: unknown): ErrorObject[] =>
  Object.entries(data ?? {}).flatMap(([name, value]) =>
    [value].flat().some((one) => one === Infinity || one === -Infinity)
      ? [
          {
            keyword: 'type',
            instancePath: `/${name}`,
            schemaPath: '#/type',
            params: { type: 'integer' },
            message: 'must be integer',
          },
        ]
      : [],
  );

const PARTS: Record<string, Violation['in']> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};
const CODES: Record<string, string> = {
  additionalProperties: 'unknown_field',
  required: 'missing_field',
  type: 'wrong_type',
  enum: 'not_allowed',
  const: 'not_allowed',
  discriminator: 'not_allowed',
  format: 'wrong_format',
  pattern: 'wrong_format',
  minimum: 'too_small',
  exclusiveMinimum: 'too_small',
  maximum: 'too_large',
  exclusiveMaximum: 'too_large',
  minLength: 'too_short',
  maxLength: 'too_long',
  minItems: 'too_few',
  maxItems: 'too_many',
  maxProperties: 'too_many',
  minProperties: 'too_few',
  uniqueItems: 'duplicate',
};
const MAX_VIOLATIONS = 100;

const REPEATING = new Set(['anyOf', 'oneOf', 'if', 'propertyNames']);

// What may be something or null and is neither is told what is wrong with it, and not that it is not null.
const isOtherThanNull = (error: ErrorObject, errors: readonly ErrorObject[]): boolean =>
  error.keyword === 'type' &&
  error.params['type'] === 'null' &&
  errors.some(
    (other) =>
      other !== error && !REPEATING.has(other.keyword) && other.instancePath.startsWith(error.instancePath),
  );

/** Ajv's findings as violations of ours. Keywords that only repeat what their parts said are left out. */
export function toViolations(errors: readonly ErrorObject[], context: string): Violation[] {
  const part = PARTS[context] ?? 'body';
  return errors
    .filter((error) => errors.length === 1 || !REPEATING.has(error.keyword))
    .filter((error) => !isOtherThanNull(error, errors))
    .slice(0, MAX_VIOLATIONS)
    .map((error) => ({
      in: part,
      pointer: error.instancePath + namedPart(error),
      code: CODES[error.keyword] ?? 'invalid',
      detail: describe(error),
    }));
}

/** The part of an object that a finding is about and that its own path does not name: one too many, one too few, the tag of a union. */
function namedPart(error: ErrorObject): string {
  const params = error.params as { additionalProperty?: string; missingProperty?: string; tag?: string };
  const name = params.additionalProperty ?? params.missingProperty ?? params.tag;
  return name === undefined ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function describe(error: ErrorObject): string {
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues;
  if (allowed) return `must be one of: ${allowed.join(', ')}`;
  if (error.keyword === 'additionalProperties') return 'is not a field of this request';
  if (error.keyword === 'required') return 'is required';
  if (error.keyword === 'discriminator')
    return 'must say which kind it is, as one of those that the document names';
  return error.message ?? 'is not valid';
}
