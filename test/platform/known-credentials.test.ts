import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { createKnownCredentials } from '../../src/platform/auth/known-credentials.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { startApp } from '../support/app.ts';
import { makeRoad } from '../support/road.ts';

const app = await startApp(t);
const admin = new pg.Client({ connectionString: app.url });
await admin.connect();
t.teardown(() => admin.end());
const LISTENING = "select pid from pg_stat_activity where query = 'listen makegood_credentials'";

/** What a process remembers, on a way to the database of its own, until it is trusted. */
async function startRemembering(t: Test, connectionString: string) {
  const known = createKnownCredentials(connectionString, createLogger('silent'));
  t.teardown(() => known.close());
  const remember = (name: string, shopId = app.shopId) =>
    known.remember(shopId, name, { name }, known.generation());
  const isTrusted = async () => {
    remember('probe');
    return known.find('probe') !== undefined;
  };
  return { known, remember, isTrusted };
}

/** Waits until `condition` holds, five seconds at most. */
async function comesTrue(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await sleep(10)) {
    if (await condition()) return true;
  }
  return false;
}

t.test('what is revoked elsewhere counts here at once, for each kind of change', async (t) => {
  const { known, remember, isTrusted } = await startRemembering(t, app.url);
  t.ok(await comesTrue(isTrusted));
  const other = await app.createShop();
  const changes = {
    'a key is revoked': 'update api_keys set revoked_at = now() where shop_id = $1',
    'a key is deleted': 'delete from api_keys where shop_id = $1',
    'a shop is changed': `update shops set name = 'Other' where id = $1`,
    'a customer is revoked':
      'insert into revoked_customers (shop_id, customer_id, revoked_at) values ($1, gen_random_uuid(), now())',
    'and no longer': 'delete from revoked_customers where shop_id = $1',
  };
  for (const [what, change] of Object.entries(changes)) {
    remember('theirs', other.shopId);
    remember('ours');
    t.same(known.find('theirs'), { name: 'theirs' });
    await admin.query(change, [other.shopId]);
    t.ok(await comesTrue(() => known.find('theirs') === undefined), what);
    t.same(known.find('ours'), { name: 'ours' }, 'other shops are still known');
  }
});

t.test('a key that another process revokes is refused', async (t) => {
  const call = async (secretKey: string) => (await app.call('GET /v1/orders', { as: secretKey })).status;
  const { secretKey, shopId } = await app.createShop();
  for (let i = 0; i < 20; i += 1) t.equal(await call(secretKey), 200);
  await admin.query('update api_keys set revoked_at = now() where shop_id = $1', [shopId]);
  t.ok(await comesTrue(async () => (await call(secretKey)) === 401));
  t.equal(await call(secretKey), 401, 'and stays refused');
});

t.test('a listener that is killed empties it', async (t) => {
  const { known, isTrusted } = await startRemembering(t, app.url);
  t.ok(await comesTrue(isTrusted));
  await admin.query(`select pg_terminate_backend(pid) from (${LISTENING}) l`);
  t.ok(await comesTrue(() => known.find('probe') === undefined));
  t.notOk(await isTrusted(), 'what is read meanwhile is remembered, and not believed');
});

t.test('a connection that says nothing is not trusted after three seconds', async (t) => {
  const road = await makeRoad(t, app.url);
  const { known, isTrusted } = await startRemembering(t, road.url);
  t.ok(await comesTrue(isTrusted));
  road.set('silent');
  // A change that is not heard.
  await admin.query(`update shops set name = 'Unheard' where id = $1`, [app.shopId]);
  const began = Date.now();
  t.ok(await comesTrue(() => known.find('probe') === undefined));
  t.ok(Date.now() - began < 4_500);
  t.notOk(await isTrusted());
});

t.test('behind something that delivers no words it is not used', async (t) => {
  // LISTEN is swallowed here, as by a pooler that takes the session back after each statement.
  const road = await makeRoad(t, app.url, {
    rewrite: (text) => text.replace('listen makegood', 'listen elsewhe_'),
  });
  const { known, isTrusted } = await startRemembering(t, road.url);
  for (const deadline = Date.now() + 2_000; Date.now() < deadline; await sleep(50)) {
    if (await isTrusted()) t.fail('it was trusted');
  }
  t.equal(known.find('probe'), undefined);
});

t.test('hearing only oneself is not enough: the one who speaks is not the one who listens', async (t) => {
  const said: [string, number][] = [];
  const road = await makeRoad(t, app.url, {
    onMessage: (letter, text, traveller) => {
      if (letter === 'Q' && text.startsWith('listen ')) said.push(['listens', numberOf(traveller)]);
      if (letter === 'P' && text.includes('pg_notify')) said.push(['speaks', numberOf(traveller)]);
    },
  });
  const numbers = new Map<object, number>();
  const numberOf = (traveller: object): number => {
    if (!numbers.has(traveller)) numbers.set(traveller, numbers.size);
    return numbers.get(traveller) ?? 0;
  };
  const { isTrusted } = await startRemembering(t, road.url);
  t.ok(await comesTrue(isTrusted));
  const [listener] = said.find(([what]) => what === 'listens')?.slice(1) ?? [];
  const [speaker] = said.find(([what]) => what === 'speaks')?.slice(1) ?? [];
  t.not(listener, speaker);
});

t.test('what was read before a change is not remembered after it', async (t) => {
  const { known, isTrusted } = await startRemembering(t, app.url);
  t.ok(await comesTrue(isTrusted));
  const before = known.generation();
  await admin.query(`update shops set name = 'Changed' where id = $1`, [app.shopId]);
  t.ok(await comesTrue(() => known.generation() > before));
  known.remember(app.shopId, 'late', {}, before);
  t.equal(known.find('late'), undefined);
  const own = known.generation();
  known.forget(app.shopId);
  known.remember(app.shopId, 'late', {}, own);
  t.equal(known.find('late'), undefined, 'nor after a change of its own');
});

t.test('what was read before it listens is not believed afterwards', async (t) => {
  const road = await makeRoad(t, app.url);
  road.set('cut');
  const known = createKnownCredentials(road.url, createLogger('silent'), { retryAfterMs: 300 });
  t.teardown(() => known.close());
  await sleep(100);
  known.remember(app.shopId, 'old', {}, known.generation());
  // Nobody hears this.
  await admin.query(`update shops set name = 'Missed' where id = $1`, [app.shopId]);
  road.set('open');
  const isTrusted = () => {
    known.remember(app.shopId, 'new', {}, known.generation());
    return known.find('new') !== undefined;
  };
  t.ok(await comesTrue(isTrusted));
  t.equal(known.find('old'), undefined);
});

t.test('it holds ten thousand credentials, and the oldest goes', async (t) => {
  const { known, remember, isTrusted } = await startRemembering(t, app.url);
  t.ok(await comesTrue(isTrusted));
  const names = Array.from({ length: 10_001 }, () => newId());
  for (const name of names) remember(name);
  t.equal(known.find(names[0] ?? ''), undefined);
  t.same(known.find(names[1] ?? ''), { name: names[1] });
  t.same(known.find(names[10_000] ?? ''), { name: names[10_000] });
  remember(names[10_000] ?? '');
  t.same(known.find(names[1] ?? ''), { name: names[1] }, 'remembering it again costs nobody else');
});

t.test('closing does not wait for a dead connection', async (t) => {
  const road = await makeRoad(t, app.url);
  const { known, isTrusted } = await startRemembering(t, road.url);
  t.ok(await comesTrue(isTrusted));
  road.set('silent');
  await known.close();
  t.pass('closed');
});
