import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { newId } from '../../../src/platform/ids.ts';
import {
  causeEvents,
  createEndpoint,
  deliver,
  deliverDue,
  listDeliveries,
  makeClock,
  ok,
  readDelivery,
  readEndpoint,
  type Received,
  startHooks,
  sorted,
  startReceiver,
} from './support.ts';
import { makeOrder } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const clock = makeClock();
const app = await startHooks(t, clock);
const { $client } = app.deps.db;

const verifies = (secret: string, { text, headers }: Pick<Received, 'text' | 'headers'>): boolean => {
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

t.test('what arrives is the event of the feed, signed as Standard Webhooks has it', async (t) => {
  const shop = await app.createShop({ clockOffsetMs: BigInt(-100 * HOUR_MS) });
  const receiver = await startReceiver(t);
  const { secret } = await createEndpoint(shop, receiver.url, { types: ['order.placed'] });
  await makeOrder(shop);
  await deliver(app);
  t.equal(receiver.received.length, 1, 'the product is of no interest');
  const [got] = receiver.received as [Received];
  t.match(got.headers, {
    'content-type': 'application/json',
    'user-agent': 'Makegood-Webhooks/1',
    'webhook-id': got.body.id,
  });
  t.ok(verifies(secret, got));
  const { data: changes } = await ok(shop.call('GET /v1/changes?types=order.placed'));
  const { timestamp, ...event } = got.body;
  t.same(event, changes[0]);
  t.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000, 'the timestamp is real time');
  t.ok(Date.parse(event.occurredAt) < Date.now() - 99 * HOUR_MS, "occurredAt is the shop's");

  t.notOk(verifies(secret, { ...got, text: got.text.replace('placed', 'cursed') }), 'another body');
  t.notOk(verifies(`whsec_${Buffer.alloc(32).toString('base64')}`, got), 'another secret');
  for (const [name, value] of [
    ['webhook-id', newId()],
    ['webhook-timestamp', String(Number(got.headers['webhook-timestamp']) + 1)],
  ])
    t.notOk(
      verifies(secret, { ...got, headers: { ...got.headers, [name ?? '']: value } }),
      `another ${name}`,
    );
});

t.test('while a secret is rotated either verifies, afterwards only the new one', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const made = await createEndpoint(shop, receiver.url);
  const rotate = (hours: number) =>
    ok(
      shop.call(`POST /v1/webhook-endpoints/${made.id}/rotate-secret`, {
        body: { previousSecretHours: hours },
      }),
    );
  const next = async () => {
    await causeEvents(shop);
    await deliver(app);
    return receiver.received.at(-1) as Received;
  };
  const second = await rotate(48);
  const during = await next();
  t.equal(String(during.headers['webhook-signature']).split(' ').length, 2);
  t.same([verifies(made.secret, during), verifies(second.secret, during)], [true, true]);
  await $client.query(
    "update webhook_endpoints set previous_secret_expires_at = now() - interval '1 s' where id = $1",
    [made.id],
  );
  const later = await next();
  t.same([verifies(made.secret, later), verifies(second.secret, later)], [false, true]);
  const third = await rotate(0);
  const last = await next();
  t.same([verifies(second.secret, last), verifies(third.secret, last)], [false, true]);
});

t.test('the test call goes the way of every event, to this endpoint only', async (t) => {
  const shop = await app.createShop();
  const [tried, other] = [await startReceiver(t), await startReceiver(t)];
  const { id, secret } = await createEndpoint(shop, tried.url, { types: ['order.paid'] });
  await createEndpoint(shop, other.url);
  const delivery = await ok(shop.call(`POST /v1/webhook-endpoints/${id}/test`));
  t.match(delivery, { endpointId: id, type: 'webhook.test', state: 'pending', attempts: [] });
  await deliver(app);
  await deliver(app);
  t.same([tried.received.length, other.received.length], [1, 0]);
  t.match(tried.received[0]?.body, { type: 'webhook.test', subjectId: id, id: delivery.eventId });
  t.ok(verifies(secret, tried.received[0] as Received));
  t.match(await readDelivery(shop, delivery.id), {
    state: 'succeeded',
    attempts: [{ number: 1, statusCode: 204 }],
  });
});

