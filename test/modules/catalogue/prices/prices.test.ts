import t from 'tap';
import { type DealPrices, dealPrices } from '../../../../src/modules/catalogue/ports.ts';
import { startApp, type TestShop } from '../../../support/app.ts';

const app = await startApp(t);

const DAY = 1440;
const amounts = (body: any) => body.data.map(({ amount }: any) => amount);
const advance = (shop: TestShop, byMinutes: number) =>
  shop.call('POST /v1/test-clock/advance', { body: { byMinutes } });
const nowOf = async (shop: TestShop) => new Date((await shop.call('GET /v1/test-clock')).body.now);
const daysBefore = (date: Date, days: number) => new Date(date.getTime() - days * 86_400_000).toISOString();

async function addProduct(shop: TestShop, body: object = {}) {
  const made = await shop.call('POST /v1/products', { body: { name: 'Tea', priceAmount: 1000, ...body } });
  return { path: `/v1/products/${made.body.id}`, body: made.body };
}

t.test('every price is in the history, and the price at a moment is found', async (t) => {
  const shop = await app.createShop();
  const { path, body: made } = await addProduct(shop);
  const patch = async (priceAmount: number) =>
    (await shop.call(`PATCH ${path}`, { body: { priceAmount } })).body;
  await advance(shop, DAY);
  const second = await patch(1100);
  await advance(shop, DAY);
  const third = await patch(900);
  await shop.call(`PATCH ${path}`, { body: { name: 'Green tea' } });
  const { body: list } = await shop.call(`GET ${path}/prices`);
  t.same(amounts(list), [900, 1100, 1000]);
  t.match(list.data, [{ source: 'changed', effectiveAt: third.priceEffectiveAt }, {}, { source: 'created' }]);

  const priceAt = async (at: string) => (await shop.call(`GET ${path}/prices/at?at=${at}`)).body;
  t.equal((await priceAt(made.createdAt)).amount, 1000);
  t.equal((await priceAt(second.priceEffectiveAt)).amount, 1100);
  t.equal((await priceAt(new Date(Date.parse(third.priceEffectiveAt) - 1).toISOString())).amount, 1100);
  t.equal((await shop.call(`GET ${path}/prices/at`)).body.amount, 900);
  t.equal((await priceAt('2999-01-01T00:00:00Z')).amount, 900);
  t.match(await priceAt('2001-01-01T00:00:00Z'), { code: 'no_price_then', status: 404 });

  const first = await shop.call(`GET ${path}/prices?limit=2`);
  t.same(amounts(first.body), [900, 1100]);
  const next = await shop.call(`GET ${path}/prices?limit=2&cursor=${first.body.nextCursor}`);
  t.same(amounts(next.body), [1000]);
  const { path: other } = await addProduct(shop);
  t.match(await shop.call(`GET ${other}/prices?limit=2&cursor=${first.body.nextCursor}`), {
    body: { code: 'invalid_cursor' },
  });
});

t.test('prices from before the product came here', async (t) => {
  const shop = await app.createShop();
  const { path, body: made } = await addProduct(shop);
  const now = new Date(made.createdAt);
  const record = (prices: object[]) => shop.call(`POST ${path}/prices`, { body: { prices } });
  const past = [
    { amount: 800, effectiveAt: daysBefore(now, 20) },
    { amount: 700, effectiveAt: daysBefore(now, 90) },
  ];
  t.match(await record(past), { status: 200, body: { recordedCount: 2, knownCount: 0 } });
  t.match(await record([...past, { amount: 750, effectiveAt: daysBefore(now, 50) }]), {
    body: { recordedCount: 1, knownCount: 2 },
  });
  const { body: list } = await shop.call(`GET ${path}/prices`);
  t.same(amounts(list), [1000, 800, 750, 700]);
  t.match(list.data[1], { source: 'imported' });
  t.match(await record([{ amount: 801, effectiveAt: daysBefore(now, 20) }]), {
    status: 409,
    body: { code: 'past_price_differs', errors: [{ pointer: '/prices/0/amount' }] },
  });
  const early = { amount: 1, effectiveAt: daysBefore(now, 400) };
  const late = { amount: 1, effectiveAt: made.createdAt };
  t.match(await record([early, late]), {
    status: 422,
    body: { code: 'past_price_too_late', errors: [{ pointer: '/prices/1/effectiveAt' }] },
  });
  t.same(
    amounts((await shop.call(`GET ${path}/prices`)).body),
    [1000, 800, 750, 700],
    'a refusal writes nothing',
  );
  t.equal((await shop.call(`GET ${path}`)).body.priceAmount, 1000);
  const far = await record([{ amount: 1, effectiveAt: '0001-01-01T00:00:00+14:00' }]);
  t.equal(far.status, 400, 'a year that the database does not have');
});

