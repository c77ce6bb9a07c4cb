import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import { inTransaction } from '../../../src/platform/db/transaction.ts';
import { appendEvents } from '../../../src/platform/events/outbox.ts';
import { eventRow } from '../../../src/platform/events/define.ts';
import { sequenceEvents } from '../../../src/platform/events/sequencer.ts';
import { webhookEndpointDisabled } from '../../../src/platform/webhooks/events.ts';
import { fanOutWebhooks } from '../../../src/platform/webhooks/fan-out.ts';
import {
  createEndpoint,
  deliverDue,
  listDeliveries,
  ok,
  startHooks,
  startReceiver,
  sorted,
} from './support.ts';
import type { TestShop } from '../../support/app.ts';

const app = await startHooks(t);
const { db } = app.deps;
// Nothing is sent there: nobody listens, and it is this machine.
const PLACE = 'http://127.0.0.1:9/hooks';

/** Writes events and numbers them. */
async function write(shop: TestShop, count: number): Promise<string[]> {
  const ctx = await shop.ctx();
  const events = Array.from({ length: count }, () =>
    eventRow(ctx, webhookEndpointDisabled, newId(), { reason: 'staff' }),
  );
  await inTransaction(ctx, (tx) => appendEvents(tx, ctx, events));
  while ((await sequenceEvents(db)) > 0);
  return events.map(({ id }) => id);
}

const count = async (text: string, values: unknown[] = []): Promise<number> =>
  Number((await db.$client.query(`select count(*) as n from ${text}`, values)).rows[0].n);
const cursorOf = async (shop: TestShop) =>
  Number(
    (
      await db.$client.query(
        `select position from subscriber_cursors where shop_id = $1 and subscriber = 'webhooks'`,
        [shop.shopId],
      )
    ).rows[0]?.position ?? 0,
  );

t.test('two dispatchers at once: each event once to each endpoint', async (t) => {
  const shop = await app.createShop();
  const endpoints = [await createEndpoint(shop, PLACE), await createEndpoint(shop, PLACE)];
  for (let round = 0; round < 5; round += 1) {
    const ids = await write(shop, 120);
    await Promise.all([1, 2, 3, 4].map(() => fanOutWebhooks(app.deps)));
    const rows = await count('webhook_deliveries where shop_id = $1 and event_id = any($2)', [
      shop.shopId,
      ids,
    ]);
    t.equal(rows, 240);
  }
  t.equal(await fanOutWebhooks(app.deps), 0, 'nothing is left');
  const keys = endpoints.map(({ id }) => `webhook:${id}:%`);
  const jobs = await count('graphile_worker.jobs where key like any($1)', [keys]);
  t.equal(jobs, 8, 'one job for each lane of 1,200 deliveries');
});

t.test('more events than one batch, and shops without endpoints', async (t) => {
  const [shop, idle] = [await app.createShop(), await app.createShop()];
  await createEndpoint(shop, PLACE, { types: ['order.paid'] });
  const { id } = await createEndpoint(shop, PLACE);
  await write(shop, 1_203);
  await write(idle, 700);
  await fanOutWebhooks(app.deps);
  t.equal(await cursorOf(idle), 700, 'passed at once');
  t.equal(await cursorOf(shop), 500);
  while ((await fanOutWebhooks(app.deps)) > 0);
  t.equal(await cursorOf(shop), 1_203);
  t.equal(await count('webhook_deliveries where shop_id = $1', [shop.shopId]), 1_203, 'types count');
  t.equal(await count('webhook_deliveries where endpoint_id = $1', [id]), 1_203);
  t.equal(await count('webhook_deliveries where shop_id = $1', [idle.shopId]), 0);
});

t.test('an endpoint that is made while the cursor lags gets no history', async (t) => {
  const shop = await app.createShop();
  await write(shop, 5);
  const { id } = await createEndpoint(shop, PLACE);
  const later = await write(shop, 3);
  while ((await fanOutWebhooks(app.deps)) > 0);
  const got = (await listDeliveries(shop, `&endpointId=${id}`)).map(({ eventId }) => eventId);
  t.same(sorted(got), sorted(later));
});

