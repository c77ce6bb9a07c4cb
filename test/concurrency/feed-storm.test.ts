import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { settleEvents } from '../../src/jobs.ts';
import { productStockAdjusted, productUpdated } from '../../src/modules/catalogue/events.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { openDatabase } from '../../src/platform/db/client.ts';
import { inTransaction } from '../../src/platform/db/transaction.ts';
import { type EventDefinition, eventRow } from '../../src/platform/events/define.ts';
import { appendEvents } from '../../src/platform/events/outbox.ts';
import { newId } from '../../src/platform/ids.ts';
import { ok, times } from '../modules/orders/support.ts';
import { applicationUrl } from '../support/database.ts';
import { startApp } from '../support/app.ts';

interface Change {
  readonly id: string;
  readonly subjectId: string;
  readonly data: { readonly n: number };
}

const EVENTS = Number(process.env['FEED_EVENTS'] ?? 5_000);
const WRITERS = 12;
const SUBJECTS = 60;

// A connection for each writer, the dispatcher and the readers.
const app = await startApp(t, { poolSize: WRITERS + 6, hasOwnEvents: true });
const { $client } = app.deps.db;
await $client.query('create table counters (subject_id uuid primary key, n int not null)');
const subjects = times(SUBJECTS).map(() => newId());
for (const subject of subjects) await $client.query('insert into counters values ($1, 0)', [subject]);

const isOneOf = (share: number) => Math.random() < share;
const below = (limit: number) => Math.floor(Math.random() * limit);
class RolledBack extends Error {}

/**
 * One transaction of up to four events of one subject, numbered under its lock. Some are long, some commit long after they
 * have written, some are rolled back. Returns the events that were committed.
 */
async function write(ctx: Ctx, most: number): Promise<string[]> {
  const subject = subjects[below(SUBJECTS)] as string;
  const isLate = isOneOf(0.15);
  const type: EventDefinition = isLate ? productStockAdjusted : productUpdated;
  const written: string[] = [];
  const work = inTransaction(ctx, async (tx) => {
    for (let left = Math.min(most, 1 + below(4)); left > 0; left -= 1) {
      const { rows } = await tx.$client.query<{ n: number }>(
        'update counters set n = n + 1 where subject_id = $1 returning n',
        [subject],
      );
      const event = eventRow(ctx, type, subject, { n: rows[0]?.n });
      await appendEvents(tx, ctx, [event]);
      written.push(event.id);
      await delay(below(3));
    }
    await delay(isLate ? 20 + below(100) : 0);
    if (isOneOf(0.15)) throw new RolledBack();
  });
  return work.then(
    () => written,
    (error: unknown) => {
      if (error instanceof RolledBack) return [];
      throw error;
    },
  );
}

/** Reads the feed in pages of any size until `isOver`, and then to its end. */
async function follow(isOver: AbortSignal): Promise<Change[]> {
  const seen: Change[] = [];
  let after = '';
  for (;;) {
    const wasOver = isOver.aborted;
    const page = await ok(app.call(`GET /v1/changes?limit=${1 + below(isOneOf(0.5) ? 20 : 1_000)}${after}`));
    seen.push(...page.data);
    after = `&after=${page.nextCursor}`;
    if (wasOver && !page.hasMore) return seen;
    await delay(below(8));
  }
}

/** What a reader sees that goes by the time of writing, as one would without the feed. */
async function followByTime(isOver: AbortSignal): Promise<number> {
  const seen = new Set<string>();
  let last = new Date(0).toISOString();
  for (;;) {
    const wasOver = isOver.aborted;
    const { rows } = await $client.query<{ id: string; at: string }>(
      `select id, recorded_at::text as at from outbox where shop_id = $1 and recorded_at > $2::timestamptz
         and type like 'product.%' order by recorded_at`,
      [app.shopId, last],
    );
    for (const { id } of rows) seen.add(id);
    last = rows.at(-1)?.at ?? last;
    if (wasOver && rows.length === 0) return seen.size;
    await delay(below(8));
  }
}

