import t from 'tap';
import { currentContract } from '../../src/cli/breaking/baseline.ts';
import { findUndeclared } from '../../src/cli/breaking/declared.ts';
import { type Contract, findBreakingChanges } from '../../src/cli/breaking/operations.ts';
import { buildDocuments } from '../../src/documents.ts';

const current = currentContract(await buildDocuments());

/** The contract as it is, changed in one place. */
function changed(change: (contract: any) => void): Contract {
  const copy = structuredClone(current) as any;
  change({ ...copy, schemas: copy.openapi.components.schemas, paths: copy.openapi.paths });
  return copy as Contract;
}
type Change = (c: { schemas: any; paths: any; errors: any; events: any }) => void;
const header = (op: any, name: string) => op.parameters.find((p: any) => p.name === name);
const without = (list: string[], value: string) => list.splice(list.indexOf(value), 1);

// Each: what is changed in today's contract, and what a client of it is told.
const BREAKING: [string[], Change][] = [
  [['operation removed: DELETE /v1/x'], () => undefined],
  [
    ['operation renamed: POST /v1/orders: placeOrder is now createOrder'],
    (c) => (c.paths['/v1/orders'].post.operationId = 'createOrder'),
  ],
  [['tag changed: GET /v1/orders: Orders is now Sales'], (c) => (c.paths['/v1/orders'].get.tags = ['Sales'])],
  [['credential removed: POST /v1/orders: customerToken'], (c) => c.paths['/v1/orders'].post.security.pop()],
  [
    ['scope changed: POST /v1/orders: orders:write is now orders:place'],
    (c) => (c.paths['/v1/orders'].post['x-scope'] = 'orders:place'),
  ],
  [
    ['credential now required: POST /v1/payment-callbacks/{provider}/{shopId}'],
    (c) => (c.paths['/v1/payment-callbacks/{provider}/{shopId}'].post.security = [{ secretKey: [] }]),
  ],
  [
    ['parameter removed: GET /v1/orders query number'],
    (c) =>
      (c.paths['/v1/orders'].get.parameters = c.paths['/v1/orders'].get.parameters.filter(
        (p: any) => p.name !== 'number',
      )),
  ],
  [
    ['parameter now required: POST /v1/quotes header Idempotency-Key'],
    (c) => (header(c.paths['/v1/quotes'].post, 'Idempotency-Key').required = true),
  ],
  [
    ['parameter now required: GET /v1/orders query shop'],
    (c) =>
      c.paths['/v1/orders'].get.parameters.push({ in: 'query', name: 'shop', required: true, schema: {} }),
  ],
  [
    ['limit tightened in a request: GET /v1/orders query limit: maximum 200 is now 100'],
    (c) => (header(c.paths['/v1/orders'].get, 'limit').schema.maximum = 100),
  ],
  [
    ['default changed: GET /v1/orders query limit: 50 is now 20'],
    (c) => (header(c.paths['/v1/orders'].get, 'limit').schema.default = 20),
  ],
  [
    ['request body now required: POST /v1/orders/{orderId}/complete'],
    (c) => (c.paths['/v1/orders/{orderId}/complete'].post.requestBody = { required: true, content: {} }),
  ],
  [['request body removed: POST /v1/orders'], (c) => delete c.paths['/v1/orders'].post.requestBody],
  [
    ['media type removed: POST /v1/orders body: application/json'],
    (c) => (c.paths['/v1/orders'].post.requestBody.content = {}),
  ],
  [
    ['media type removed: POST /v1/orders 422: application/problem+json'],
    (c) => (c.paths['/v1/orders'].post.responses['422'].content = {}),
  ],
  [
    ['status of success added: POST /v1/orders 200', 'status of success removed: POST /v1/orders 201'],
    (c) => {
      const r = c.paths['/v1/orders'].post.responses;
      r['200'] = r['201'];
      delete r['201'];
    },
  ],
  [
    ['response header removed: POST /v1/orders 201: ETag'],
    (c) => delete c.paths['/v1/orders'].post.responses['201'].headers,
  ],
  [
    ['component removed: OrderStatus'],
    (c) => {
      c.schemas.OrderState = c.schemas.OrderStatus;
      delete c.schemas.OrderStatus;
      for (const s of [c.schemas.Order, c.schemas.OrderHead])
        s.properties.status.$ref = '#/components/schemas/OrderState';
      header(c.paths['/v1/orders'].get, 'status').schema.$ref = '#/components/schemas/OrderState';
    },
  ],
  [['response field removed: Order.totalAmount'], (c) => delete c.schemas.Order.properties.totalAmount],
  [['response field now optional: Order.number'], (c) => without(c.schemas.Order.required, 'number')],
  [
    ['response may now be null: Order.number'],
    (c) => (c.schemas.Order.properties.number.type = ['string', 'null']),
  ],
  [
    ['response may now be null: Order.status'],
    (c) =>
      (c.schemas.Order.properties.status = { anyOf: [{ type: 'null' }, c.schemas.Order.properties.status] }),
  ],
  [
    ['type changed in a response: Order.number: string is now integer'],
    (c) => (c.schemas.Order.properties.number = { type: 'integer' }),
  ],
  [
    ['type changed in a response: Order.lines[]: object is now string'],
    (c) => (c.schemas.Order.properties.lines.items = { type: 'string' }),
  ],
  [
    ['format changed in a response: Order.id: uuid is now none'],
    (c) => delete c.schemas.Order.properties.id.format,
  ],
  [['enum value added to a response: OrderStatus: lost'], (c) => c.schemas.OrderStatus.enum.push('lost')],
  [
    ['enum value removed from a request: OrderStatus: paid'],
    (c) => without(c.schemas.OrderStatus.enum, 'paid'),
  ],
  [['enum dropped from a response: OrderOrigin'], (c) => delete c.schemas.OrderOrigin.enum],
  [['request field removed: OrderCreate.channel'], (c) => delete c.schemas.OrderCreate.properties.channel],
  [
    ['request field now required: OrderCreate.channel'],
    (c) => c.schemas.OrderCreate.required.push('channel'),
  ],
  [
    ['request no longer takes null: ProductUpdate.description'],
    (c) => (c.schemas.ProductUpdate.properties.description.type = 'string'),
  ],
  [
    ['limit tightened in a request: BasketLine.quantity: minimum 1 is now 2'],
    (c) => (c.schemas.BasketLine.properties.quantity.minimum = 2),
  ],
  [
    ['limit tightened in a request: OrderCreate.lines: uniqueItems none is now true'],
    (c) => (c.schemas.OrderCreate.properties.lines.uniqueItems = true),
  ],
  [
    ['limit tightened in a request: Metadata (keys): maxLength 40 is now 30'],
    (c) => (c.schemas.Metadata.propertyNames.maxLength = 30),
  ],
  [
    ['limit tightened in a request: Metadata.*: maxLength 500 is now 400'],
    (c) => (c.schemas.Metadata.additionalProperties.maxLength = 400),
  ],
  [
    ['alternative removed from a request: OrderCreate.channel: integer'],
    (c) => (c.schemas.OrderCreate.properties.channel = { oneOf: [{ type: 'string' }] }),
  ],
  [['error code removed: out_of_stock'], (c) => delete c.errors.out_of_stock],
  [['status of an error changed: out_of_stock: 409 is now 422'], (c) => (c.errors.out_of_stock = 422)],
  [['event removed: order.placed'], (c) => delete c.events['order.placed']],
  [
    ['event field removed: order.placed.number'],
    (c) => delete c.events['order.placed'].data.properties.number,
  ],
  [
    ['event may now be null: order.placed.number'],
    (c) => (c.events['order.placed'].data.properties.number.type = ['string', 'null']),
  ],
  [
    ['subject of an event changed: order.placed: order is now sale'],
    (c) => (c.events['order.placed'].subjectType = 'sale'),
  ],
];

