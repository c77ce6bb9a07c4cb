import t from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { startApp } from '../support/app.ts';
import { makeCustomer, makeProduct, tokenOf } from '../support/world.ts';

const rateLimits = { read: 5, write: 4, bulk: 2, front: 3, open: 2, refused: 3, guessed: 3 };
const limited = (t: Parameters<typeof startApp>[0]) => startApp(t, { config: { rateLimits, trustProxy: 1 } });

const from = (address: string) => ({ 'x-forwarded-for': address });

t.test('each key has its allowance, for each class of route', async (t) => {
  const app = await limited(t);
  for (let left = 4; left >= 0; left -= 1) {
    const { status, headers } = await app.call('GET /v1/orders');
    t.equal(status, 200);
    t.equal(headers['ratelimit-policy'], '"read";q=5;w=60');
    t.match(headers['ratelimit'], new RegExp(`^"read";r=${left};t=(60|59|5\\d)$`));
  }
  const refused = await app.call('GET /v1/orders');
  t.match(refused, { status: 429, body: { code: 'rate_limited', status: 429, errors: [] } });
  t.match(refused.headers['content-type'], /problem\+json/);
  const wait = Number(refused.headers['retry-after']);
  t.ok(wait > 0 && wait <= 60, `${wait} s`);
  t.match(refused.headers['ratelimit'], /^"read";r=0;t=\d+$/);

  const product = await makeProduct(app);
  t.ok(product.id, 'writes are counted apart');
  const other = await app.createShop();
  t.equal((await other.call('GET /v1/orders')).status, 200, 'another key is not touched');
});

t.test('what is refused for its allowance does nothing', async (t) => {
  const app = await limited(t);
  const body = () => ({ name: 'Chai', priceAmount: 1, externalId: newId() });
  for (let i = 0; i < 4; i += 1) t.equal((await app.call('POST /v1/products', { body: body() })).status, 201);
  const key = newId();
  t.equal((await app.call('POST /v1/products', { body: body(), key })).status, 429);
  t.equal((await app.call('GET /v1/products')).body.data.length, 4);
  const { rows } = await app.deps.db.$client.query('select 1 from idempotency_keys where key = $1', [key]);
  t.same(rows, [], 'and is not kept under its key');
});

t.test('bulk requests, customers and shop front ends have their own', async (t) => {
  const app = await limited(t);
  const item = () => ({ items: [{ externalId: newId(), name: 'Chai', priceAmount: 1 }], mode: 'atomic' });
  const bulk = async () => (await app.call('POST /v1/products/bulk', { body: item() })).status;
  t.same(
    [await bulk(), await bulk(), await bulk()].map((status) => status === 429),
    [false, false, true],
  );

  const customer = await makeCustomer(app);
  const token = await tokenOf(app, customer.id);
  const own = async () => (await app.call('GET /v1/orders', { as: token })).status;
  t.same([await own(), await own(), await own(), await own()], [200, 200, 200, 429]);

  const browse = async (address: string) =>
    (await app.call('GET /v1/catalogue/products', { as: app.publishableKey, headers: from(address) })).status;
  const visits = [await browse('203.0.113.7'), await browse('203.0.113.7'), await browse('203.0.113.7')];
  t.same([...visits, await browse('203.0.113.7')].at(-1), 429, 'one visitor of the shop');
  t.not(await browse('203.0.113.8'), 429, 'and not the others');
});

t.test(
  'who tries credentials that do not count is told to stop, and a right one is not touched',
  async (t) => {
    const app = await limited(t);
    const guess = async (as: string | null, address = '203.0.113.9') =>
      (await app.call('GET /v1/orders', { as, headers: from(address) })).status;
    t.same([await guess('sk_live_x'), await guess(null), await guess('nonsense')], [401, 401, 401]);
    t.equal(await guess('sk_live_y'), 429);
    t.equal(await guess(app.secretKey), 200, 'from the same address');
    t.equal(await guess('sk_live_y', '203.0.113.10'), 401, 'another address');
  },
);

t.test('without allowances nothing is counted', async (t) => {
  const app = await startApp(t);
  const { headers } = await app.call('GET /v1/orders');
  t.equal(headers['ratelimit'], undefined);
});
