import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCountry } from '../../src/platform/countries.ts';
import type { Pool } from 'pg';
import { allComponents } from '../../src/platform/http/schema.ts';
import { allEvents } from '../../src/registry.ts';

type Fits = (data: unknown) => string | undefined;

// Compiling all definitions takes as long as many a test file; a file causes a handful of types.
let makeFits: ((type: string) => Fits) | undefined;
const known = new Map<string, Fits>();

function fitsOf(type: string): Fits {
  makeFits ??= openDefinitions();
  const fits = known.get(type) ?? makeFits(type);
  known.set(type, fits);
  return fits;
}

function openDefinitions(): (type: string) => Fits {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addFormat('country-code', isCountry);
  for (const component of allComponents()) ajv.addSchema(closed(component) as object);
  const definitions = new Map(allEvents().map(({ type, data }) => [type, data] as const));
  return (type) => {
    const definition = definitions.get(type);
    if (!definition) return () => 'there is no such type';
    const validate = ajv.compile(closed(definition) as object);
    return (data) => (validate(data) ? undefined : ajv.errorsText(validate.errors));
  };
}

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
    const fault = fitsOf(type)(data);
    if (fault !== undefined)
      throw new Error(`${type} is not as declared: ${fault} in ${JSON.stringify(data)}`);
  }
}