// What the contract had before, where the change above takes something away that it does not have.
const BEFORE: Record<string, Change> = {
  'operation removed: DELETE /v1/x': (c) => (c.paths['/v1/x'] = { delete: { responses: {} } }),
  'alternative removed from a request: OrderCreate.channel: integer': (c) =>
    (c.schemas.OrderCreate.properties.channel = { oneOf: [{ type: 'string' }, { type: 'integer' }] }),
};

t.test('every break is named, and nothing else with it', async (t) => {
  for (const [findings, change] of BREAKING) {
    const before = changed(BEFORE[findings[0] ?? ''] ?? (() => undefined));
    t.same(findBreakingChanges(before, changed(change)), findings, findings.join(', '));
  }
});

t.test('what a client does not notice is no break', async (t) => {
  t.same(findBreakingChanges(current, current), []);
  const harmless: Change[] = [
    (c) => (c.paths['/v1/new'] = { get: { responses: { 200: {} } } }),
    (c) =>
      c.paths['/v1/orders'].get.parameters.push({ in: 'query', name: 'tag', schema: { type: 'string' } }),
    (c) => (header(c.paths['/v1/orders'].post, 'Idempotency-Key').required = false),
    (c) => delete c.paths['/v1/orders'].post.responses['422'],
    (c) => (c.paths['/v1/orders'].post.responses['429'] = c.paths['/v1/orders'].post.responses['422']),
    (c) => c.paths['/v1/orders'].post.security.push({ publishableKey: [] }),
    (c) => (c.schemas.Order.properties.colour = { type: 'string' }),
    (c) => c.schemas.Order.required.push('colour'),
    (c) => (c.schemas.Order.properties.number.maxLength = 10),
    (c) => (c.schemas.Order.properties.paidAt.type = 'string'),
    (c) => (c.schemas.OrderCreate.properties.colour = { type: 'string' }),
    (c) => (c.schemas.OrderCreate.properties.externalId.maxLength = 400),
    (c) => (c.schemas.OrderCreate.properties.channel.minLength = 0),
    (c) => without(c.schemas.OrderOrigin.enum, c.schemas.OrderOrigin.enum[0]),
    (c) => c.schemas.OrderSort.enum.push('number'),
    (c) => (c.schemas.OrderShip.properties.carrier.type = ['string', 'null']),
    (c) => (c.errors.new_code = 422),
    (c) => (c.events['order.new'] = { subjectType: 'order', data: {} }),
    (c) => (c.events['order.placed'].data.properties.colour = { type: 'string' }),
  ];
  for (const change of harmless) t.same(findBreakingChanges(current, changed(change)), [], change.toString());
});

