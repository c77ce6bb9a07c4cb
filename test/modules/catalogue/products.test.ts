import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { startApp } from '../../support/app.ts';
import { readEvents } from './outbox.ts';

const app = await startApp(t);

const whole = {
  externalId: 'CHAI-10',
  name: 'Chai',
  description: '10 boxes x 20 bags',
  groupCode: 'chai',
  options: { size: '20 bags' },
  category: 'beverages',
  collections: ['best_seller'],
  status: 'active',
  priceAmount: 1800,
  referenceAmount: 2000,
  costAmount: 900,
  minimumPriceAmount: 1200,
  taxRateBps: 1900,
  weightGrams: 500,
  priceBreaks: [{ minimumQuantity: 10, unitAmount: 1700 }],
  returnExcludedReason: 'food',
  metadata: { shelf: 'A1' },
};

t.test('a product is added, read and listed', async (t) => {
  const shop = await app.createShop();
  const { call } = shop;
  const made = await call('POST /v1/products', { body: { ...whole, onHandQuantity: 39 } });
  t.equal(made.status, 201);
  t.match(made.body, { ...whole, currency: 'USD', version: 1 });
  t.equal(made.headers['etag'], '"1"');
  const path = `/v1/products/${made.body.id}`;
  t.same((await call(`GET ${path}`)).body, made.body);
  t.same((await call('GET /v1/products-by-external-id/CHAI-10')).body, made.body);
  t.same((await call('GET /v1/products')).body, { data: [made.body], nextCursor: null });
  t.match((await call(`GET ${path}/stock`)).body, {
    onHandQuantity: 39,
    reservedQuantity: 0,
    availableQuantity: 39,
  });
  t.match((await call(`GET ${path}/prices`)).body, {
    data: [{ amount: 1800, source: 'created', currency: 'USD' }],
  });
  t.equal((await call(`GET ${path}`, { headers: { 'if-none-match': '"1"' } })).status, 304);

  const least = await call('POST /v1/products', { body: { name: 'Least', priceAmount: 0 } });
  t.equal(least.status, 201);
  t.match(least.body, {
    externalId: null,
    options: {},
    collections: [],
    status: 'active',
    taxRateBps: 0,
    metadata: {},
  });
  t.match((await call(`GET /v1/products/${least.body.id}/stock`)).body, { onHandQuantity: 0 });

  t.match(await readEvents(app, shop, 'product.created'), [
    { subjectId: made.body.id, data: { externalId: 'CHAI-10', priceAmount: 1800, onHandQuantity: 39 } },
    { subjectId: least.body.id },
  ]);
});

t.test('what is wrong with a new product is told', async (t) => {
  const { call } = await app.createShop();
  await call('POST /v1/products', { body: whole });
  const refuse = async (body: object, status: number, code: string, pointer?: string) => {
    const answer = await call('POST /v1/products', { body: { name: 'X', priceAmount: 1000, ...body } });
    t.match(answer, { status, body: { code } }, JSON.stringify(body).slice(0, 80));
    if (pointer !== undefined) t.match(answer.body.errors, [{ pointer }]);
  };
  await refuse({ externalId: 'CHAI-10' }, 409, 'product_external_id_taken', '/externalId');
  await refuse({ minimumPriceAmount: 1001 }, 422, 'price_below_minimum', '/priceAmount');
  const twice = [2, 2].map((minimumQuantity) => ({ minimumQuantity, unitAmount: 900 - minimumQuantity }));
  await refuse({ priceBreaks: twice }, 422, 'price_breaks_not_falling', '/priceBreaks/1/minimumQuantity');
  await refuse({ priceAmount: 10.5 }, 400, 'validation_failed', '/priceAmount');
  await refuse({ priceAmount: '10' }, 400, 'validation_failed', '/priceAmount');
  await refuse({ priceAmount: -1 }, 400, 'validation_failed', '/priceAmount');
  await refuse({ priceAmount: 1e15 }, 400, 'validation_failed', '/priceAmount');
  await refuse({ currency: 'EUR' }, 400, 'validation_failed', '/currency');
  await refuse({ name: 'a\u0000b' }, 400, 'validation_failed', '/name');
  await refuse({ options: { '': 'x' } }, 400, 'validation_failed', '/options');
  await refuse({ options: { a: { b: 'c' } } }, 400, 'validation_failed', '/options/a');
  await refuse({ collections: ['new', 'new'] }, 400, 'validation_failed', '/collections');
  await refuse({ collections: ['old'] }, 400, 'validation_failed', '/collections/0');
  await refuse({ onHandQuantity: 2_000_000_000 }, 400, 'validation_failed', '/onHandQuantity');
  t.equal((await call('GET /v1/products')).body.data.length, 1, 'nothing was written');
});