t.test('replay by event: the same webhook-id again', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const [event = '', second = ''] = await write(shop, 3);
  const { id } = await createEndpoint(shop, receiver.url, { types: ['order.paid'] });
  const replay = (body: object) => shop.call(`POST /v1/webhook-endpoints/${id}/replay`, { body });
  t.match(await replay({ eventIds: [event, second] }), {
    status: 202,
    body: { enqueuedCount: 2, continueAfter: null },
  });
  t.match(await replay({ eventIds: [event] }), { status: 202, body: { enqueuedCount: 1 } });
  await deliverDue(app, shop, id);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  t.same(sorted(ids), sorted([event, event, second]));
  const numbers = (await listDeliveries(shop)).map(({ replayNumber }) => replayNumber);
  t.same(sorted(numbers), ['1', '1', '2']);
  const many = await Promise.all(Array.from({ length: 6 }, () => replay({ eventIds: [second] })));
  t.same(
    many.map(({ status }) => status),
    many.map(() => 202),
    'also at once',
  );
  t.equal((await listDeliveries(shop)).length, 9);
  const unknown = await replay({ eventIds: [event, newId()] });
  t.match(unknown, { status: 422, body: { code: 'unknown_event', errors: [{ pointer: '/eventIds/1' }] } });
  t.equal((await listDeliveries(shop)).length, 9, 'and none of the others');
});

t.test('replay by time says how many and where to continue', async (t) => {
  const shop = await app.createShop();
  const before = await write(shop, 4);
  await db.$client.query("update outbox set recorded_at = now() - interval '2 h' where id = any($1)", [
    before,
  ]);
  const ids = await write(shop, 1_500);
  const { id } = await createEndpoint(shop, PLACE);
  const replay = (body: object) => ok(shop.call(`POST /v1/webhook-endpoints/${id}/replay`, { body }));
  const fromAt = new Date(Date.now() - 3_600_000).toISOString();
  const first = await replay({ fromAt });
  t.equal(first.enqueuedCount, 1_000);
  const second = await replay({ fromAt, after: first.continueAfter });
  t.same(second, { enqueuedCount: 500, continueAfter: null });
  const rows = await db.$client.query('select event_id from webhook_deliveries where endpoint_id = $1', [id]);
  t.same(sorted(rows.rows.map((row) => row.event_id)), sorted(ids), 'each once, none from before');
  t.same(await replay({ fromAt, types: ['order.paid'] }), { enqueuedCount: 0, continueAfter: null });
  t.same(await replay({ fromAt: '2001-01-01T00:00:00Z', toAt: fromAt }), {
    enqueuedCount: 4,
    continueAfter: null,
  });
});

t.test('a replay that says nothing clear is refused', async (t) => {
  const { id } = await createEndpoint(app, PLACE);
  const fromAt = '2026-03-01T08:00:00Z';
  for (const body of [
    {},
    { toAt: fromAt },
    { fromAt, eventIds: [newId()] },
    { fromAt, toAt: '2026-03-01T07:00:00Z' },
    { fromAt, after: 'x' },
    { eventIds: [] },
    { eventIds: Array.from({ length: 1_001 }, newId) },
    { fromAt: 'yesterday' },
  ]) {
    const answer = await app.call(`POST /v1/webhook-endpoints/${id}/replay`, { body });
    t.match(answer, { status: 400, body: { code: 'validation_failed' } }, JSON.stringify(body).slice(0, 80));
    t.ok(answer.body.errors.length > 0);
  }
});

t.test('lists page and filter', async (t) => {
  const shop = await app.createShop();
  const { id } = await createEndpoint(shop, PLACE);
  await write(shop, 7);
  await fanOutWebhooks(app.deps);
  const read = (query: string) =>
    ok(shop.call(`GET /v1/webhook-deliveries?limit=5&endpointId=${id}${query}`));
  const first = await read('&state=pending');
  const second = await read(`&state=pending&cursor=${first.nextCursor}`);
  const all = [...first.data, ...second.data].map((delivery: any) => delivery.id);
  t.same([all.length, new Set(all).size, second.nextCursor], [7, 7, null]);
  t.same(all, sorted(all).toReversed(), 'newest first');
  t.equal((await read('&type=order.paid')).data.length, 0);
  t.equal((await read('&state=failed')).data.length, 0);
  t.match(await shop.call(`GET /v1/webhook-deliveries?cursor=${first.nextCursor}`), { status: 400 });
});
