import t, { type Test } from 'tap';
import { modules } from '../../../src/modules.ts';
import { reserveStock } from '../../../src/modules/catalogue/stock.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { readEvents } from './outbox.ts';

const app = await startApp(t, { poolSize: 24 });

const times = (count: number) => Array.from({ length: count }, (_, i) => i);
const count = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

async function addProduct({ call }: TestShop, onHandQuantity: number) {
  const { body } = await call('POST /v1/products', {
    body: { name: 'Tea', priceAmount: 1000, onHandQuantity },
  });
  return { id: body.id as string, path: `/v1/products/${body.id}` };
}

async function checkInvariants(t: Test) {
  for (const { name, check } of modules.flatMap((module) =>
    module.name === 'catalogue' ? (module.invariants ?? []) : [],
  )) {
    const { checked, broken } = await check(app.deps.db);
    t.ok(Number(checked) > 0 && Number(broken) === 0, `${name}: ${broken} of ${checked} broken`);
  }
}

t.test('50 adjustments at once: none is lost, stock is never negative', async (t) => {
  const shop = await app.createShop();
  const { path } = await addProduct(shop, 100);
  const adjust = (onHandChange: number) =>
    shop.call(`POST ${path}/stock-adjustments`, { body: { onHandChange, reason: 'race' } });
  const answers = await Promise.all(times(50).map((i) => adjust(i % 2 === 0 ? 3 : -7)));
  const done = { up: 0, down: 0 };
  answers.forEach(({ status }, i) => {
    t.ok([201, 409].includes(status), `answer ${i} is ${status}`);
    if (status === 201) done[i % 2 === 0 ? 'up' : 'down'] += 1;
  });
  t.equal(done.up, 25);
  t.equal((await shop.call(`GET ${path}/stock`)).body.onHandQuantity, 100 + 3 * done.up - 7 * done.down);

  const { path: last } = await addProduct(shop, 1);
  const takes = await Promise.all(
    times(50).map(() =>
      shop.call(`POST ${last}/stock-adjustments`, { body: { onHandChange: -1, reason: 'race' } }),
    ),
  );
  t.same([count(takes, 201), count(takes, 409)], [1, 49]);
  await checkInvariants(t);
});

t.test('50 price changes at once: the history is a chain without a gap', async (t) => {
  const shop = await app.createShop();
  const { path } = await addProduct(shop, 0);
  const patches = await Promise.all(
    times(50).map((i) => shop.call(`PATCH ${path}`, { body: { priceAmount: 2000 + i } })),
  );
  t.equal(count(patches, 200), 50);
  const product = (await shop.call(`GET ${path}`)).body;
  const { data } = (await shop.call(`GET ${path}/prices?limit=200`)).body;
  t.equal(data.length, 51);
  t.same([product.priceAmount, product.version], [data[0].amount, 51]);
  t.equal(new Set(data.map(({ effectiveAt }: any) => effectiveAt)).size, 51, 'each has a moment of its own');
  const events = await readEvents(app, shop, 'product.price_changed');
  const chain = [...data].toReversed().map(({ amount }: any) => amount);
  const steps = new Map(events.map(({ data }) => [data.amount, data.previousAmount]));
  t.ok(chain.every((amount: number, i: number) => i === 0 || steps.get(amount) === chain[i - 1]));

  const versioned = await Promise.all(
    times(20).map((i) =>
      shop.call(`PATCH ${path}`, { body: { name: `N${i}` }, headers: { 'if-match': '"51"' } }),
    ),
  );
  t.same([count(versioned, 200), count(versioned, 412)], [1, 19]);
  await checkInvariants(t);
});

/** A context that counts how often a transaction was tried again: deadlocks would not show otherwise. */
async function countingContext(shop: TestShop) {
  const ctx = await shop.ctx();
  const retries: unknown[] = [];
  const log = Object.assign(Object.create(ctx.log), { debug: (entry: unknown) => retries.push(entry) });
  return { ctx: { ...ctx, log }, retries };
}

