import t, { type Test } from 'tap';
import { reserveStock } from '../../../src/modules/catalogue/stock.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { modules } from '../../../src/modules.ts';

const times = (count: number) => Array.from({ length: count }, (_, i) => i);
const count = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

async function addProduct({ call }: TestApp, onHandQuantity: number) {
  const { body } = await call('POST /v1/products', { body: { name: 'Tea', priceAmount: 1000, onHandQuantity } });
  return { id: body.id as string, path: `/v1/products/${body.id}` };
}

async function checkInvariants(t: Test, { deps }: TestApp) {
  for (const { name, check } of modules.flatMap((module) => (module.name === 'catalogue' ? (module.invariants ?? []) : []))) {
    const { checked, broken } = await check(deps.db);
    t.ok(checked > 0n && broken === 0n, `${name}: ${broken} of ${checked} broken`);
  }
}

t.test('50 adjustments at once: none is lost, stock is never negative', async (t) => {
  const app = await startApp(t);
  const { path } = await addProduct(app, 100);
  const adjust = (onHandChange: number) =>
    app.call(`POST ${path}/stock-adjustments`, { body: { onHandChange, reason: 'race' } });
  const answers = await Promise.all(times(50).map((i) => adjust(i % 2 === 0 ? 3 : -7)));
  const done = { up: 0, down: 0 };
  answers.forEach(({ status }, i) => {
    t.ok([201, 409].includes(status), `answer ${i} is ${status}`);
    if (status === 201) done[i % 2 === 0 ? 'up' : 'down'] += 1;
  });
  t.equal(done.up, 25);
  t.equal((await app.call(`GET ${path}/stock`)).body.onHandQuantity, 100 + 3 * done.up - 7 * done.down);

  const { path: last } = await addProduct(app, 1);
  const takes = await Promise.all(
    times(50).map(() => app.call(`POST ${last}/stock-adjustments`, { body: { onHandChange: -1, reason: 'race' } })),
  );
  t.same([count(takes, 201), count(takes, 409)], [1, 49]);
  await checkInvariants(t, app);
});

t.test('50 price changes at once: the history is a chain without a gap', async (t) => {
  const app = await startApp(t);
  const { path } = await addProduct(app, 0);
  const patches = await Promise.all(
    times(50).map((i) => app.call(`PATCH ${path}`, { body: { priceAmount: 2000 + i } })),
  );
  t.equal(count(patches, 200), 50);
  const product = (await app.call(`GET ${path}`)).body;
  const { data } = (await app.call(`GET ${path}/prices?limit=200`)).body;
  t.equal(data.length, 51);
  t.same([product.priceAmount, product.version], [data[0].amount, 51]);
  t.equal(new Set(data.map(({ effectiveAt }: any) => effectiveAt)).size, 51, 'each has a moment of its own');
  await app.settle();
  const events = (await app.call('GET /v1/changes?types=product.price_changed&limit=200')).body.data;
  const chain = [...data].toReversed().map(({ amount }: any) => amount);
  const steps = new Map(events.map(({ data }: any) => [data.amount, data.previousAmount]));
  t.ok(chain.every((amount: number, i: number) => i === 0 || steps.get(amount) === chain[i - 1]));

  const versioned = await Promise.all(
    times(20).map((i) => app.call(`PATCH ${path}`, { body: { name: `N${i}` }, headers: { 'if-match': '"51"' } })),
  );
  t.same([count(versioned, 200), count(versioned, 412)], [1, 19]);
  await checkInvariants(t, app);
});

t.test('reservations never oversell and opposite orders do not deadlock', async (t) => {
  const app = await startApp(t, { poolSize: 24 });
  const ctx = await app.ctx();
  const [a, b] = [await addProduct(app, 13), await addProduct(app, 100)];
  const reserve = (...ids: string[]) =>
    inTransaction(ctx, async (tx) => {
      const { failed } = await reserveStock(tx, ctx.shop.id, ids.map((productId) => ({ productId, quantity: 1 })));
      if (failed.length > 0) throw new Error(`short of ${failed.join()}`);
    });
  const results = await Promise.allSettled(
    times(20).map((i) => (i % 2 === 0 ? reserve(a.id, b.id) : reserve(b.id, a.id))),
  );
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  t.equal(errors.length, 7);
  t.ok(errors.every((error) => error.includes(`short of ${a.id}`)), errors.join('; '));
  const stock = async ({ path }: { path: string }) => (await app.call(`GET ${path}/stock`)).body.reservedQuantity;
  t.same([await stock(a), await stock(b)], [13, 13], 'what failed left nothing behind');
  await checkInvariants(t, app);
});

t.test('reservations against counts of the warehouse', async (t) => {
  const app = await startApp(t, { poolSize: 24 });
  const ctx = await app.ctx();
  const { id, path } = await addProduct(app, 20);
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
  t.match((await app.call(`GET ${path}/stock`)).body, { onHandQuantity: 20 - lost, reservedQuantity: reserved });
});

t.test('one external id is added once, and bulk upserts of the same products all succeed', async (t) => {
  const app = await startApp(t);
  const body = { name: 'Tea', priceAmount: 100 };
  const puts = await Promise.all(times(20).map(() => app.call('PUT /v1/products-by-external-id/one', { body })));
  t.same([count(puts, 201), count(puts, 200)], [1, 19]);
  const posts = await Promise.all(
    times(20).map(() => app.call('POST /v1/products', { body: { ...body, externalId: 'two' } })),
  );
  t.same([count(posts, 201), count(posts, 409)], [1, 19]);

  const items = times(100).map((i) => ({ externalId: `sku-${i}`, name: 'Tea', priceAmount: 100, onHandQuantity: 5 }));
  const bulks = await Promise.all(
    times(8).map((i) => {
      const mine = items.map((item) => ({ ...item, priceAmount: 100 + i, onHandQuantity: 5 + i }));
      return app.call('POST /v1/products/bulk', { body: { items: i % 2 === 0 ? mine : mine.toReversed() } });
    }),
  );
  t.equal(count(bulks, 200), 8, bulks.map(({ body }) => body.code).join());
  const statuses = bulks.flatMap(({ body }) => body.results.map((result: any) => result.status));
  t.equal(statuses.filter((status) => status === 201).length, 100);
  await checkInvariants(t, app);
});
