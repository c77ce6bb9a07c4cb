import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import pg from 'pg';
import { openDatabase, txOf } from '../../src/platform/db/client.ts';
import { isUnavailable } from '../../src/platform/db/constraints.ts';
import { type Lanes, createLanes } from '../../src/platform/db/lanes.ts';
import { preparedRead } from '../../src/platform/db/prepared.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { makeRoad } from '../support/road.ts';

const { url } = await createTestDatabase(t);
const READS = 200;

/** Lanes that end with the test, and what was lost on them. */
function openLanes(t: Test, connectionString: string, { count = 2, answerMs = 60_000 } = {}) {
  const lost: Error[] = [];
  const connection = { connectionString, connectionTimeoutMillis: 2_000 };
  const settings = 'set enable_seqscan = off';
  const lanes = createLanes({ count, answerMs, connection, settings, onLost: (error) => lost.push(error) });
  t.teardown(() => lanes.end());
  return { lanes, lost };
}

const say = async (lanes: Lanes, what: number, sleepSeconds = 0) => {
  const text = 'select $1::int as said, pg_backend_pid() as pid, pg_sleep($2) is null as slept';
  const { rows } = await lanes.query({ text, values: [what, sleepSeconds] });
  return rows[0] as { said: number; pid: number };
};
const pidsOf = (outcomes: readonly { readonly pid: number }[]) => new Set(outcomes.map(({ pid }) => pid));

/** What each came to: `fine`, `away` when the caller may try again, or the error. */
const outcomesOf = async (reads: readonly Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(reads)).map((outcome) => {
    if (outcome.status === 'fulfilled') return 'fine';
    return isUnavailable(outcome.reason) ? 'away' : outcome.reason;
  });

async function kill(pid: number): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('select pg_terminate_backend($1)', [pid]);
  await admin.end();
}

t.test('each of 200 concurrent reads gets its own answer, and an error is its own too', async (t) => {
  const { lanes } = openLanes(t, url);
  const reads = Array.from({ length: READS }, async (_, i) => {
    if (i % 10 !== 3) return (await say(lanes, i)).said;
    const failing = lanes.query({ text: 'select 1 / ($1::int - $1::int)', values: [i] });
    return failing.catch((error: { code?: string }) => `${i} ${error.code}`);
  });
  t.equal(lanes.waiting(), READS);
  const expected = reads.map((_, i) => (i % 10 === 3 ? `${i} 22012` : i));
  t.same(await Promise.all(reads), expected);
  t.equal(lanes.waiting(), 0);
  const connections = pidsOf(await Promise.all(reads.map((_, i) => say(lanes, i))));
  t.equal(connections.size, 2, 'on two connections');
  t.equal(pidsOf([await say(lanes, 1), await say(lanes, 2)]).size, 1, 'a quiet process keeps to one');
});

t.test('a lane that is lost fails what was on it, and nothing else', async (t) => {
  const { lanes, lost } = openLanes(t, url);
  const before = await Promise.all([say(lanes, 1), say(lanes, 2)]);
  const [first, second] = before.map(({ pid }) => pid);
  // They are dealt out in turn: to the one with less to do, the first when equal.
  const outcomes = outcomesOf(Array.from({ length: 6 }, (_, i) => say(lanes, i, 0.5)));
  await sleep(100);
  await kill(first ?? 0);
  t.same(await outcomes, ['away', 'fine', 'away', 'fine', 'away', 'fine']);
  t.equal(lost.length, 1);
  t.equal(lanes.waiting(), 0);
  const after = pidsOf(await Promise.all([say(lanes, 1), say(lanes, 2)]));
  t.ok(after.has(second ?? 0) && !after.has(first ?? 0) && after.size === 2, 'and it is opened anew');
});

t.test('a lane on which nothing is answered any more is given up', async (t) => {
  const road = await makeRoad(t, url);
  // Long enough for a lane that is opened anew on a busy machine.
  const { lanes } = openLanes(t, road.url, { answerMs: 2_000 });
  await Promise.all([say(lanes, 1), say(lanes, 2)]);
  road.travellers()[0]?.stall();
  const outcomes = await outcomesOf(Array.from({ length: 20 }, (_, i) => say(lanes, i)));
  t.equal(outcomes.filter((outcome) => outcome === 'away').length, 10);
  t.equal(outcomes.filter((outcome) => outcome === 'fine').length, 10);
  t.same(await outcomesOf([say(lanes, 1), say(lanes, 2)]), ['fine', 'fine']);
  t.equal(lanes.waiting(), 0);
});

t.test('a database that refuses, says nothing or is cut off, and comes back', async (t) => {
  const road = await makeRoad(t, url);
  const { lanes } = openLanes(t, road.url, { answerMs: 500 });
  for (const state of ['cut', 'silent', 'cut'] as const) {
    road.set(state);
    const reads = Array.from({ length: 5 }, (_, i) => say(lanes, i));
    t.same(await outcomesOf(reads), ['away', 'away', 'away', 'away', 'away'], state);
    t.equal(lanes.waiting(), 0);
    road.set('open');
    t.equal((await say(lanes, 7)).said, 7, 'the next read opens it');
  }
  const { lanes: nowhere } = openLanes(t, 'postgres://127.0.0.1:1/none');
  t.same(await outcomesOf([say(nowhere, 1), say(nowhere, 2)]), ['away', 'away'], 'connection refused');
});

t.test('ending answers what is under way first, and takes nothing more', async (t) => {
  const { lanes } = openLanes(t, url);
  const outcomes = outcomesOf(Array.from({ length: 10 }, (_, i) => say(lanes, i, 0.05)));
  // Some are sent, and the connections of the others are not even open.
  const ended = lanes.end();
  t.same(await outcomesOf([say(lanes, 1)]), ['away']);
  await ended;
  for (const outcome of await outcomes) t.ok(['fine', 'away'].includes(String(outcome)));
  const { lanes: open } = openLanes(t, url);
  await say(open, 1);
  const sent = Array.from({ length: 10 }, (_, i) => say(open, i, 0.05));
  await sleep(10);
  await open.end();
  t.same(new Set(await outcomesOf(sent)), new Set(['fine']));
});

t.test('ending does not wait for the goodbye of a connection that is dead', async (t) => {
  const road = await makeRoad(t, url);
  const { lanes } = openLanes(t, road.url);
  await say(lanes, 1);
  road.set('silent');
  await lanes.end();
  t.equal(lanes.waiting(), 0);
});

t.test('statements of a transaction never go to a lane, single reads do', async (t) => {
  const db = openDatabase(url, { poolSize: 10, preparedStatements: true }, createLogger('silent'));
  t.teardown(() => db.$client.end());
  const readPid = preparedRead<{ pid: number }>('lanes_test_pid', 'select pg_backend_pid() as pid');
  const shared = await Promise.all(Array.from({ length: 50 }, async () => (await readPid(db, []))[0]?.pid));
  t.equal(new Set(shared).size, 2);
  t.equal(db.$client.totalCount, 0, 'no connection of the pool was needed');
  const client = await db.$client.connect();
  const own = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
  const inside = await Promise.all(Array.from({ length: 20 }, () => readPid(txOf(client, db), [])));
  t.same(new Set(inside.map(([row]) => row?.pid)), new Set([own]));
  t.notOk(shared.includes(own));
  client.release();
});
