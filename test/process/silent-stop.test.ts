import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createTestDatabase } from '../support/database.ts';
import { makeRoad } from '../support/road.ts';
import { caller, makeProduct, makeShop, startServer, TOKEN_SECRET } from './support.ts';

// Longer than the dispatcher and the workers wait between two looks: all of them ask and get no answer.
const ALL_ASK_MS = 4_000;

t.test('a database that says nothing any more does not keep a server from ending', async (t) => {
  const { url } = await createTestDatabase(t);
  const { secretKey } = await makeShop(url);
  const road = await makeRoad(t, url);
  const env = { DATABASE_URL: road.url, TOKEN_SECRET, LOG_LEVEL: 'warn' };
  const server = await startServer(t, env);
  await makeProduct({ call: caller(server.url, secretKey) });
  road.set('silent');
  await sleep(ALL_ASK_MS);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
});
