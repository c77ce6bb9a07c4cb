import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { orderEvents } from '../../src/modules/orders/events.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { inTransaction } from '../../src/platform/db/transaction.ts';
import { eventRow } from '../../src/platform/events/define.ts';
import { dispatchEvents, type Subscriber } from '../../src/platform/events/dispatcher.ts';
import { appendEvents } from '../../src/platform/events/outbox.ts';
import { sequenceEvents } from '../../src/platform/events/sequencer.ts';
import { newId } from '../../src/platform/ids.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { ok, times } from '../modules/orders/support.ts';

const app = await startApp(t, { hasOwnEvents: true });
const { $client } = app.deps.db;
await $client.query('create table probe (event_id uuid, n int)');

/** Writes an event that tells `n`; its transaction commits `waitMs` later. */
const write = (ctx: Ctx, n: number, subjectId: string = newId(), waitMs = 0) =>
  inTransaction(ctx, async (tx) => {
    await appendEvents(tx, ctx, [eventRow(ctx, orderEvents.completed, subjectId, { n } as never)]);
    if (waitMs > 0) await delay(waitMs);
  });
const number = async () => {
  while ((await sequenceEvents(app.deps.db)) > 0);
};
const read = (shop: TestShop, query = ''): Promise<any> => ok(shop.call(`GET /v1/changes?${query}`));
const numbersOf = ({ data }: any): number[] => data.map((change: any) => change.data.n);

t.test('a reader of the feed misses none of 500, whoever commits late', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const second = openDatabase(app.url, { poolSize: 2, preparedStatements: true }, app.deps.log);
  t.teardown(() => second.$client.end());
  const subjects = times(6).map(() => newId());
  const writing = new AbortController();
  const writers = Promise.all(
    subjects.map(async (subject, w) => {
      for (let n = w; n < 500; n += 6) await write(ctx, n, subject, Math.random() * 12);
    }),
  ).finally(() => writing.abort());
  const sequencers = [app.deps.db, second].map(async (db) => {
    while (!writing.signal.aborted) await Promise.all([sequenceEvents(db), delay(Math.random() * 5)]);
  });
  const seen: any[] = [];
  let after = '';
  let polls = 0;
  const poll = async () => {
    const page = await read(shop, `limit=40${after}`);
    seen.push(...page.data);
    after = `&after=${page.nextCursor}`;
    polls += 1;
    return page.hasMore as boolean;
  };
  while (!writing.signal.aborted) await poll();
  await Promise.all([writers, ...sequencers]);
  await number();
  while (await poll());
  t.ok(polls > 10, `${polls} polls`);
  t.equal(seen.length, 500);
  t.equal(new Set(seen.map((change) => change.data.n)).size, 500, 'each exactly once');
  for (const subject of subjects) {
    const own = seen.filter((change) => change.subjectId === subject).map((change) => change.data.n);
    t.same(
      own,
      own.toSorted((a: number, b: number) => a - b),
      'in the order in which they happened',
    );
  }
  const all = await read(shop, 'limit=1000');
  t.same(numbersOf(all), numbersOf({ data: seen }), 'the order never changes');
});

t.test('the feed: position, types, other shops, and what is no cursor', async (t) => {
  const [shop, other] = [await app.createShop(), await app.createShop()];
  const ctx = await shop.ctx();
  const empty = await read(shop);
  t.match(empty, { data: [], hasMore: false, nextCursor: 'c0' });
  await write(await other.ctx(), 99);
  for (const n of [1, 2, 3]) await write(ctx, n);
  t.same((await read(shop)).data, [], 'what is not numbered is not shown');
  await number();
  t.same(numbersOf(await read(shop)), [1, 2, 3]);
  t.same(numbersOf(await read(other)), [99]);
  const page = await read(shop, 'limit=2');
  t.match([numbersOf(page), page.hasMore], [[1, 2], true]);
  const rest = await read(shop, `limit=2&after=${page.nextCursor}`);
  t.match([numbersOf(rest), rest.hasMore], [[3], false]);
  const none = await read(shop, `after=${rest.nextCursor}`);
  t.match(none, { data: [], nextCursor: rest.nextCursor });
  t.match(page.data[0], { type: 'order.completed', subjectType: 'order' });
  t.same((await read(shop, 'types=order.paid')).data, []);
  t.same(numbersOf(await read(shop, 'types=order.paid&types=order.completed')), [1, 2, 3]);
  for (const after of ['garbage', 'c', 'c-1', '1', 'c1x', 'c9999999999999999999', 'C1']) {
    const { status, body } = await shop.call(`GET /v1/changes?after=${after}`);
    t.match([status, body.code, body.errors[0].pointer], [400, 'invalid_cursor', '/after'], after);
  }
});

