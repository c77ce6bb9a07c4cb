import fc from 'fast-check';
import { newId } from '../../../src/platform/ids.ts';
import { type Described, type Parameter, type Schema, bodyOf } from '../document.ts';
import { type Source, valuesOf } from './arbitraries.ts';
import { brokenBodies, brokenHeaders, brokenText, toText } from './mutations.ts';

/** A request as it goes over the wire. */
export interface Wire {
  readonly method: string;
  /** Percent-encoded, or broken on purpose. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text?: string;
}

export const targetOf = ({ path, params, query }: Wire): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  return query.length === 0 ? filled : `${filled}?${query.map((pair) => pair.join('=')).join('&')}`;
};

/** The request as a line for a shell. */
export function toCurl(wire: Wire): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const headers = Object.entries(wire.headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const body = wire.text === undefined ? [] : [`--data-binary ${quote(wire.text.slice(0, 5_000))}`];
  return [
    'curl -g -X',
    wire.method,
    quote(`http://127.0.0.1:3000${targetOf(wire)}`),
    ...headers,
    ...body,
  ].join(' ');
}

const encode = (value: unknown) => encodeURIComponent(String(value)).replaceAll('.', '%2E');

function queryOf(parameters: readonly Parameter[], source: Source): fc.Arbitrary<Wire['query']> {
  const isList = (schema: Schema) => source.published.resolve(schema).type === 'array';
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  // Cursors are opaque: none of the document's values is one.
  const own = parameters.filter(({ name }) => !['cursor', 'after'].includes(name));
  const values = Object.fromEntries(own.map(({ name, schema }) => [name, valuesOf(schema, name, source)]));
  const lists = new Set(own.filter(({ schema }) => isList(schema)).map(({ name }) => name));
  return fc
    .record(values, { requiredKeys: required, noNullPrototype: true })
    .map((record) =>
      Object.entries(record).flatMap(([name, value]) =>
        (lists.has(name) ? (value as unknown[]) : [value]).map((item): [string, string] => [
          name,
          encode(item),
        ]),
      ),
    );
}

/** Requests that the document allows. */
export function validRequests(op: Described, source: Source): fc.Arbitrary<Wire> {
  const inPart = (part: string) => op.parameters.filter((parameter) => parameter.in === part);
  const params = fc.record(
    Object.fromEntries(
      inPart('path').map(({ name, schema }) => [name, valuesOf({ minLength: 1, ...schema }, name, source)]),
    ),
    { noNullPrototype: true },
  );
  const body = bodyOf(op);
  const bodies = body ? valuesOf(body, '', source) : fc.constant(undefined);
  const takesKey = inPart('header').some(({ name }) => name === 'Idempotency-Key');
  return fc
    .record({ params, query: queryOf(inPart('query'), source), value: bodies })
    .map(({ params: given, query, value }) => ({
      method: op.method,
      path: op.path,
      params: Object.fromEntries(Object.entries(given).map(([name, item]) => [name, encode(item)])),
      query,
      headers: {
        ...(takesKey ? { 'idempotency-key': newId() } : {}),
        ...(value === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(value === undefined ? {} : { text: toText(value) }),
    }));
}

/** Requests with one part broken. */
export function brokenRequests(op: Described, source: Source): fc.Arbitrary<Wire> {
  const valid = validRequests(op, source);
  const queryNames = op.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const paramNames = op.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const body = bodyOf(op);
  const headers = fc
    .tuple(valid, brokenHeaders)
    .map(([wire, broken]): Wire => ({ ...wire, headers: { ...wire.headers, ...broken } }));
  const query = fc
    .tuple(
      valid,
      fc.constantFrom(...queryNames, 'unknown', 'limit', '__proto__', ''),
      brokenText,
      fc.integer({ min: 1, max: 3 }),
    )
    .map(
      ([wire, name, value, times]): Wire => ({
        ...wire,
        query: [...wire.query, ...Array.from({ length: times }, () => [name, value] as const)],
      }),
    );
  const params = fc
    .tuple(valid, fc.constantFrom(...paramNames, ''), brokenText)
    .map(([wire, name, value]): Wire => ({ ...wire, params: { ...wire.params, [name]: value } }));
  const bodies = fc.tuple(valid, brokenBodies(body ? valuesOf(body, '', source) : fc.constant({}))).map(
    ([wire, text]): Wire => ({
      ...wire,
      headers: { 'content-type': 'application/json', ...wire.headers },
      text,
    }),
  );
  return fc.oneof(
    { weight: 1, arbitrary: headers },
    { weight: 1, arbitrary: query },
    ...(paramNames.length > 0 ? [{ weight: 1, arbitrary: params }] : []),
    ...(op.method === 'GET' ? [] : [{ weight: body ? 4 : 1, arbitrary: bodies }]),
  );
}
