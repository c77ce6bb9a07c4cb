import t from 'tap';
import {
  releaseStock,
  reserveStock,
  returnStock,
  shipStock,
  takeStock,
} from '../../../../src/modules/catalogue/stock.ts';
import { findSellables } from '../../../../src/modules/catalogue/sellables.ts';
import { inTransaction } from '../../../../src/platform/db/transaction.ts';
import { newId } from '../../../../src/platform/ids.ts';
import { startApp, type TestShop } from '../../../support/app.ts';
import { readEvents } from '../outbox.ts';

const app = await startApp(t);

async function addProduct(shop: TestShop, onHandQuantity: number): Promise<string> {
  const { body } = await shop.call('POST /v1/products', {
    body: { name: 'Tea', priceAmount: 1000, onHandQuantity },
  });
  return body.id;
}

t.test('stock is adjusted by pieces, and each adjustment is kept', async (t) => {
  const shop = await app.createShop();
  const id = await addProduct(shop, 10);
  const target = `POST /v1/products/${id}/stock-adjustments`;
  const adjust = (onHandChange: number, options = {}) =>
    shop.call(target, { body: { onHandChange, reason: 'count' }, ...options });
  t.match(await adjust(5), {
    status: 201,
    headers: { etag: '"2"' },
    body: { productId: id, onHandQuantity: 15, reservedQuantity: 0, availableQuantity: 15, version: 2 },
  });
  t.match(await adjust(-15), { body: { onHandQuantity: 0 } });
  t.match(await adjust(-1), {
    status: 409,
    body: { code: 'insufficient_stock', errors: [{ pointer: '/onHandChange' }] },
  });
  t.match(await adjust(1_000_000_000), { body: { onHandQuantity: 1_000_000_000 } });
  t.match(await adjust(1), { status: 422, body: { code: 'stock_limit_exceeded' } });
  t.match(await adjust(1, { headers: { 'if-match': '"2"' } }), { status: 412, body: { currentVersion: 4 } });
  t.match(await adjust(-7, { headers: { 'if-match': '"4"' } }), { status: 201 });
  t.match(await adjust(1, { key: null }), { status: 400, body: { code: 'idempotency_key_missing' } });
  t.match(await adjust(1.5), { status: 400 });

  const key = newId();
  const once = await adjust(-3, { key });
  const twice = await adjust(-3, { key });
  t.same(twice.body, once.body);
  t.equal(twice.headers['idempotency-replayed'], 'true');

  const { body } = await shop.call(`GET /v1/products/${id}/stock-adjustments?limit=3`);
  t.match(body.data, [
    { onHandChange: -3 },
    { onHandChange: -7 },
    { onHandChange: 1_000_000_000, actorKind: 'api_key' },
  ]);
  const rest = await shop.call(`GET /v1/products/${id}/stock-adjustments?limit=3&cursor=${body.nextCursor}`);
  t.match(rest.body, {
    data: [{ onHandChange: -15 }, { onHandChange: 5 }, { reason: 'opening stock' }],
    nextCursor: null,
  });
  t.match((await shop.call('GET /v1/stock-levels')).body, {
    data: [{ productId: id, onHandQuantity: 999_999_990 }],
  });
  const events = await readEvents(app, shop, 'product.stock_adjusted');
  t.match(events[0]?.data, { onHandChange: 5, onHandQuantity: 15, reason: 'count' });
});

