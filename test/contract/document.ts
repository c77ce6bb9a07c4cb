import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCountry } from '../../src/platform/countries.ts';
import type { Answer, TestApp } from '../support/app.ts';

// The document as a client gets it, and what it says about an answer. Nothing here knows the code behind it.

/** A JSON schema of the document. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Response {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** One operation, as the document describes it. */
export interface Described {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-scope'?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export type Credential = 'secretKey' | 'publishableKey' | 'customerToken';

/** Whether the operation lists a kind of credential. */
export const takes = (op: Described, kind: Credential): boolean => op.security.some((item) => kind in item);

/** The schema of the body that an operation takes. */
export const bodyOf = (op: Described): Schema | undefined =>
  op.requestBody?.content['application/json']?.schema;

export interface Published {
  readonly info: { readonly description: string };
  readonly operations: readonly Described[];
  /** The schema that a `$ref` names. */
  resolve(schema: Schema): Schema;
  /** What the document says against a value; undefined when it fits. */
  misfit(schema: Schema, value: unknown, coerce?: boolean): string | undefined;
  /** What the document says against an answer to an operation; undefined when it is declared and fits. */
  findFault(op: Described, answer: Answer): string | undefined;
}

/** Reads the document that a server publishes. */
export async function readDocument({ app }: TestApp): Promise<Published> {
  const text = (await app.inject({ url: '/openapi.json' })).body;
  const document = JSON.parse(text) as {
    info: { description: string };
    paths: Record<string, Record<string, Omit<Described, 'method' | 'path'>>>;
    components: { schemas: Record<string, Schema> };
  };
  const { schemas } = document.components;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, op]): Described => ({
        ...op,
        parameters: op.parameters ?? [],
        method: method.toUpperCase(),
        path,
      }),
    ),
  );
  const misfit = createJudge(schemas);
  return {
    info: document.info,
    operations,
    resolve: (schema) =>
      schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}),
    misfit,
    findFault: (op, answer) => findFault(misfit, op, answer),
  };
}

// As the document's introduction says; a second 60 has no moment of its own.
function isInYears(text: string): boolean {
  const moment = new Date(text.toUpperCase());
  return !Number.isNaN(moment.getTime()) && /^(?!0000)\d{4}-/.test(moment.toISOString());
}

/** An Ajv of our own over the document's components: the server's has other options and other schemas. */
function createJudge(components: Record<string, Schema>): Published['misfit'] {
  const create = (coerceTypes: false | 'array') => {
    const ajv = new Ajv2020({ strict: false, validateFormats: true, discriminator: true, coerceTypes });
    const { validate } = (addFormats.default(ajv), ajv.formats['date-time']) as unknown as {
      validate: (text: string) => boolean;
    };
    ajv.addFormat('date-time', (text) => validate(text) && isInYears(text));
    ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
    ajv.addFormat('country-code', isCountry);
    // The validator reads from the members themselves what `mapping` tells generators, and refuses to be told.
    const unmapped = JSON.parse(
      JSON.stringify(components, (key, value: { propertyName?: string }) =>
        key === 'discriminator' ? { propertyName: value.propertyName } : value,
      ),
    ) as object;
    ajv.addSchema({ $id: 'document', components: { schemas: unmapped } });
    return ajv;
  };
  const judges = { exact: create(false), coercing: create('array') };
  // By their text: every response of the document names the problem in a reference of its own, and compiling takes long.
  const known = { exact: new Map<string, ValidateFunction>(), coercing: new Map<string, ValidateFunction>() };
  return (schema, value, coerce = false) => {
    const kind = coerce ? 'coercing' : 'exact';
    const absolute = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
    const validate = known[kind].get(absolute) ?? judges[kind].compile(JSON.parse(absolute) as Schema);
    known[kind].set(absolute, validate);
    return validate(value) ? undefined : judges[kind].errorsText(validate.errors);
  };
}

function findFault(misfit: Published['misfit'], op: Described, answer: Answer): string | undefined {
  const { status, body, headers } = answer;
  const response = op.responses[String(status)];
  if (!response) return `${status} is not declared: ${JSON.stringify(body).slice(0, 300)}`;
  if (status >= 500) return `${status}: ${JSON.stringify(body).slice(0, 300)}`;
  const [type] = Object.keys(response.content ?? {});
  const [given] = headers['content-type']?.split(';') ?? [];
  if (type === undefined) return body === '' ? undefined : `${status} has a body`;
  if (given !== type) return `the content type of ${status} is ${given}, not ${type}`;
  const found = misfit(response.content?.[type]?.schema ?? {}, body);
  if (found !== undefined)
    return `the body of ${status} does not fit: ${found}: ${JSON.stringify(body).slice(0, 500)}`;
  if (status < 400) return undefined;
  const { code, status: inBody } = body as { code: string; status: number };
  if (inBody !== status) return `${status} says ${inBody} in its body`;
  const isNamed = response.description.includes(`\`${code}\``);
  return isNamed
    ? undefined
    : `${code} is not among what ${status} names: ${JSON.stringify(body).slice(0, 300)}`;
}
