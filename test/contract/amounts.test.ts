import t from 'tap';
import { buildDocuments } from '../../src/documents.ts';

const documents = await buildDocuments();
const document = JSON.parse(documents['openapi.json'] ?? '{}');

interface Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly anyOf?: readonly { readonly $ref?: string }[];
}
const schemas = document.components.schemas as Record<
  string,
  { description?: string; properties?: Record<string, Property> }
>;
const referenceOf = ({ $ref, anyOf }: Property) => $ref ?? anyOf?.find((member) => member.$ref)?.$ref;

// Beside `totalAmount` stands `netTotalAmount`: what one amount means beside the others, no component for money can say.
t.test('every amount says what it is of', async (t) => {
  let count = 0;
  for (const [name, { properties = {} }] of Object.entries(schemas)) {
    for (const [property, schema] of Object.entries(properties)) {
      const isAmount = /amount$/i.test(property) || referenceOf(schema)?.endsWith('/PositiveAmount');
      if (!isAmount) continue;
      count += 1;
      const { description = '' } = schema;
      t.ok(description, `${name}.${property} has a description of its own`);
      t.notMatch(description, /^(Money in )?minor units\W*$/i, `${name}.${property} says more than its unit`);
      t.not(
        description,
        schemas['PositiveAmount']?.description,
        `${name}.${property} says more than all amounts`,
      );
    }
  }
  t.ok(count > 200, `${count} amounts`);
});

t.test('an order says how its amounts belong together', async (t) => {
  for (const name of ['Order', 'OrderHead']) {
    const { netTotalAmount, totalAmount } = schemas[name]?.properties ?? {};
    for (const part of ['totalAmount', 'settledAmount', 'chargedAmount', 'creditedAmount'])
      t.match(netTotalAmount?.description, `\`${part}\``, `${name}.netTotalAmount names ${part}`);
    t.match(totalAmount?.description, '`netTotalAmount`');
    for (const part of ['settled', 'charged', 'credited']) {
      const freight = schemas[name]?.properties?.[`${part}FreightAmount`]?.description;
      t.match(freight, `\`${part}Amount\``, `${name}: the freight in it is a part of ${part}Amount`);
    }
  }
});

t.test('what a use says of a component stands in both renditions', async (t) => {
  const described = Object.values(schemas['Order']?.properties ?? {}).filter(
    ({ $ref, description }) => $ref !== undefined && description !== undefined,
  );
  t.ok(described.length > 10, `${described.length} references of an order with words of their own`);
  const older = JSON.parse(documents['openapi-3.0.json'] ?? '{}').components.schemas;
  t.match(older.Order.properties.netTotalAmount, {
    description: schemas['Order']?.properties?.['netTotalAmount']?.description,
    allOf: [{ $ref: '#/components/schemas/PositiveAmount' }],
  });
  const state = document.paths['/v1/settlements'].get.parameters.find(
    ({ name }: { name: string }) => name === 'state',
  );
  t.equal(state.description, 'Only those in this state.', 'also of a query parameter');
});
