import type { AddressInfo } from 'node:net';
import t from 'tap';
import { Agent, request } from 'undici';
import { startApp } from '../support/app.ts';

const { app, secretKey } = await startApp(t, { config: { corsOrigins: ['https://shop.example'] } });
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
const dispatcher = new Agent({ connections: 1 });
t.teardown(() => dispatcher.destroy());

async function send(path: string, { method = 'GET', body = '', headers = {} } = {}) {
  const authorization = `Bearer ${secretKey}`;
  const answer = await request(`http://127.0.0.1:${port}${path}`, {
    method: method as 'GET',
    dispatcher,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    ...(body === '' ? {} : { body }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}

/** Keeps the gate full while something is tried. */
async function whileFull(run: () => Promise<void>): Promise<void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held: Promise<void>[] = [];
  while (!app.gate.isClosedFor('/v1/orders')) held.push(app.gate.run(() => released));
  await run().finally(release);
  await Promise.all(held);
}

t.test('who comes when no more can be taken on is told so at once', async (t) => {
  const usual = await send('/v1/orders?limit=x');
  const before = app.gate.refused();
  await whileFull(async () => {
    const answer = await send('/v1/orders', { headers: { 'x-request-id': 'mine-1' } });
    t.match(answer, { status: 503, body: { code: 'overloaded', requestId: 'mine-1', errors: [] } });
    t.match(answer.headers, { 'retry-after': '1', 'x-request-id': 'mine-1', 'cache-control': 'no-store' });
    t.same(Object.keys(answer.body), Object.keys(usual.body), 'a problem like every other');
    const missing = Object.keys(usual.headers).filter((name) => !(name in answer.headers));
    t.same(
      missing.filter((name) => name !== 'access-control-allow-credentials'),
      [],
      'with the headers of every answer',
    );
    t.match(
      (await send('/v1/orders', { headers: { 'x-request-id': 'no id' } })).body.requestId,
      /^[0-9a-f-]{36}$/,
    );
  });
  t.equal(app.gate.refused(), before + 2);
  t.equal((await send('/v1/orders')).status, 200, 'and when there is room again, served');
});

t.test('a body that is not read leaves the connection usable', (t) =>
  whileFull(async () => {
    const body = JSON.stringify({ lines: 'x'.repeat(300_000) });
    for (const _ of [1, 2, 3]) t.equal((await send('/v1/orders', { method: 'POST', body })).status, 503);
    t.equal((await send('/healthz')).status, 200, 'what is no work is answered');
    t.equal((await send('/readyz')).status, 200);
  }),
);

t.test('a browser can read the refusal', (t) =>
  whileFull(async () => {
    const asks = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    t.equal(
      (await send('/v1/orders', { method: 'OPTIONS', headers: asks })).status,
      204,
      'its question first',
    );
    const ours = await send('/v1/orders', { headers: { origin: 'https://shop.example' } });
    t.match(ours.headers, { 'access-control-allow-origin': 'https://shop.example', vary: 'Origin' });
    const other = await send('/v1/orders', { headers: { origin: 'https://other.example' } });
    t.notOk(other.headers['access-control-allow-origin']);
  }),
);

t.test('a late event loop closes every path but the sign of life', async (t) => {
  app.gate.watch(() => true);
  t.equal((await send('/readyz')).status, 503);
  t.equal((await send('/v1/orders')).status, 503);
  t.equal((await send('/healthz')).status, 200);
  app.gate.watch(() => false);
  t.equal((await send('/readyz')).status, 200);
});