t.test('an endpoint gets what happens from now on', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  await causeEvents(shop, 2);
  await deliver(app);
  await causeEvents(shop, 1);
  const { id } = await createEndpoint(shop, receiver.url);
  const [after] = await causeEvents(shop);
  await deliver(app);
  // Events of different subjects go by different lanes, in any order.
  const told = receiver.received.map(({ body }) => body.subjectId);
  t.equal(told.filter((subjectId) => subjectId === after).length, 1);
  // What was committed but not yet numbered when it was made may be among it.
  t.ok(receiver.received.length <= 2);
  await ok(shop.call(`POST /v1/webhook-endpoints/${id}/disable`));
  await causeEvents(shop, 3);
  await deliver(app);
  await ok(shop.call(`POST /v1/webhook-endpoints/${id}/enable`));
  const before = receiver.received.length;
  await causeEvents(shop, 1);
  await deliver(app);
  const types = receiver.received.slice(before).map(({ body }) => body.type);
  t.same(types, ['product.created'], 'nothing that happened while it was disabled');
});

t.test('a failure is tried again with growing delays, in the end by hand', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  receiver.answer((response) => response.writeHead(500).end('no such table'));
  const { id } = await createEndpoint(shop, receiver.url);
  await causeEvents(shop);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    await deliverDue(app, shop, id);
    await deliverDue(app, shop, id);
    const [delivery] = await listDeliveries(shop);
    t.equal(delivery.attemptCount, attempt, `attempt ${attempt} is made once`);
    if (delivery.state !== 'pending') break;
    const wait = Date.parse(delivery.nextAttemptAt) - clock.now().getTime();
    waits.push(wait);
    clock.move(wait);
  }
  t.equal(waits.length, 11);
  t.ok(
    waits.every((wait, i) => wait > (waits[i - 1] ?? 0) * 0.85),
    'they grow',
  );
  t.ok((waits[10] ?? 0) > 23.9 * HOUR_MS && (waits[10] ?? 0) < 26.5 * HOUR_MS);
  const [failed] = await listDeliveries(shop, '&state=failed');
  t.match(failed, { attemptCount: 12, nextAttemptAt: null, finishedAt: String });
  const { attempts } = await readDelivery(shop, failed.id);
  t.same(
    attempts.map(({ number }: any) => number),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  t.match(attempts[0], { statusCode: 500, errorCode: null, excerpt: 'no such table' });
  t.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);

  await $client.query(
    `update webhook_endpoints set state = 'enabled', disabled_reason = null, disabled_at = null where id = $1`,
    [id],
  );
  receiver.answer((response) => response.end('ok'));
  t.match(await shop.call(`POST /v1/webhook-deliveries/${failed.id}/retry`), {
    status: 202,
    body: { state: 'pending' },
  });
  await deliver(app);
  t.match(await readDelivery(shop, failed.id), { state: 'succeeded', attemptCount: 13 });
  t.match(await shop.call(`POST /v1/webhook-deliveries/${failed.id}/retry`), {
    status: 409,
    body: { code: 'webhook_delivery_succeeded' },
  });
});

t.test('Retry-After is heeded', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  receiver.answer((response) => response.writeHead(429, { 'retry-after': '3600' }).end());
  const { id } = await createEndpoint(shop, receiver.url);
  await causeEvents(shop);
  await deliverDue(app, shop, id);
  const [{ nextAttemptAt }] = await listDeliveries(shop);
  const wait = Date.parse(nextAttemptAt) - clock.now().getTime();
  t.ok(wait > 0.99 * HOUR_MS && wait < 1.11 * HOUR_MS, `${wait} ms`);
});