t.test('a product is changed by merge patch', async (t) => {
  const shop = await app.createShop();
  const { call } = shop;
  const { body: made } = await call('POST /v1/products', { body: whole });
  const path = `/v1/products/${made.id}`;
  const changes = {
    priceAmount: 1900,
    description: null,
    metadata: { shelf: null, row: '7' },
    options: { grade: 'A' },
  };
  const patched = await call(`PATCH ${path}`, { body: changes, headers: { 'if-match': '"1"' } });
  t.match(patched, {
    status: 200,
    headers: { etag: '"2"' },
    body: { priceAmount: 1900, description: null, version: 2, name: 'Chai', collections: ['best_seller'] },
  });
  t.same(patched.body.metadata, { row: '7' });
  t.same(patched.body.options, { size: '20 bags', grade: 'A' });

  const stale = await call(`PATCH ${path}`, { body: { name: 'Y' }, headers: { 'if-match': '"1"' } });
  t.match(stale, { status: 412, body: { code: 'version_mismatch', currentVersion: 2 } });
  const same = await call(`PATCH ${path}`, { body: { name: 'Chai', metadata: { row: '7' } } });
  t.equal(same.body.version, 2, 'what changes nothing is no new version');
  t.match(await call(`PATCH ${path}`, { body: { name: null } }), { status: 400 });
  t.match(await call(`PATCH ${path}`, { body: { onHandQuantity: 1 } }), { status: 400 });
  const tooMany = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v']));
  t.match(await call(`PATCH ${path}`, { body: { metadata: tooMany } }), {
    status: 400,
    body: { code: 'validation_failed', errors: [{ pointer: '/metadata' }] },
  });
  await call('POST /v1/products', { body: { ...whole, externalId: 'CHANG' } });
  t.match(await call(`PATCH ${path}`, { body: { externalId: 'CHANG' } }), {
    body: { code: 'product_external_id_taken' },
  });
  t.match(await call(`PATCH ${path}`, { body: { minimumPriceAmount: 1901 } }), {
    body: { code: 'price_below_minimum' },
  });
  t.match(await call(`PATCH /v1/products/${newId()}`, { body: {} }), { status: 404 });

  const events = await readEvents(app, shop, 'product.updated', 'product.price_changed');
  t.match(events, [
    { type: 'product.updated', data: { version: 2 } },
    { type: 'product.price_changed', data: { previousAmount: 1800, amount: 1900, currency: 'USD' } },
  ]);
  t.same(events[0]?.data.changedFields.toSorted(), ['description', 'metadata', 'options', 'priceAmount']);
  t.equal(events.length, 2);
});

