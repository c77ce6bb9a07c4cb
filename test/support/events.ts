import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Pool } from 'pg';
import { allComponents } from '../../src/platform/http/schema.ts';
import { allEvents } from '../../src/registry.ts';

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
for (const component of allComponents()) ajv.addSchema(closed(component) as object);
const types = new Map(
  allEvents().map(({ type, data }) => [type, ajv.compile(closed(data) as object)] as const),
);

/** The same schema, in which every object has the properties that it names and no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = inner['properties'] !== undefined && inner['additionalProperties'] === undefined;
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

/** Every event that was written tells what its definition declares, and nothing that no document has. */
export async function checkEvents(db: Pool): Promise<void> {
  const { rows } = await db.query<{ type: string; data: unknown }>('select type, data from outbox');
  for (const { type, data } of rows) {
    const fits = types.get(type);
    if (fits?.(data) === false)
      throw new Error(
        `${type} is not as declared: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(data)}`,
      );
  }
}