t.test('410 disables the endpoint and cancels what waits', async (t) => {
  const shop = await app.createShop();
  const [receiver, reader] = [await startReceiver(t), await startReceiver(t)];
  receiver.answer((response) => response.writeHead(410).end());
  const { id } = await createEndpoint(shop, receiver.url);
  await createEndpoint(shop, reader.url, { types: ['webhook_endpoint.disabled'] });
  await causeEvents(shop, 5);
  await deliverDue(app, shop, id);
  await deliver(app);
  t.equal(receiver.received.length, 1, 'after the first nothing more is sent');
  t.match(await readEndpoint(shop, id), { state: 'disabled', disabledReason: 'gone', version: 2 });
  const states = sorted((await listDeliveries(shop, `&endpointId=${id}`)).map(({ state }) => state));
  t.same(states, ['cancelled', 'cancelled', 'cancelled', 'cancelled', 'failed']);
  t.match(reader.received[0]?.body, { subjectId: id, data: { reason: 'gone' } }, 'others can know');
  const [cancelled] = await listDeliveries(shop, `&endpointId=${id}&state=cancelled`);
  t.match(await shop.call(`POST /v1/webhook-deliveries/${cancelled.id}/retry`), {
    status: 409,
    body: { code: 'webhook_endpoint_disabled' },
  });
});

t.test('three days of nothing but failures disable it; one success begins anew', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(shop, receiver.url);
  const next = async (status: number) => {
    receiver.answer((response) => response.writeHead(status).end());
    await causeEvents(shop);
    await deliverDue(app, shop, id);
    return readEndpoint(shop, id);
  };
  const first = await next(500);
  t.match(first, { state: 'enabled', failingSinceAt: String, version: 1 });
  clock.move(71 * HOUR_MS);
  t.match(await next(500), { state: 'enabled', failingSinceAt: first.failingSinceAt });
  t.match(await next(200), { state: 'enabled', failingSinceAt: null });
  t.match(await next(503), { state: 'enabled', failingSinceAt: String });
  clock.move(72 * HOUR_MS);
  t.match(await next(503), { state: 'disabled', disabledReason: 'failing' });
  t.equal((await listDeliveries(shop, '&state=pending')).length, 0, 'nothing waits for ever');
});

t.test('an endpoint that is disabled or deleted while deliveries wait', async (t) => {
  for (const target of ['POST /disable', 'DELETE ']) {
    const shop = await app.createShop();
    const receiver = await startReceiver(t);
    receiver.answer((response) => response.writeHead(500).end());
    const { id } = await createEndpoint(shop, receiver.url);
    await causeEvents(shop, 2);
    await deliver(app);
    const sent = receiver.received.length;
    const [method, verb] = target.split(' ');
    await ok(shop.call(`${method} /v1/webhook-endpoints/${id}${verb}`));
    clock.move(HOUR_MS);
    await deliverDue(app, shop, id);
    t.equal(receiver.received.length, sent);
    const deliveries = await listDeliveries(shop);
    t.same(
      deliveries.map(({ state }) => state),
      ['cancelled', 'cancelled'],
      target,
    );
    t.match(await shop.call(`POST /v1/webhook-deliveries/${deliveries[0].id}/retry`), { status: 409 });
  }
});

t.test('an attempt that ends after the endpoint was disabled is written down', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(shop, receiver.url);
  await causeEvents(shop);
  receiver.answer((response) => {
    void shop.call(`POST /v1/webhook-endpoints/${id}/disable`).then(() => response.end('taken'));
  });
  await deliver(app);
  const [delivery] = await listDeliveries(shop, `&endpointId=${id}`);
  t.match(delivery, { state: 'succeeded', attemptCount: 1 }, 'it arrived, that is the truth');
});

t.test('a secret that cannot be read fails the attempt and says so', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(shop, receiver.url);
  await $client.query(`update webhook_endpoints set secret = '\\x0102' where id = $1`, [id]);
  await causeEvents(shop);
  await deliver(app);
  const [{ id: deliveryId }] = await listDeliveries(shop);
  t.match(await readDelivery(shop, deliveryId), {
    state: 'pending',
    attempts: [{ errorCode: 'secret_unreadable' }],
  });
  t.equal(receiver.received.length, 0);
});

t.test('without the permission nothing goes to this machine, whatever a row says', async (t) => {
  const shop = await app.createShop();
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(shop, receiver.url);
  await causeEvents(shop);
  const guarded = {
    ...app,
    deps: { ...app.deps, config: { ...app.deps.config, webhookPrivateAddresses: false } },
  };
  await deliverDue(guarded, shop, id);
  const [{ id: deliveryId }] = await listDeliveries(shop);
  t.match(await readDelivery(shop, deliveryId), {
    state: 'pending',
    attempts: [{ errorCode: 'address_refused' }],
  });
  t.equal(receiver.received.length, 0);
});
