import t from 'tap';
import {
  causeEvents,
  createEndpoint,
  deliver,
  listDeliveries,
  ok,
  readEndpoint,
  startHooks,
  startReceiver,
} from './support.ts';
import { startApp } from '../../support/app.ts';
import { newId } from '../../../src/platform/ids.ts';

const app = await startApp(t);
const { $client } = app.deps.db;
const URL = 'https://erp.example.com/hooks';
const post = (body: object) => app.call('POST /v1/webhook-endpoints', { body });

t.test('the secret is shown once, and lies in the database encrypted', async (t) => {
  const endpoint = await createEndpoint(app, URL);
  t.match(endpoint.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const bytes = Buffer.from(endpoint.secret.slice(6), 'base64');
  t.ok(bytes.length >= 24 && bytes.length <= 64);
  t.match(endpoint, { state: 'enabled', types: [], version: 1, disabledReason: null });
  t.notOk('secret' in (await readEndpoint(app, endpoint.id)));
  const rotated = await ok(app.call(`POST /v1/webhook-endpoints/${endpoint.id}/rotate-secret`, { body: {} }));
  t.not(rotated.secret, endpoint.secret);
  const hours = (Date.parse(rotated.previousSecretExpiresAt) - Date.now()) / 3_600_000;
  t.ok(hours > 23.9 && hours <= 24, `${hours} hours`);
  const { rows } = await $client.query<{ secret: Buffer; previous_secret: Buffer }>(
    'select secret, previous_secret from webhook_endpoints where id = $1',
    [endpoint.id],
  );
  const stored = Buffer.concat(rows.flatMap((row) => [row.secret, row.previous_secret]));
  t.ok(stored.length > 100);
  for (const text of [endpoint.secret.slice(6), rotated.secret.slice(6), bytes])
    t.notOk(stored.includes(text));
  const kept = await $client.query(
    `select count(*)::int as n from idempotency_keys where body like '%whsec_%'`,
  );
  t.equal(kept.rows[0].n, 0, 'no answer with a secret is kept');
});

t.test('what is refused', async (t) => {
  const refused: [object, number, string][] = [
    [{ url: 'http://10.0.0.1/' }, 422, 'webhook_url_refused'],
    [{ url: 'http://0x7f000001/' }, 422, 'webhook_url_refused'],
    [{ url: 'https://a:b@example.com/' }, 422, 'webhook_url_refused'],
    [{ url: 'nonsense' }, 422, 'webhook_url_refused'],
    [{ url: URL, types: ['order.placed', 'order.eaten'] }, 422, 'unknown_event_type'],
    [{ url: URL, types: ['webhook.test'] }, 422, 'unknown_event_type'],
    [{ url: URL, types: ['order.paid', 'order.paid'] }, 400, 'validation_failed'],
    [{ url: `https://example.com/${'x'.repeat(2_000)}` }, 400, 'validation_failed'],
    [{}, 400, 'validation_failed'],
  ];
  for (const [body, status, code] of refused) {
    const answer = await post(body);
    t.match(answer, { status, body: { code } }, JSON.stringify(body).slice(0, 80));
  }
  const { body } = await post({ url: URL, types: ['order.placed', 'order.eaten'] });
  t.equal(body.errors[0].pointer, '/types/1');
  const live = await app.createShop({ mode: 'live' });
  t.match(await live.call('POST /v1/webhook-endpoints', { body: { url: 'http://example.com/' } }), {
    status: 422,
  });
  t.match(await live.call('POST /v1/webhook-endpoints', { body: { url: URL } }), { status: 201 });
});

t.test('a change is a merge patch and goes by its version', async (t) => {
  const made = await createEndpoint(app, URL, { description: 'ERP', metadata: { a: '1', b: '2' } });
  const patch = (body: object, headers = {}) =>
    app.call(`PATCH /v1/webhook-endpoints/${made.id}`, { body, headers });
  const changed = await ok(patch({ description: null, types: ['order.paid'], metadata: { a: null } }));
  t.match(changed, { description: null, types: ['order.paid'], metadata: { b: '2' }, version: 2, url: URL });
  t.match(await patch({ types: [] }, { 'if-match': '"1"' }), { status: 412, body: { currentVersion: 2 } });
  t.match(await patch({ url: 'http://127.0.0.1/' }), { status: 422, body: { code: 'webhook_url_refused' } });
  t.match(await patch({ types: ['no.such'] }), { status: 422, body: { code: 'unknown_event_type' } });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v']));
  t.match(await patch({ metadata: many }), { status: 400, body: { code: 'validation_failed' } });
  t.equal((await readEndpoint(app, made.id)).version, 2);
  t.equal((await app.call(`GET /v1/webhook-endpoints/${made.id}`)).headers['etag'], '"2"');
});

t.test('disabled, enabled and deleted, each with its audit record', async (t) => {
  const shop = await app.createShop();
  const { id } = await createEndpoint(shop, URL);
  const verb = (name: string) => ok(shop.call(`POST /v1/webhook-endpoints/${id}/${name}`));
  t.match(await verb('disable'), { state: 'disabled', disabledReason: 'staff', version: 2 });
  t.match(await verb('disable'), { version: 2 }, 'again changes nothing');
  t.match(await shop.call(`POST /v1/webhook-endpoints/${id}/test`), {
    status: 409,
    body: { code: 'webhook_endpoint_disabled' },
  });
  t.match(await verb('enable'), { state: 'enabled', disabledReason: null, disabledAt: null, version: 3 });
  t.match(await verb('enable'), { version: 3 });
  await ok(shop.call(`POST /v1/webhook-endpoints/${id}/rotate-secret`, { body: { previousSecretHours: 0 } }));
  t.equal((await readEndpoint(shop, id)).previousSecretExpiresAt, null);
  t.match(await ok(shop.call(`DELETE /v1/webhook-endpoints/${id}`)), { id });
  t.match(await shop.call(`GET /v1/webhook-endpoints/${id}`), { status: 404 });
  t.match(await shop.call(`DELETE /v1/webhook-endpoints/${id}`), { status: 404 });
  const { data } = await ok(shop.call('GET /v1/audit-entries'));
  t.same(
    data.map((entry: any) => entry.action).toReversed(),
    ['create', 'disable', 'enable', 'rotate', 'delete'].map((what) =>
      what === 'rotate' ? 'rotateWebhookSecret' : `${what}WebhookEndpoint`,
    ),
  );
  t.notOk(JSON.stringify(data).includes('whsec_') || JSON.stringify(data).includes('erp.example.com'));
});

t.test('at most 50, also when many are made at once', async (t) => {
  const shop = await app.createShop();
  for (let n = 0; n < 45; n += 1) await createEndpoint(shop, URL);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => shop.call('POST /v1/webhook-endpoints', { body: { url: URL } })),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, 5);
  const refused = answers.filter(({ body }) => body.code === 'too_many_webhook_endpoints');
  t.equal(refused.length, 7);
  const first = await ok(shop.call('GET /v1/webhook-endpoints?limit=30'));
  const second = await ok(shop.call(`GET /v1/webhook-endpoints?limit=30&cursor=${first.nextCursor}`));
  t.equal(new Set([...first.data, ...second.data].map(({ id }: any) => id)).size, 50);
});

t.test('what another shop has does not exist', async (t) => {
  const hooks = await startHooks(t);
  const [mine, other] = [await hooks.createShop(), await hooks.createShop()];
  const receiver = await startReceiver(t);
  const { id } = await createEndpoint(mine, receiver.url);
  await causeEvents(mine);
  await deliver(hooks);
  const [delivery] = await listDeliveries(mine);
  await causeEvents(other);
  await deliver(hooks);
  t.equal(receiver.received.length, 1, "another shop's events go nowhere");
  t.same(await listDeliveries(other), []);
  t.same(await listDeliveries(other, `&endpointId=${id}`), []);
  const eventIds = [delivery.eventId];
  const { id: own } = await createEndpoint(other, receiver.url);
  t.match(await other.call(`POST /v1/webhook-endpoints/${own}/replay`, { body: { eventIds } }), {
    status: 422,
    body: { code: 'unknown_event' },
  });
  for (const target of [
    `GET /v1/webhook-endpoints/${id}`,
    `GET /v1/webhook-deliveries/${delivery.id}`,
    `POST /v1/webhook-deliveries/${delivery.id}/retry`,
    `POST /v1/webhook-endpoints/${newId()}/test`,
  ])
    t.match(await other.call(target), { status: 404 }, target);
});
