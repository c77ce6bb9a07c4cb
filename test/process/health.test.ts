import t from 'tap';
import { createTestDatabase } from '../support/database.ts';
import { makeRoad } from '../support/road.ts';
import { caller, makeShop, startServer, TOKEN_SECRET, until } from './support.ts';

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
