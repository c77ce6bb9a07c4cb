import t from 'tap';
import { platformErrors } from '../../src/platform/errors.ts';
import { purgeIdempotencyKeys } from '../../src/platform/jobs/purge.ts';
import type { Ctx, IdempotentCall } from '../../src/platform/context.ts';
import { isKept, once } from '../../src/platform/http/idempotency.ts';
import { newId } from '../../src/platform/ids.ts';
import { startApp } from '../support/app.ts';
import { makeOrder, makeProduct } from '../support/world.ts';
import { addCustomer, connect, ok, readStock, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);
const placeOf = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });
const place = (body: object, key: string | null, more: object = {}) =>
  app.call('POST /v1/orders', { body, key, ...more });
const isReplayed = ({ headers }: { headers: Record<string, string | undefined> }) =>
  headers['idempotency-replayed'] === 'true';

t.test('a key is needed where goods or money move, and must be one', async (t) => {
  const product = await makeProduct(app);
  const missing = await place(placeOf(product.id), null);
  t.match([missing.status, missing.body.code], [400, 'idempotency_key_missing']);
  for (const key of ['', 'two words', 'x'.repeat(256), 'schlüssel']) {
    const { status, body } = await place(placeOf(product.id), key);
    t.match([status, body.code, body.errors[0].pointer], [400, 'malformed_request', '/idempotency-key'], key);
  }
  t.equal((await place(placeOf(product.id), 'x'.repeat(255))).status, 201);
  t.equal((await app.call('POST /v1/quotes', { body: placeOf(product.id), key: null })).status, 200);
  t.equal((await readStock(app, product.id)).reservedQuantity, 1);
});

t.test('a refusal by a rule is an answer, and is given again', async (t) => {
  const product = await makeProduct(app, { onHandQuantity: 0 });
  const first = await place(placeOf(product.id), 'too-early');
  t.match([first.status, first.body.code, isReplayed(first)], [409, 'out_of_stock', false]);
  await ok(
    app.call(`POST /v1/products/${product.id}/stock-adjustments`, {
      body: { onHandChange: 5, reason: 'Delivery' },
    }),
  );
  const again = await place(placeOf(product.id), 'too-early');
  t.match([again.status, isReplayed(again)], [409, true]);
  t.same(again.body, first.body);
  t.equal(again.headers['content-type'], first.headers['content-type']);
  t.equal((await place(placeOf(product.id), 'later')).status, 201);
  const target = `POST /v1/orders/${newId()}/cancel`;
  t.match([await app.call(target, { body: {}, key: 'none' })].map(isReplayed), [false]);
  const notFound = await app.call(target, { body: {}, key: 'none' });
  t.match([notFound.status, isReplayed(notFound)], [404, true]);
  const many = await Promise.all(times(10).map(() => place(placeOf(product.id, 9), 'ten-refusals')));
  t.same([tally(many), many.filter(isReplayed).length], [{ 409: 10 }, 9]);
});

t.test('what was wrong with the request, or with us, is not kept', async (t) => {
  const product = await makeProduct(app);
  const bad = await place({ lines: [{ productId: product.id, quantity: 0 }] }, 'second-try');
  t.equal(bad.status, 400);
  const good = await place(placeOf(product.id), 'second-try');
  t.match([good.status, isReplayed(good)], [201, false]);

  const clock = (body: object) => app.call('POST /v1/test-clock/advance', { body, key: 'clock' });
  t.equal((await clock({})).status, 400, 'found out by the use case');
  const moved = await clock({ byMinutes: 1 });
  t.match([moved.status, isReplayed(moved)], [200, false]);

  const { $client } = app.deps.db;
  await $client.query('alter table order_lines rename to order_lines_away');
  const broken = await place(placeOf(product.id), 'third-try');
  await $client.query('alter table order_lines_away rename to order_lines');
  t.match([broken.status, broken.body.code], [500, 'internal_error']);
  t.notOk(JSON.stringify(broken.body).includes('order_lines'), 'nothing of the inside is told');
  const repaired = await place(placeOf(product.id), 'third-try');
  t.match([repaired.status, isReplayed(repaired)], [201, false]);
  t.equal((await readStock(app, product.id)).reservedQuantity, 2);
});

t.test('which refusals are kept', async (t) => {
  const kept = Object.values(platformErrors).filter((refusal) => isKept(refusal()));
  t.same(
    kept.map(({ code }) => code),
    ['sort_not_available', 'not_found', 'idempotency_key_reused', 'amount_too_large'],
  );
});