t.test('a component breaks where it is read and where it is written', async (t) => {
  const found = findBreakingChanges(
    current,
    changed((c) => (c.schemas.Address.properties.line1 = { type: 'integer' })),
  );
  t.same(found, [
    'type changed in a request: Address.line1: string is now integer',
    'type changed in a response: Address.line1: string is now integer',
  ]);
});

t.test('a break is declared by quoting it under Breaking of what is not released', async (t) => {
  const finding = 'operation removed: POST /v1/orders';
  const line = `- \`${finding}\`: carts replace it.`;
  const log = (before: string, after: string) =>
    `# Changelog\n\n## Unreleased\n\n${before}\n## 1.0.0\n\n${after}\n`;
  t.same(findUndeclared([finding], log(`### Breaking\n\n${line}\n`, '')), []);
  t.same(
    findUndeclared([finding], log(`### Breaking\n\n- \`${finding}/{id}\`\n`, '')),
    [finding],
    'word for word',
  );
  t.same(findUndeclared([finding], log(line, '')), [finding], 'under the heading');
  t.same(findUndeclared([finding], log('', `### Breaking\n\n${line}`)), [finding], 'not of a release');
  t.same(findUndeclared([finding], log(`### Breaking\n\n### Fixed\n\n${line}`, '')), [finding]);
  t.same(findUndeclared([finding], `## Unreleased\n### Breaking\n${line}`), [], 'at the end of the page');
  t.same(findUndeclared([finding], ''), [finding]);
});