t.test(`${WRITERS} writers and readers of the feed that miss none of ${EVENTS}`, async (t) => {
  const endpoint = (types: string[]) =>
    ok(app.call('POST /v1/webhook-endpoints', { body: { url: 'https://erp.example.com/all', types } }));
  const [every, some] = [await endpoint([]), await endpoint([productStockAdjusted.type])];
  const second = openDatabase(applicationUrl(app.url), { ...app.deps.config, poolSize: 4 }, app.deps.log);
  t.teardown(() => second.$client.end());
  const ctx = await app.ctx();
  const [written, numbered] = [new AbortController(), new AbortController()];

  const committed: string[] = [];
  let rolledBack = 0;
  const writers = Promise.all(
    times(WRITERS).map(async (w) => {
      let left = Math.floor(EVENTS / WRITERS) + (w < EVENTS % WRITERS ? 1 : 0);
      while (left > 0) {
        const ids = await write(ctx, left);
        if (ids.length === 0) rolledBack += 1;
        left -= ids.length;
        committed.push(...ids);
      }
    }),
  ).finally(() => written.abort());
  const dispatchers = [app.deps.db, second].map(async (db) => {
    while (!written.signal.aborted) await Promise.all([settleEvents({ ...app.deps, db }), delay(below(6))]);
    await settleEvents({ ...app.deps, db });
  });
  const dispatched = Promise.all(dispatchers).finally(() => numbered.abort());
  const [byTime, feed, again] = await Promise.all([
    followByTime(written.signal),
    follow(numbered.signal),
    follow(numbered.signal),
    writers,
    dispatched,
  ]);

  t.comment(`${rolledBack} transactions were rolled back; going by time, ${EVENTS - byTime} were missed`);
  t.ok(rolledBack > 0, 'some were rolled back');
  t.ok(byTime < EVENTS, 'some committed so late that going by time misses them');
  const ids = feed.map((change) => change.id);
  t.equal(ids.length, EVENTS, 'as many as were committed');
  t.same(new Set(ids), new Set(committed), 'none is missed, none is there twice, none was rolled back');
  t.same(
    again.map((change) => change.id),
    ids,
    'another reader with other pages saw the same order',
  );
  for (const subject of subjects) {
    const own = feed.filter((change) => change.subjectId === subject).map((change) => change.data.n);
    const inOrder = own.every((n, index) => n === index + 1);
    if (!inOrder) t.fail(`subject ${subject} has ${own.join(' ')}`);
  }
  await checkTables(t, ids, { every: every.id, some: some.id });
});

type Endpoints = { readonly every: string; readonly some: string };

/** The positions have no gap, and each event was set on its way to each endpoint that wants it, once. */
async function checkTables(t: Test, ids: readonly string[], { every, some }: Endpoints): Promise<void> {
  const { rows } = await $client.query<{ id: string; position: bigint }>(
    'select id, position from outbox where shop_id = $1 order by position',
    [app.shopId],
  );
  t.same(
    rows.map(({ id }) => id),
    ids,
  );
  const gaps = rows.filter(({ position }, index) => Number(position) !== index + 1);
  t.same(gaps, [], 'positions have no gap');
  for (const [endpoint, types] of [
    [every, '%'],
    [some, productStockAdjusted.type],
  ]) {
    const sent = await $client.query(
      `select (select count(*)::int from outbox where shop_id = $1 and type like $3) as wanted, count(*)::int as sent,
         count(distinct event_id)::int as events from webhook_deliveries where shop_id = $1 and endpoint_id = $2`,
      [app.shopId, endpoint, types],
    );
    const { wanted } = sent.rows[0];
    t.same(sent.rows, [{ wanted, sent: wanted, events: wanted }], `${wanted} deliveries`);
    t.ok(wanted > 0);
  }
}