t.test('reservations never oversell and opposite orders do not deadlock', async (t) => {
  const shop = await app.createShop();
  const { ctx, retries } = await countingContext(shop);
  const [a, b] = [await addProduct(shop, 13), await addProduct(shop, 100)];
  const reserve = (...ids: string[]) =>
    inTransaction(ctx, async (tx) => {
      const items = ids.map((productId) => ({ productId, quantity: 1 }));
      const { failed } = await reserveStock(tx, ctx.shop.id, items);
      if (failed.length > 0) throw new Error(`short of ${failed.join()}`);
    });
  const results = await Promise.allSettled(
    times(20).map((i) => (i % 2 === 0 ? reserve(a.id, b.id) : reserve(b.id, a.id))),
  );
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  t.equal(errors.length, 7);
  t.ok(errors.every((error) => error.includes(`short of ${a.id}`)));
  const stock = async ({ path }: { path: string }) =>
    (await shop.call(`GET ${path}/stock`)).body.reservedQuantity;
  t.same([await stock(a), await stock(b)], [13, 13], 'what failed left nothing behind');
  t.same(retries, [], 'no deadlock');
  await checkInvariants(t);
});

t.test('reservations of many products while a bulk counts them', async (t) => {
  const shop = await app.createShop();
  const { ctx, retries } = await countingContext(shop);
  const items = times(30).map((i) => ({
    externalId: `sku-${i}`,
    name: 'Tea',
    priceAmount: 100,
    onHandQuantity: 1000,
  }));
  const { body } = await shop.call('POST /v1/products/bulk', { body: { items } });
  const ids: string[] = body.results.map(({ id }: any) => id);
  const reservations = times(20).map((i) => {
    const mine = ids.map((_, n) => ({ productId: ids[(n * 7 + i) % 30] ?? '', quantity: 1 }));
    return inTransaction(ctx, (tx) => reserveStock(tx, ctx.shop.id, mine)).then(
      ({ failed }) => failed.length,
    );
  });
  const counts = times(6).map(async (i) => {
    const changed = items.map((item) => ({ ...item, onHandQuantity: 900 + i, priceAmount: 100 + i }));
    return (await shop.call('POST /v1/products/bulk', { body: { items: changed.toReversed() } })).status;
  });
  t.same(new Set(await Promise.all(reservations)), new Set([0]));
  t.same(
    await Promise.all(counts),
    times(6).map(() => 200),
  );
  const { data } = (await shop.call('GET /v1/stock-levels')).body;
  t.ok(data.every(({ reservedQuantity }: any) => reservedQuantity === 20));
  t.same(retries, [], 'no deadlock');
  await checkInvariants(t);
});

t.test('reservations against counts of the warehouse', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const { id, path } = await addProduct(shop, 20);
  const work = times(40).map((i) =>
    i % 2 === 0
      ? inTransaction(ctx, (tx) => reserveStock(tx, ctx.shop.id, [{ productId: id, quantity: 1 }])).then(
          ({ failed }) => failed.length === 0,
        )
      : app
          .call(`POST ${path}/stock-adjustments`, { body: { onHandChange: -1, reason: 'lost' } })
          .then(({ status }) => status === 201),
  );
  const done = await Promise.all(work);
  const reserved = done.filter((ok, i) => ok && i % 2 === 0).length;
  const lost = done.filter((ok, i) => ok && i % 2 === 1).length;
  t.equal(reserved + lost, 20, `${reserved} reserved, ${lost} lost`);
  t.match((await shop.call(`GET ${path}/stock`)).body, {
    onHandQuantity: 20 - lost,
    reservedQuantity: reserved,
  });
});

t.test('one external id is added once, and bulk upserts of the same products all succeed', async (t) => {
  const shop = await app.createShop();
  const body = { name: 'Tea', priceAmount: 100 };
  const puts = await Promise.all(
    times(20).map(() => shop.call('PUT /v1/products-by-external-id/one', { body })),
  );
  t.same([count(puts, 201), count(puts, 200)], [1, 19]);
  const posts = await Promise.all(
    times(20).map(() => shop.call('POST /v1/products', { body: { ...body, externalId: 'two' } })),
  );
  t.same([count(posts, 201), count(posts, 409)], [1, 19]);

  const items = times(100).map((i) => ({
    externalId: `sku-${i}`,
    name: 'Tea',
    priceAmount: 100,
    onHandQuantity: 5,
  }));
  const bulks = await Promise.all(
    times(8).map((i) => {
      const mine = items.map((item) => ({ ...item, priceAmount: 100 + i, onHandQuantity: 5 + i }));
      return shop.call('POST /v1/products/bulk', { body: { items: i % 2 === 0 ? mine : mine.toReversed() } });
    }),
  );
  t.equal(count(bulks, 200), 8, bulks.map(({ body }) => body.code).join());
  const statuses = bulks.flatMap(({ body }) => body.results.map((result: any) => result.status));
  t.equal(statuses.filter((status) => status === 201).length, 100);
  await checkInvariants(t);
});
