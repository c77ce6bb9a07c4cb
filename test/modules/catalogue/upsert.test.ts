import type pg from 'pg';
import t from 'tap';
import { startApp } from '../../support/app.ts';
import { readEvents } from './outbox.ts';

const app = await startApp(t);

t.test('PUT adds, then changes what the body names', async (t) => {
  const { call } = await app.createShop();
  const path = '/v1/products-by-external-id/ERP%2F1%20%E8%8C%B6';
  const first = {
    name: 'Tea',
    priceAmount: 1000,
    category: 'tea',
    metadata: { a: '1', b: '2' },
    onHandQuantity: 5,
  };
  const made = await call(`PUT ${path}`, { body: first });
  t.match(made, { status: 201, headers: { etag: '"1"' }, body: { externalId: 'ERP/1 茶', category: 'tea' } });
  const again = await call(`PUT ${path}`, { body: first });
  t.match(again, { status: 200, body: { id: made.body.id, version: 1 } }, 'the same again changes nothing');
  const changed = await call(`PUT ${path}`, {
    body: { name: 'Green tea', priceAmount: 900, metadata: { a: '3' } },
  });
  t.match(changed, { status: 200, body: { version: 2, name: 'Green tea', category: 'tea' } });
  t.same(changed.body.metadata, { a: '3' }, 'a map is replaced whole');
  const stock = async () => (await call(`GET /v1/products/${made.body.id}/stock`)).body;
  t.match(await stock(), { onHandQuantity: 5 }, 'what the body leaves out stays');
  await call(`PUT ${path}`, { body: { name: 'Green tea', priceAmount: 900, onHandQuantity: 3 } });
  t.match(await stock(), { onHandQuantity: 3, version: 2 });
  const { body: log } = await call(`GET /v1/products/${made.body.id}/stock-adjustments`);
  t.match(log.data, [
    { onHandChange: -2, onHandQuantity: 3, reason: 'stock on hand was set' },
    { onHandChange: 5, onHandQuantity: 5, reason: 'opening stock' },
  ]);
  const prices = (await call(`GET /v1/products/${made.body.id}/prices`)).body.data;
  t.same(
    prices.map((price: any) => price.amount),
    [900, 1000],
  );

  const body = { name: 'Tea', priceAmount: 1 };
  t.match(await call(`PUT ${path}`, { body, headers: { 'if-match': '"1"' } }), { status: 412 });
  t.match(await call('PUT /v1/products-by-external-id/new', { body, headers: { 'if-match': '"1"' } }), {
    status: 412,
  });
  t.match(await call(`PUT ${path}`, { body: { ...body, externalId: 'other' } }), {
    status: 400,
    body: { errors: [{ pointer: '/externalId' }] },
  });
  t.match(await call(`PUT ${path}`, { body: { name: 'Tea' } }), { status: 400 });
});

t.test('bulk per item: every item has its result, in order', async (t) => {
  const shop = await app.createShop();
  const { call } = shop;
  const known = await call('PUT /v1/products-by-external-id/k', {
    body: { name: 'K', priceAmount: 10, onHandQuantity: 4 },
  });
  const items = [
    { externalId: 'a', name: 'A', priceAmount: 5, onHandQuantity: 7 },
    { externalId: 'k', name: 'K', priceAmount: 12, onHandQuantity: 9 },
    { externalId: 'low', name: 'Low', priceAmount: 5, minimumPriceAmount: 6 },
    { externalId: 'a', name: 'A again', priceAmount: 6 },
    { externalId: 'b', name: 'B', priceAmount: 1 },
  ];
  const answer = await call('POST /v1/products/bulk', { body: { mode: 'perItem', items } });
  t.equal(answer.status, 207);
  const { results } = answer.body;
  t.match(results, [
    { index: 0, status: 201 },
    { index: 1, status: 200, id: known.body.id },
    { index: 2, status: 422, error: { code: 'price_below_minimum', errors: [{ pointer: '/priceAmount' }] } },
    { index: 3, status: 422, error: { code: 'duplicate_external_id', errors: [{ pointer: '/externalId' }] } },
    { index: 4, status: 201 },
  ]);
  t.notOk('id' in results[2]);
  t.notOk('error' in results[0]);
  t.match((await call(`GET /v1/products/${results[0].id}`)).body, { name: 'A', externalId: 'a' });
  t.match((await call(`GET /v1/products/${known.body.id}/stock`)).body, { onHandQuantity: 9 });
  t.match(await call('GET /v1/products-by-external-id/low'), { status: 404 });
  const events = await readEvents(app, shop);
  t.same(events.map(({ type }) => type).toSorted(), [
    'product.created',
    'product.created',
    'product.created',
    'product.price_changed',
    'product.stock_adjusted',
    'product.updated',
  ]);
});

t.test('bulk atomic: all or nothing', async (t) => {
  const { call } = await app.createShop();
  const good = { externalId: 'a', name: 'A', priceAmount: 5 };
  const bad = { externalId: 'b', name: 'B', priceAmount: 5, minimumPriceAmount: 6 };
  const refused = await call('POST /v1/products/bulk', { body: { items: [good, bad, good] } });
  t.match(refused, {
    status: 422,
    body: {
      code: 'bulk_refused',
      errors: [
        { pointer: '/items/1/priceAmount', code: 'price_below_minimum' },
        { pointer: '/items/2/externalId', code: 'duplicate_external_id' },
      ],
    },
  });
  t.same((await call('GET /v1/products')).body.data, []);
  const done = await call('POST /v1/products/bulk', { body: { mode: 'atomic', items: [good] } });
  t.match(done, { status: 200, body: { results: [{ index: 0, status: 201 }] } });
  const invalid = await call('POST /v1/products/bulk', {
    body: { mode: 'perItem', items: [good, { name: 'X' }] },
  });
  t.equal(invalid.status, 400, 'a body that does not fit the schema is refused whole');
  t.match(invalid.body.errors.map((e: any) => e.pointer).toSorted(), [
    '/items/1/externalId',
    '/items/1/priceAmount',
  ]);
});

t.test('a bulk of 1,000 takes a handful of statements', async (t) => {
  const { call } = await app.createShop();
  const pool = app.deps.db.$client;
  const items = Array.from({ length: 1000 }, (_, i) => ({
    externalId: `sku-${i}`,
    name: `Product ${i}`,
    priceAmount: 100 + i,
    onHandQuantity: i,
    priceBreaks: [{ minimumQuantity: 10, unitAmount: 50 }],
  }));
  let statements = 0;
  const count = (client: pg.PoolClient) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    Object.assign(client, {
      query: (...given: unknown[]) => {
        statements += 1;
        return query(...given);
      },
    });
    pool.once('release', () => Reflect.deleteProperty(client, 'query'));
  };
  pool.on('acquire', count);
  t.teardown(() => pool.off('acquire', count));
  const run = async (body: object) => {
    statements = 0;
    const answer = await call('POST /v1/products/bulk', { body });
    t.equal(answer.status, 207);
    return answer.body.results.map(({ status }: any) => status);
  };
  t.same(new Set(await run({ mode: 'perItem', items })), new Set([201]));
  t.ok(statements <= 16, `${statements} statements for 1,000 new products`);
  const changed = items.map((item) => ({
    ...item,
    priceAmount: item.priceAmount + 1,
    onHandQuantity: item.onHandQuantity + 1,
  }));
  t.same(new Set(await run({ mode: 'perItem', items: changed })), new Set([200]));
  t.ok(statements <= 16, `${statements} statements for 1,000 changed products`);
  t.equal((await call('POST /v1/products/bulk', { body: { items: [...items, items[0]] } })).status, 400);
});