t.test('an event of a transaction that rolled back is none', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  let woken = 0;
  const watched = { ...ctx, wakeDispatcher: () => void (woken += 1) };
  await t.rejects(
    inTransaction(watched, async (tx) => {
      await appendEvents(tx, watched, [eventRow(ctx, orderEvents.completed, newId(), {} as never)]);
      throw new Error('no');
    }),
  );
  t.equal(woken, 0);
  await write(watched, 1);
  t.equal(woken, 1, 'the dispatcher is woken after the commit');
  await number();
  t.same(numbersOf(await read(shop)), [1]);
});

/** A subscriber that writes down what it gets, and fails where it is told to. */
function subscriberNamed(name: string, fails: (n: number) => boolean = () => false): Subscriber {
  return {
    name,
    events: [orderEvents.completed],
    async handle(tx, _ctx, event) {
      const n = Number(event.data['n']);
      await tx.$client.query('insert into probe values ($1, $2)', [event.id, n]);
      if (fails(n)) throw new Error(`cannot take ${n}`);
    },
  };
}
const taken = async (shop: TestShop): Promise<number[]> => {
  const { rows } = await $client.query<{ n: number }>(
    'select p.n from probe p join outbox o on o.id = p.event_id where o.shop_id = $1 order by o.position',
    [shop.shopId],
  );
  return rows.map((row) => row.n);
};
const start = Date.now();
/** Dispatches until nothing is left to do, `aheadMs` after the start on a clock that stands. */
async function dispatch(subscribers: Subscriber[], aheadMs = 0): Promise<void> {
  const clock = { now: () => new Date(start + aheadMs) };
  while ((await dispatchEvents({ ...app.deps, clock }, subscribers)) > 0);
}

t.test('a subscriber gets each event exactly once, though several processes dispatch', async (t) => {
  const shop = await app.createShop();
  const ctx = await shop.ctx();
  const subscriber = subscriberNamed('test.once');
  const numbers = times(60);
  await Promise.all([
    (async () => {
      for (const n of numbers) await write(ctx, n);
    })(),
    ...times(4).map(async () => {
      for (let i = 0; i < 30; i += 1) await Promise.all([dispatch([subscriber]), delay(3)]);
    }),
  ]);
  await dispatch([subscriber]);
  t.same(await taken(shop), numbers, 'and in order');
  const { rows } = await $client.query<{ events: bigint; failures: bigint }>(
    `select (select count(*) from probe) as events, (select count(*) from subscriber_failures) as failures`,
  );
  t.match(rows, [{ failures: 0n }]);
});

t.test('an event that cannot be taken is tried again, then parked; the rest goes on', async (t) => {
  const [shop, other] = [await app.createShop(), await app.createShop()];
  for (const n of [1001, 1002, 1003]) await write(await shop.ctx(), n);
  await write(await other.ctx(), 1007);
  let attempts = 0;
  const subscriber = subscriberNamed('test.parked', (n) => n === 1002 && (attempts += 1) > 0);
  await dispatch([subscriber]);
  t.same(await taken(shop), [1001], 'what comes after waits, and what failed left nothing');
  t.same(await taken(other), [1007], 'other shops do not wait');
  await dispatch([subscriber]);
  t.equal(attempts, 1, 'not before its time');
  // The delays double: 2, 4, … 256 seconds.
  for (let aheadMs = 0, i = 2; i <= 8; i += 1) {
    aheadMs += 1_000 * 2 ** (i - 1) + 100;
    await dispatch([subscriber], aheadMs);
    t.equal(attempts, i);
    t.same(await taken(shop), i < 8 ? [1001] : [1001, 1003]);
  }
  await dispatch([subscriber], 10_000_000);
  t.equal(attempts, 8, 'parked for a person');
  const { rows } = await $client.query(
    'select subscriber, attempts, last_error, parked_at is not null as parked from subscriber_failures',
  );
  t.same(rows, [
    { subscriber: 'test.parked', attempts: 8, last_error: 'Error: cannot take 1002', parked: true },
  ]);
  await write(await shop.ctx(), 1004);
  await dispatch([subscriber]);
  t.same(await taken(shop), [1001, 1003, 1004]);
});

t.test('a subscriber that recovers loses nothing', async (t) => {
  const shop = await app.createShop();
  for (const n of [1, 2, 3]) await write(await shop.ctx(), n);
  let isDown = true;
  const subscriber = subscriberNamed('test.recovers', () => isDown);
  await dispatch([subscriber]);
  t.same(await taken(shop), []);
  isDown = false;
  await dispatch([subscriber], 10_000);
  t.same(await taken(shop), [1, 2, 3]);
});
