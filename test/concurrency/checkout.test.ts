import { pino } from 'pino';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { startApp } from '../support/app.ts';
import { makeProduct } from '../support/world.ts';
import { checkInvariants, ok, readStock, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);

t.test('50 checkouts at once for the last unit: one order, 49 refusals that say why', async (t) => {
  const product = await makeProduct(app, { onHandQuantity: 1 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const answers = await Promise.all(times(50).map(() => app.call('POST /v1/orders', { body: { lines } })));
  t.same(tally(answers), { 201: 1, 409: 49 });
  for (const { status, body } of answers) {
    if (status === 201) continue;
    t.match(body, { code: 'out_of_stock', errors: [{ pointer: '/lines/0/quantity', code: 'out_of_stock' }] });
  }
  t.match(await readStock(app, product.id), {
    onHandQuantity: 1,
    reservedQuantity: 1,
    availableQuantity: 0,
  });
  await checkInvariants(t, app);
});

t.test('two lines that share one product are summed', async (t) => {
  const product = await makeProduct(app, { onHandQuantity: 5 });
  const share = (one: number, two: number) => ({
    lines: [
      { productId: product.id, quantity: one },
      { productId: product.id, quantity: two },
    ],
  });
  const refused = await app.call('POST /v1/orders', { body: share(3, 3) });
  t.equal(refused.status, 409);
  t.same(
    refused.body.errors.map(({ pointer }: any) => pointer),
    ['/lines/0/quantity', '/lines/1/quantity'],
  );
  t.equal((await readStock(app, product.id)).reservedQuantity, 0, 'nothing stays reserved');
  const answers = await Promise.all(times(10).map(() => app.call('POST /v1/orders', { body: share(1, 1) })));
  t.same(tally(answers), { 201: 2, 409: 8 });
  t.match(await readStock(app, product.id), { reservedQuantity: 4, availableQuantity: 1 });
  await checkInvariants(t, app);
});

t.test('one product of the basket is short: nothing of the others is reserved', async (t) => {
  const [plenty, short] = [await makeProduct(app), await makeProduct(app, { onHandQuantity: 0 })];
  const lines = [plenty, short].map(({ id }) => ({ productId: id, quantity: 1 }));
  const refused = await app.call('POST /v1/orders', { body: { lines } });
  t.match([refused.status, refused.body.errors[0].pointer], [409, '/lines/1/quantity']);
  t.equal((await readStock(app, plenty.id)).reservedQuantity, 0);
});

t.test('one idempotency key sent 20 times at once: one order, one answer', async (t) => {
  const product = await makeProduct(app);
  const body = { lines: [{ productId: product.id, quantity: 2 }] };
  const answers = await Promise.all(
    times(20).map(() => app.call('POST /v1/orders', { body, key: 'twenty-at-once' })),
  );
  t.same(tally(answers), { 201: 20 });
  t.equal(new Set(answers.map((answer) => JSON.stringify(answer.body))).size, 1);
  t.equal(new Set(answers.map((answer) => answer.headers['etag'])).size, 1);
  t.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true').length, 19);
  t.equal((await readStock(app, product.id)).reservedQuantity, 2);
  const other = await app.call('POST /v1/orders', {
    body: { ...body, channel: 'shop' },
    key: 'twenty-at-once',
  });
  t.match([other.status, other.body.code], [422, 'idempotency_key_reused']);
  const sorted = { lines: [{ quantity: 2, productId: product.id }] };
  const same = await app.call('POST /v1/orders', { body: sorted, key: 'twenty-at-once' });
  t.equal(same.headers['idempotency-replayed'], 'true', 'the order of the fields does not matter');
});

t.test('the same key in two processes: one order, one answer', async (t) => {
  const db = openDatabase(app.url, { poolSize: 10, preparedStatements: true }, app.deps.log);
  const second = await buildApp({ ...app.deps, db });
  t.teardown(async () => {
    await second.close();
    await db.$client.end();
  });
  const sendTo = (target: typeof second, payload: object, key: string) =>
    target.inject({
      method: 'POST',
      url: '/v1/orders',
      headers: { authorization: `Bearer ${app.secretKey}`, 'idempotency-key': key },
      payload,
    });
  for (const onHandQuantity of [100, 1]) {
    const product = await makeProduct(app, { onHandQuantity });
    const body = { lines: [{ productId: product.id, quantity: 1 }] };
    const answers = await Promise.all(
      times(20).map((i) => sendTo(i % 2 === 0 ? app.app : second, body, `two-${onHandQuantity}`)),
    );
    t.same(new Set(answers.map((answer) => answer.statusCode)), new Set([201]));
    t.equal(new Set(answers.map((answer) => answer.body)).size, 1);
    t.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true').length, 19);
    t.equal((await readStock(app, product.id)).reservedQuantity, 1);
  }
  await checkInvariants(t, app);
});

t.test('baskets in opposite order do not deadlock', async (t) => {
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const watched = await buildApp({ ...app.deps, log });
  t.teardown(() => watched.close());
  const products = await Promise.all(times(6).map(() => makeProduct(app, { onHandQuantity: 1000 })));
  const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
  const answers = await Promise.all(
    times(60).map((i) =>
      watched.inject({
        method: 'POST',
        url: '/v1/orders',
        headers: { authorization: `Bearer ${app.secretKey}`, 'idempotency-key': `opposite-${i}` },
        payload: { lines: i % 2 === 0 ? lines : lines.toReversed() },
      }),
    ),
  );
  t.ok(answers.every((answer) => answer.statusCode === 201));
  t.same(
    logged.filter((line) => line.includes('tried again')),
    [],
    'not even one that was tried again',
  );
  for (const { id } of products) t.equal((await readStock(app, id)).reservedQuantity, 60);
});

t.test('an order that loses the race for one product gives the others back', async (t) => {
  const scarce = await makeProduct(app, { onHandQuantity: 5 });
  const others = await Promise.all(times(3).map(() => makeProduct(app, { onHandQuantity: 100 })));
  const answers = await Promise.all(
    times(20).map((i) => {
      const other = others[i % 3];
      const lines = [other, scarce].map(({ id }) => ({ productId: id, quantity: 1 }));
      return app.call('POST /v1/orders', { body: { lines: i % 2 === 0 ? lines : lines.toReversed() } });
    }),
  );
  t.same(tally(answers), { 201: 5, 409: 15 });
  const levels = await Promise.all(others.map(({ id }) => readStock(app, id)));
  t.equal(
    levels.reduce((sum, level) => sum + level.reservedQuantity, 0),
    5,
  );
  await checkInvariants(t, app);
  const { data } = await ok(app.call('GET /v1/orders?limit=200'));
  t.equal(new Set(data.map((order: any) => order.number)).size, data.length, 'numbers are unique');
});
