import t from 'tap';
import { startApp } from '../../../support/app.ts';

t.test('front ends see what is on sale, and nothing that is not theirs to see', async (t) => {
  const shop = await startApp(t);
  const as = shop.publishableKey;
  const add = async (body: object) =>
    (await shop.call('POST /v1/products', { body: { priceAmount: 1000, ...body } })).body;
  const tea = await add({
    name: 'Tea',
    costAmount: 400,
    minimumPriceAmount: 500,
    metadata: { secret: 'x' },
    collections: ['new'],
    category: 'tea',
    onHandQuantity: 3,
  });
  const soldOut = await add({ name: 'Sold out', category: 'tea' });
  const gone = await add({ name: 'Gone', status: 'discontinued' });

  const one = await shop.call(`GET /v1/catalogue/products/${tea.id}`, { as });
  t.match(one, { status: 200, body: { id: tea.id, priceAmount: 1000, currency: 'USD', inStock: true } });
  t.equal(one.headers['etag'], undefined, 'stock changes without a version');
  for (const hidden of [
    'costAmount',
    'minimumPriceAmount',
    'metadata',
    'version',
    'onHandQuantity',
    'status',
  ]) {
    t.notOk(hidden in one.body, hidden);
  }
  t.match((await shop.call(`GET /v1/catalogue/products/${soldOut.id}`, { as })).body, { inStock: false });
  t.match(await shop.call(`GET /v1/catalogue/products/${gone.id}`, { as }), { status: 404 });

  const list = async (query: string) =>
    (await shop.call(`GET /v1/catalogue/products?${query}`, { as })).body.data.map((p: any) => [
      p.name,
      p.inStock,
    ]);
  t.same(await list(''), [
    ['Sold out', false],
    ['Tea', true],
  ]);
  t.same(await list('sort=-name&category=tea'), [
    ['Tea', true],
    ['Sold out', false],
  ]);
  t.same(await list('collection=new'), [['Tea', true]]);
  const { body } = await shop.call('GET /v1/catalogue/products?limit=1', { as });
  t.same(await list(`limit=1&cursor=${body.nextCursor}`), [['Tea', true]]);
  t.match(await shop.call('GET /v1/catalogue/products?status=archived', { as }), { status: 400 });

  for (const target of [
    'GET /v1/products',
    `GET /v1/products/${tea.id}`,
    `GET /v1/products/${tea.id}/stock`,
  ]) {
    t.match(await shop.call(target, { as }), { status: 403, body: { code: 'insufficient_scope' } }, target);
  }
});