t.test('reserve, release, ship, return, take', async (t) => {
  const shop = await app.createShop();
  const [a, b] = [await addProduct(shop, 10), await addProduct(shop, 1)];
  const ctx = await shop.ctx();
  type Move = typeof reserveStock;
  const run = (move: Move, ...items: [string, number][]) =>
    inTransaction(ctx, (tx) =>
      move(
        tx,
        ctx.shop.id,
        items.map(([productId, quantity]) => ({ productId, quantity })),
      ),
    );
  const level = async (id: string) => {
    const { body } = await shop.call(`GET /v1/products/${id}/stock`);
    return [body.onHandQuantity, body.reservedQuantity];
  };
  t.same(await run(reserveStock), { levels: [], failed: [] });
  t.same(await run(reserveStock, [a, 3], [a, 4]), {
    levels: [{ productId: a, onHand: 10, reserved: 7 }],
    failed: [],
  });
  t.same((await run(reserveStock, [a, 4])).failed, [a]);
  t.same((await run(reserveStock, [a, 2], [a, 2])).failed, [a], 'two lines of one product are one demand');
  const both = await run(reserveStock, [b, 2], [a, 1]);
  t.same([both.failed, both.levels.length], [[b], 1]);
  const unknown = newId();
  t.same((await run(reserveStock, [unknown, 1])).failed, [unknown]);
  t.same(await level(a), [10, 8]);
  t.same((await run(releaseStock, [a, 9])).failed, [a]);
  t.same((await run(releaseStock, [a, 2])).failed, []);
  t.same((await run(shipStock, [a, 7])).failed, [a]);
  t.same((await run(shipStock, [a, 4])).failed, []);
  t.same(await level(a), [6, 2]);
  t.same((await run(returnStock, [a, 1], [b, 1])).failed, []);
  t.same(
    [await level(a), await level(b)],
    [
      [7, 2],
      [2, 0],
    ],
  );
  t.same((await run(takeStock, [a, 6])).failed, [a]);
  t.same((await run(takeStock, [a, 5])).failed, []);
  t.same(await level(a), [2, 2]);
  const body = { onHandChange: -1, reason: 'lost' };
  const low = await shop.call(`POST /v1/products/${a}/stock-adjustments`, { body });
  t.match(low, { status: 409, body: { code: 'insufficient_stock' } });
  const other = await app.createShop();
  const foreign = await inTransaction(ctx, (tx) =>
    returnStock(tx, other.shopId, [{ productId: a, quantity: 1 }]),
  );
  t.same(foreign.failed, [a]);
});

t.test('setting the stock on hand never goes below what is reserved', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const put = (onHandQuantity: number) =>
    shop.call('PUT /v1/products-by-external-id/x', { body: { name: 'X', priceAmount: 1, onHandQuantity } });
  const { body } = await put(5);
  await inTransaction(ctx, (tx) => reserveStock(tx, ctx.shop.id, [{ productId: body.id, quantity: 3 }]));
  t.match(await put(2), {
    status: 409,
    body: { code: 'insufficient_stock', errors: [{ pointer: '/onHandQuantity' }] },
  });
  t.match(await put(3), { status: 200 });
  const items = [
    { externalId: 'x', name: 'Other name', priceAmount: 1, onHandQuantity: 0 },
    { externalId: 'y', name: 'Y', priceAmount: 1 },
  ];
  const bulk = await shop.call('POST /v1/products/bulk', { body: { mode: 'perItem', items } });
  t.match(bulk.body.results, [{ status: 409, error: { code: 'insufficient_stock' } }, { status: 201 }]);
  t.equal(
    (await shop.call(`GET /v1/products/${body.id}`)).body.name,
    'X',
    'nothing of a refused item is written',
  );
});

t.test('findSellables', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const { body } = await shop.call('POST /v1/products', {
    body: {
      name: 'Tea',
      priceAmount: 1000,
      costAmount: 500,
      onHandQuantity: 3,
      priceBreaks: [{ minimumQuantity: 5, unitAmount: 900 }],
    },
  });
  await inTransaction(ctx, (tx) => reserveStock(tx, ctx.shop.id, [{ productId: body.id, quantity: 1 }]));
  const found = await findSellables(ctx.db, ctx.shop.id, [body.id, newId()]);
  t.match(found, [
    { id: body.id, priceAmount: 1000n, costAmount: 500n, minimumPriceAmount: null, available: 2 },
  ]);
  t.same(found[0]?.priceBreaks, [{ minimumQuantity: 5, unitAmount: 900 }]);
  const other = await app.createShop();
  t.same(await findSellables(ctx.db, other.shopId, [body.id]), []);
});
