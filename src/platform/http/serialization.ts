import fastJson, { type Schema } from 'fast-json-stringify';
import type { FastifyInstance } from 'fastify';

// Where a schema has several forms, validation finds the one that an answer has. What is stored was judged when it came in.
const OWN_FORMATS = { 'country-code': true } as const;

type Serialize = (value: unknown) => string;
type Schemas = Record<string, Schema>;

/** The components that a schema names, and those that they name. */
function reachable(schema: object, all: Schemas): Schemas {
  const found: Schemas = {};
  const pending: object[] = [schema];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const [, id = ''] of JSON.stringify(next).matchAll(/"\$ref":"(\w+)#"/g)) {
      const component = all[id];
      if (!component || id in found) continue;
      found[id] = component;
      pending.push(component);
    }
  }
  return found;
}

/**
 * Serialisers for answers: one per component, however many operations answer with it, made from the components
 * that it needs, when the first answer is written. Making one per operation and status from all of them takes seconds at every
 * start. Problems are written by the error handler and need none.
 */
export function createSerializers(app: FastifyInstance) {
  const made = new Map<string, Serialize>();
  const all = app.getSchemas() as Schemas;
  return ({ schema, httpStatus }: { schema: unknown; httpStatus?: string | undefined }): Serialize => {
    if (Number(httpStatus) >= 400) return JSON.stringify;
    const { $ref } = schema as { $ref?: string };
    const key = $ref ?? JSON.stringify(schema);
    const known = made.get(key);
    if (known) return known;
    let stringify: Serialize | undefined;
    const serialize: Serialize = (value) =>
      (stringify ??= fastJson(
        { $ref: $ref ?? '' },
        { schema: reachable({ $ref }, all), ajv: { formats: OWN_FORMATS } },
      ))(value);
    made.set(key, serialize);
    return serialize;
  };
}
