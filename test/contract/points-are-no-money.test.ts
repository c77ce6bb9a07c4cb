import t from 'tap';
import { buildDocuments } from '../../src/documents.ts';

const documents = await buildDocuments();
const document = JSON.parse(documents['openapi.json'] ?? '{}');

/** What is priced, ordered, paid, settled and refunded. */
const OF_MONEY =
  /^\/v1\/(?:quotes|orders|payments|settlements|settlement-links|refunds|wallets|coupons|campaigns)(?:\/|$)/;

/** The names of all fields that a schema takes, with those of the components that it names. */
function fieldsOf(schema: unknown, seen: Set<string> = new Set()): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { $ref, properties = {} } = schema as { $ref?: string; properties?: object };
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return seen.has(name) ? [] : fieldsOf(document.components.schemas[name], seen.add(name));
  }
  const inside = Object.values(schema).flatMap((part) => fieldsOf(part, seen));
  return [...Object.keys(properties), ...inside];
}

// Points buy gifts. With what a price is made of and paid by, nobody can name any.
t.test('no request about money takes points', async (t) => {
  let count = 0;
  for (const [path, operations] of Object.entries<Record<string, any>>(document.paths)) {
    if (!OF_MONEY.test(path)) continue;
    for (const [method, { requestBody }] of Object.entries(operations)) {
      const schema = requestBody?.content?.['application/json']?.schema;
      if (schema === undefined) continue;
      count += 1;
      const points = fieldsOf(schema).filter(
        (field) => /points/i.test(field) && !/^contactPoints$|multiplier/i.test(field),
      );
      t.strictSame(points, [], `${method} ${path}`);
    }
  }
  t.ok(count > 20, `${count} requests`);
});