t.test('a key belongs to its request, its credential and its shop', async (t) => {
  const product = await makeProduct(app);
  const first = await place(placeOf(product.id), 'mine');
  const reused = async (answer: ReturnType<typeof place>) => (await answer).body.code;
  t.equal(await reused(place(placeOf(product.id, 2), 'mine')), 'idempotency_key_reused');
  t.equal(await reused(place({ ...placeOf(product.id), channel: 'web2' }, 'mine')), 'idempotency_key_reused');
  const target = `POST /v1/orders/${first.body.id}/cancel`;
  t.equal(await reused(app.call(target, { body: {}, key: 'mine' })), 'idempotency_key_reused');
  const customer = await addCustomer(app);
  const theirs = await place(placeOf(product.id), 'mine', { as: customer.token });
  t.match([theirs.status, isReplayed(theirs)], [201, false]);
  t.not(theirs.body.id, first.body.id);
  const { key: second } = await ok(
    app.call('POST /v1/api-keys', { body: { kind: 'secret', name: 'Two', scopes: ['orders:write'] } }),
  );
  const other = await place(placeOf(product.id), 'mine', { as: second });
  t.match([other.status, isReplayed(other)], [201, false]);
  const shop = await app.createShop();
  const there = await makeProduct(shop);
  const elsewhere = await shop.call('POST /v1/orders', { body: placeOf(there.id), key: 'mine' });
  t.match([elsewhere.status, isReplayed(elsewhere)], [201, false]);
  const again = await place(placeOf(product.id), 'mine');
  t.match([again.status, isReplayed(again), again.headers['etag']], [201, true, '"1"']);
  t.same(again.body, first.body);
});

t.test('a twin waits for the one that runs, and gets its answer', async (t) => {
  const product = await makeProduct(app);
  const blocker = await connect(t, app.url);
  await blocker.query('begin');
  await blocker.query('select 1 from stock_items where product_id = $1 for update', [product.id]);
  const answers: Promise<Awaited<ReturnType<typeof place>>>[] = [];
  for (let i = 0; i < 5; i += 1) answers.push(place(placeOf(product.id), 'slow'));
  const different = place(placeOf(product.id, 2), 'slow');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const waiting = await blocker.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  t.equal(Number(waiting.rows[0]?.count), 1, 'twins wait without a connection');
  await blocker.query('commit');
  const done = await Promise.all(answers);
  t.same(tally(done), { 201: 5 });
  t.equal(done.filter(isReplayed).length, 4);
  t.equal((await different).body.code, 'idempotency_key_reused');
});

t.test('nobody waits longer than five seconds', async (t) => {
  const product = await makeProduct(app);
  const blocker = await connect(t, app.url);
  await blocker.query('begin');
  await blocker.query('select 1 from stock_items where product_id = $1 for update', [product.id]);
  const ctx: Ctx = await app.ctx();
  const call = { credentialId: newId(), key: 'long', requestHash: Buffer.alloc(1) } as IdempotentCall;
  const answer = { status: 200, headers: {}, body: '' };
  let finish: () => void = () => undefined;
  const running = once(ctx, ctx.shop.id, call, undefined, async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    return answer;
  });
  const twin = once(ctx, ctx.shop.id, call, undefined, async () => answer);
  const [locked] = await Promise.all([
    place(placeOf(product.id), 'locked'),
    t.rejects(twin, { message: /^idempotency_key_in_use/ }),
  ]);
  finish();
  t.same(await running, answer);
  t.match([locked.status, locked.body.code], [409, 'version_conflict'], 'a stuck neighbour');
  await blocker.query('commit');
  const again = await place(placeOf(product.id), 'locked');
  t.match([again.status, isReplayed(again)], [201, false], 'what may pass later is not kept');
});

t.test('keys are kept for seven days', async (t) => {
  const order = await makeOrder(app);
  const target = `POST /v1/orders/${order.id}/cancel`;
  await app.call(target, { body: {}, key: 'old' });
  const later = (days: number) =>
    purgeIdempotencyKeys({
      ...app.deps,
      clock: { now: () => new Date(Date.now() + days * 86_400_000) },
    });
  await later(6.9);
  t.ok(isReplayed(await app.call(target, { body: {}, key: 'old' })));
  await later(7.1);
  t.notOk(isReplayed(await app.call(target, { body: {}, key: 'old' })));
});
