import t from 'tap';
import type { Ctx } from '../../src/platform/context.ts';
import type { Sweep } from '../../src/platform/jobs/sweeps.ts';
import { advanceTestClock } from '../../src/platform/shops/test-clock.ts';
import { orders } from '../../src/modules/orders/tables.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { makeOrder } from '../support/world.ts';
import { addCustomer, advance, HOUR, ok, readOrder, tally, times } from '../modules/orders/support.ts';

const app = await startApp(t);
const nowOf = async (shop: TestShop) => Date.parse((await ok(shop.call('GET /v1/test-clock'))).now);
const move = (shop: TestShop, body: object, more: object = {}) =>
  shop.call('POST /v1/test-clock/advance', { body, ...more });
const MINUTE_MS = 60_000;

t.test('a test shop begins at the real time and moves by itself and by hand', async (t) => {
  const shop = await app.createShop();
  t.ok(Math.abs((await nowOf(shop)) - Date.now()) < 5_000);
  const moved = await ok(move(shop, { byMinutes: 90 }));
  t.equal(Date.parse(moved.now) - Date.parse(moved.fromAt) - 90 * MINUTE_MS < 5_000, true);
  t.equal(moved.changedCount, 0);
  const before = await nowOf(shop);
  t.ok(Math.abs(before - Date.now() - 90 * MINUTE_MS) < 5_000);
  await new Promise((resolve) => setTimeout(resolve, 30));
  t.ok((await nowOf(shop)) > before, 'it ticks on');
  const toAt = new Date(before + 48 * HOUR * MINUTE_MS).toISOString();
  t.ok(Math.abs(Date.parse((await ok(move(shop, { toAt }))).now) - Date.parse(toAt)) < 5_000);
  t.ok(Math.abs((await nowOf(app)) - Date.now()) < 5_000, 'another shop stands where it was');
  const { data } = await ok(shop.call('GET /v1/audit-entries'));
  t.match(data[0], { action: 'advanceTestClock', details: { to: toAt } });
});

t.test('what is refused', async (t) => {
  const shop = await app.createShop();
  await advance(shop, 60);
  const now = await nowOf(shop);
  const at = (ms: number) => new Date(ms).toISOString();
  const backwards = await move(shop, { toAt: at(now - MINUTE_MS) });
  t.match([backwards.status, backwards.body.code], [422, 'clock_only_forward']);
  t.match(backwards.body.errors, [{ pointer: '/toAt' }]);
  for (const body of [{}, { toAt: at(now + MINUTE_MS), byMinutes: 1 }]) {
    const { status, body: problem } = await move(shop, body);
    t.match([status, problem.code, problem.errors[0].code], [400, 'validation_failed', 'one_of']);
  }
  for (const body of [
    { byMinutes: 0 },
    { byMinutes: -5 },
    { byMinutes: 1.5 },
    { byMinutes: 5_300_001 },
    { toAt: 'tomorrow' },
    { toAt: '2026-02-30T00:00:00Z' },
    { days: 1 },
  ])
    t.equal((await move(shop, body)).status, 400, JSON.stringify(body));
  t.ok((await nowOf(shop)) - now < 5_000, 'it stands where it stood');
  const live = await app.createShop({ mode: 'live' });
  const real = await move(live, { byMinutes: 1 });
  t.match([real.status, real.body.code], [422, 'not_in_test_mode']);
  t.ok(Math.abs((await nowOf(live)) - Date.now()) < 5_000, 'its time is the real one');
  const customer = await addCustomer(app, shop);
  t.equal((await move(shop, { byMinutes: 1 }, { as: customer.token })).status, 403);
  await t.rejects(
    app.deps.db.$client.query('update shops set clock_offset_ms = 1 where id = $1', [live.shopId]),
    { message: /shops_live_clock/ },
  );
});

