import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { createTestDatabase } from '../support/database.ts';
import { caller, makeShop, startServer, TOKEN_SECRET, until } from './support.ts';

/** A way to the database that can be cut, or that swallows what is sent. */
async function makeRoad(t: Test, url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const server = createServer((client) => {
    if (state === 'cut') return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => state === 'silent' || upstream.write(chunk));
    upstream.on('data', (chunk) => state === 'silent' || client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const set = (next: typeof state) => {
    state = next;
    // What a silent road swallowed never comes again: its connections are of no use to anyone.
    if (state !== 'silent') for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    set('cut');
    server.close();
  });
  const road = new URL(url);
  road.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: road.href, set };
}

t.test('health and metrics, also while the database is away', async (t) => {
  const { url } = await createTestDatabase(t);
  const road = await makeRoad(t, url);
  const env = { DATABASE_URL: road.url, TOKEN_SECRET, LOG_LEVEL: 'silent', METRICS_PORT: '0' };
  const { secretKey } = await makeShop(url);
  const server = await startServer(t, env);
  const call = caller(server.url, secretKey);
  const statuses = async () => {
    const answers = [call('GET /healthz'), call('GET /readyz'), call('GET /v1/orders')];
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  t.same(await statuses(), [200, 200, 200]);

  road.set('cut');
  t.same(await statuses(), [200, 503, 503]);
  for (const path of ['/readyz', '/v1/orders']) {
    const { body, headers } = await call(`GET ${path}`);
    t.match(headers.get('content-type'), 'application/problem+json');
    t.equal(headers.get('retry-after'), '1');
    t.match(body, { status: 503, code: 'overloaded', requestId: headers.get('x-request-id') });
  }
  road.set('open');
  await until('it is ready again', async () => (await call('GET /readyz')).status === 200);
  t.same(await statuses(), [200, 200, 200]);

  road.set('silent');
  t.equal((await call('GET /readyz')).status, 503, 'a database that says nothing is away');
  t.equal((await call('GET /healthz')).status, 200);
  road.set('open');
  await until('it is ready again', async () => (await call('GET /readyz')).status === 200);

  const metrics = await fetch(server.metricsUrl ?? '');
  t.match(metrics.headers.get('content-type'), 'text/plain');
  const figures = await metrics.text();
  t.match(
    figures,
    /makegood_http_request_duration_seconds_count\{operation="listOrders",status="200"\} [1-9]/,
  );
  t.match(figures, /makegood_pool_connections \d/);
  t.equal((await fetch(`${server.metricsUrl}/more`)).status, 404);
  t.equal((await call('GET /metrics')).status, 404, 'not on the port of the API');

  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0);
});