t.test('lists filter, sort and page', async (t) => {
  const { call } = await app.createShop();
  const long = '茶'.repeat(200);
  const items = [
    { name: 'B', category: 'tea', collections: ['new'] },
    { name: 'A', category: 'tea', groupCode: 'g', status: 'archived' },
    { name: long, category: 'coffee', collections: ['new', 'clearance'] },
    { name: 'A', category: 'coffee', groupCode: 'g' },
    { name: 'C' },
  ];
  const ids: string[] = [];
  for (const item of items)
    ids.push((await call('POST /v1/products', { body: { priceAmount: 1, ...item } })).body.id);
  const list = async (query: string) =>
    (await call(`GET /v1/products?${query}`)).body.data.map((p: any) => ids.indexOf(p.id));
  t.same(await list(''), [4, 3, 2, 1, 0]);
  t.same(await list('sort=createdAt'), [0, 1, 2, 3, 4]);
  t.same(await list('category=tea'), [1, 0]);
  t.same(await list('status=archived'), [1]);
  t.same(await list('groupCode=g&sort=createdAt'), [1, 3]);
  t.same(await list('collection=new'), [2, 0]);
  t.same(await list('collection=clearance&category=coffee'), [2]);
  await call(`PATCH /v1/products/${ids[0]}`, { body: { name: 'BB' } });
  t.same(await list('sort=-updatedAt'), [0, 4, 3, 2, 1]);
  const { updatedAt } = (await call(`GET /v1/products/${ids[0]}`)).body;
  t.ok((await list(`updatedSince=${updatedAt}`)).includes(0));
  t.same(await list('updatedSince=2100-01-01T00:00:00Z'), []);
  t.equal((await call(`GET /v1/products?updatedSince=${updatedAt}&sort=-updatedAt`)).status, 200);
  for (const sort of ['name', '-createdAt']) {
    const crossed = await call(`GET /v1/products?updatedSince=${updatedAt}&sort=${sort}`);
    t.match([crossed.status, crossed.body.code], [422, 'sort_not_available'], sort);
  }

  for (const sort of ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'name', '-name']) {
    const all = await list(`sort=${sort}`);
    const paged: number[] = [];
    let cursor = '';
    do {
      const { body } = await call(`GET /v1/products?sort=${sort}&limit=2${cursor}`);
      paged.push(...body.data.map((p: any) => ids.indexOf(p.id)));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    t.same(paged, all, sort);
    t.equal(new Set(paged).size, 5);
  }
  const { nextCursor } = (await call('GET /v1/products?limit=1')).body;
  t.match(await call(`GET /v1/products?limit=1&category=tea&cursor=${nextCursor}`), {
    body: { code: 'invalid_cursor' },
  });
  t.match(await call('GET /v1/products?sort=price'), {
    status: 400,
    body: { errors: [{ pointer: '/sort' }] },
  });
  t.match(await call('GET /v1/products?color=red'), { status: 400 });
});

t.test('a shop neither sees nor changes what another shop has', async (t) => {
  const [shop, other] = [await app.createShop(), await app.createShop()];
  const { body: made } = await shop.call('POST /v1/products', { body: whole });
  const path = `/v1/products/${made.id}`;
  const attempts = [
    [`GET ${path}`],
    ['GET /v1/products-by-external-id/CHAI-10'],
    [`PATCH ${path}`, { name: 'X' }],
    [`GET ${path}/stock`],
    [`GET ${path}/stock-adjustments`],
    [`POST ${path}/stock-adjustments`, { onHandChange: 1, reason: 'x' }],
    [`GET ${path}/prices`],
    [`GET ${path}/prices/at`],
    [`GET ${path}/best-prior-price?market=EU`],
    [`POST ${path}/prices`, { prices: [{ amount: 1, effectiveAt: '2000-01-01T00:00:00Z' }] }],
    [`GET /v1/catalogue/products/${made.id}`],
  ] as const;
  for (const [target, body] of attempts) {
    t.match(
      await other.call(target, body ? { body } : {}),
      { status: 404, body: { code: 'not_found' } },
      target,
    );
  }
  t.same((await other.call('GET /v1/products')).body.data, []);
  t.same((await other.call('GET /v1/stock-levels')).body.data, []);
  t.same((await other.call('GET /v1/catalogue/products')).body.data, []);
  const put = await other.call('PUT /v1/products-by-external-id/CHAI-10', {
    body: { name: 'Mine', priceAmount: 5 },
  });
  t.equal(put.status, 201, 'the same external id is free in another shop');
  t.same((await shop.call(`GET ${path}`)).body, made);
});