t.test('what falls due on the way happens in order, each at its own moment', async (t) => {
  const shop = await app.createShop();
  const first = await makeOrder(shop);
  await advance(shop, 5);
  const second = await makeOrder(shop);
  const { changedCount } = await advance(shop, 72 * HOUR);
  t.equal(changedCount, 6, 'two reminders and a lapse of each');
  const { data } = await ok(shop.call('GET /v1/changes?types=order.reminder_due&types=order.cancelled'));
  const story = data.map((change: { subjectId: string; data: { step?: number; reason?: string } }) => [
    change.subjectId === first.id ? 1 : 2,
    change.data.step ?? change.data.reason,
  ]);
  t.same(story, [
    [1, 1],
    [2, 1],
    [1, 2],
    [2, 2],
    [1, 'lapsed'],
    [2, 'lapsed'],
  ]);
  const at = data.map((change: { occurredAt: string }) => Date.parse(change.occurredAt));
  t.same(at, at.toSorted(), 'in time');
  const lapsed = await readOrder(shop, second.id);
  t.ok(
    Date.parse(lapsed.cancelledAt) - Date.parse(second.reservedUntil) < 2_000,
    'not at the end of the way',
  );
  t.equal((await ok(move(shop, { byMinutes: 60 }))).changedCount, 0, 'once');
});

t.test('the same request twice moves once', async (t) => {
  const shop = await app.createShop();
  const before = await nowOf(shop);
  const answers = await Promise.all(times(5).map(() => move(shop, { byMinutes: 60 }, { key: 'one-hour' })));
  t.same(tally(answers), { 200: 5 });
  t.ok((await nowOf(shop)) - before < 61 * MINUTE_MS);
});

t.test('two who move it at once never move it back', async (t) => {
  const shop = await app.createShop();
  for (const _ of times(5)) {
    const before = await nowOf(shop);
    const steps = [3000, 10, 1000, 20];
    const answers = await Promise.all(steps.map((byMinutes) => move(shop, { byMinutes })));
    t.ok(answers.some(({ status }) => status === 200));
    const farthest = Math.max(...answers.map(({ status }, i) => (status === 200 ? (steps[i] ?? 0) : 0)));
    t.ok((await nowOf(shop)) - before >= farthest * MINUTE_MS, `not short of ${farthest} minutes`);
  }
});

t.test('due work that nobody does does not hold the clock for ever', async (t) => {
  const shop = await app.createShop();
  await makeOrder(shop);
  const lazy: Sweep = { name: 'test.lazy', due: orders.reminderDueAt, run: async () => 0 };
  const ctx = await shop.ctx();
  const target = new Date(ctx.now.getTime() + 60 * MINUTE_MS);
  const moved = await advanceTestClock(ctx, { sweeps: [lazy], settleEvents: async () => undefined }, target);
  t.equal(moved.changed, 0);
  t.ok((await nowOf(shop)) >= target.getTime());
});

t.test('what a worker is at is waited for, and what falls due after it is done', async (t) => {
  const shop = await app.createShop();
  const [first, second] = [await makeOrder(shop), await makeOrder(shop)];
  const ctx = await shop.ctx();
  const at = (minutes: number) => new Date(ctx.now.getTime() + minutes * MINUTE_MS);
  const setDue = (id: string, due: Date | null) =>
    app.deps.db.$client.query('update orders set reminder_due_at = $2, version = version + 1 where id = $1', [
      id,
      due,
    ]);
  await setDue(first.id, at(10));
  await setDue(second.id, at(20));
  const done: string[] = [];
  const run = async ({ now }: Ctx) => {
    const { rows } = await app.deps.db.$client.query(
      'select id from orders where shop_id = $1 and reminder_due_at <= $2 order by reminder_due_at',
      [shop.shopId, now],
    );
    const [{ id } = { id: undefined }] = rows;
    // The worker has locked it and is about to commit.
    if (id === first.id) setTimeout(() => void setDue(first.id, null), 100);
    if (id === undefined || id === first.id) return 0;
    done.push(id);
    await setDue(id, null);
    return 1;
  };
  const sweep: Sweep = { name: 'test.taken', due: orders.reminderDueAt, run };
  await advanceTestClock(ctx, { sweeps: [sweep], settleEvents: async () => undefined }, at(30));
  t.same(done, [second.id]);
});