t.test('EU: the lowest price offered in 30 days, with the one in force when they began', async (t) => {
  const shop = await app.createShop({ countryProfile: 'EU' });
  const { path, body: made } = await addProduct(shop);
  const now = new Date(made.createdAt);
  await shop.call(`POST ${path}/prices`, {
    body: {
      prices: [
        { amount: 500, effectiveAt: daysBefore(now, 100) },
        { amount: 700, effectiveAt: daysBefore(now, 40) },
        { amount: 900, effectiveAt: daysBefore(now, 20) },
      ],
    },
  });
  const best = async (query: string) =>
    (await shop.call(`GET ${path}/best-prior-price?market=EU${query}`)).body;
  t.match(await best(''), {
    amount: 700,
    basis: 'lowest_offered',
    windowDays: 30,
    currency: 'USD',
    market: 'EU',
  });
  t.match(await best(`&at=${daysBefore(now, 5)}`), { amount: 700 });
  t.match(await best(`&at=${daysBefore(now, 39)}`), { amount: 500 });
  t.match(
    await best(`&at=${daysBefore(now, 40)}`),
    { amount: 500 },
    'what begins at the moment does not count',
  );
  t.match(await best(`&at=${daysBefore(now, 10)}`), { amount: 700 }, 'what began with the window counts');
  t.match(await best(`&at=${daysBefore(now, 100)}`), { amount: null, basis: 'never_offered' });
  await advance(shop, 11 * DAY);
  t.match(await best(''), { amount: 900 }, 'the window moves on');
});

t.test('EU: a crossed-out price is never above it', async (t) => {
  const shop = await app.createShop({ countryProfile: 'EU' });
  const untrue = { status: 422, body: { code: 'reference_price_not_true', rule: 'crossed_out_price_eu' } };
  const isNew = { body: { name: 'New', priceAmount: 900, referenceAmount: 1000 } };
  t.match(await shop.call('POST /v1/products', isNew), untrue, 'nothing was offered before');
  const { path } = await addProduct(shop);
  const patch = (body: object) => shop.call(`PATCH ${path}`, { body });
  t.match(await patch({ referenceAmount: 1000 }), { status: 200 }, 'at the price itself nothing is claimed');
  await advance(shop, 31 * DAY);
  t.match(await patch({ priceAmount: 800, referenceAmount: 1001 }), untrue);
  t.match(await patch({ priceAmount: 800 }), {
    status: 200,
    body: { priceAmount: 800, referenceAmount: 1000 },
  });
  await advance(shop, DAY);
  t.match(await patch({ name: 'Green tea' }), { status: 200 }, 'it stays true beside the same price');
  t.match(await patch({ priceAmount: 700 }), { ...untrue, body: { bestPriorAmount: 800 } });
  t.match(await patch({ priceAmount: 700, referenceAmount: 800 }), { status: 200 });
  t.match(await patch({ priceAmount: 790 }), untrue, 'also beside a price that rises');
  t.match(await patch({ priceAmount: 790, referenceAmount: null }), { status: 200 });

  const items = [
    { externalId: 'a', name: 'A', priceAmount: 5, referenceAmount: 9 },
    { externalId: 'b', name: 'B', priceAmount: 5, referenceAmount: 5 },
  ];
  const { body } = await shop.call('POST /v1/products/bulk', { body: { mode: 'perItem', items } });
  t.match(body.results, [{ status: 422, error: { code: 'reference_price_not_true' } }, { status: 201 }]);
});

t.test('CN: the lowest price charged in 7 days, else the last one', async (t) => {
  const deals: { productId: string; amount: bigint; at: Date }[] = [];
  const of = (id: string, from: number, to: Date) =>
    deals.filter(({ productId, at }) => productId === id && at.getTime() >= from && at < to);
  // Orders are to the right of the catalogue: here stands in for them what the port asks for.
  const fake: DealPrices = {
    findLowestUnitPrice: async (_on, _shop, id, from, to) =>
      of(id, from.getTime(), to)
        .map(({ amount }) => amount)
        .toSorted((a, b) => (a < b ? -1 : 1))[0],
    findLastUnitPrice: async (_on, _shop, id, before) =>
      of(id, 0, before).toSorted((a, b) => b.at.getTime() - a.at.getTime())[0],
  };
  const { get } = dealPrices;
  Object.assign(dealPrices, { get: () => fake });
  t.teardown(() => void Object.assign(dealPrices, { get }));

  const shop = await app.createShop({ countryProfile: 'CN' });
  const { path, body: made } = await addProduct(shop);
  const best = async () => (await shop.call(`GET ${path}/best-prior-price?market=CN`)).body;
  t.match(await best(), { amount: null, basis: 'never_sold', windowDays: 7 });
  const sell = async (amount: bigint) => deals.push({ productId: made.id, amount, at: await nowOf(shop) });
  await sell(950n);
  await advance(shop, DAY);
  await sell(980n);
  await advance(shop, DAY);
  t.match(await best(), { amount: 950, basis: 'lowest_charged' });
  const patch = (body: object) => shop.call(`PATCH ${path}`, { body });
  t.match(await patch({ priceAmount: 800, referenceAmount: 951 }), {
    status: 422,
    body: { code: 'reference_price_not_true', rule: 'crossed_out_price_cn', bestPriorAmount: 950 },
  });
  t.match(await patch({ priceAmount: 800, referenceAmount: 950 }), { status: 200 });
  await advance(shop, 8 * DAY);
  t.match(await best(), { amount: 980, basis: 'last_charged' });
  t.match(await shop.call(`GET ${path}/best-prior-price?market=US`), { status: 400 });
  t.match(await shop.call(`GET ${path}/best-prior-price`), { status: 400 });
});

t.test('elsewhere a crossed-out price is not checked', async (t) => {
  const shop = await app.createShop();
  const { body } = await addProduct(shop, { referenceAmount: 5000 });
  t.equal(body.referenceAmount, 5000);
});
