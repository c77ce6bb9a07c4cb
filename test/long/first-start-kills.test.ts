import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { countOf } from './support.ts';
import { checkInvariants, connectTo, makeDataDir, run, startServer } from '../process/support.ts';

const ROUNDS = countOf('FIRST_STARTS', 10);

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

t.test('how long a first start takes here', async (t) => {
  const began = Date.now();
  const server = await startServer(t, { DATA_DIR: makeDataDir(t) });
  const wholeMs = Date.now() - began;
  console.log(`a first start took ${seconds(began)}`);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0);

  for (let round = 0; round < ROUNDS; round += 1) {
    // One moment in each tenth of it: making the database, migrating, the shop, its products, its orders.
    const afterMs = Math.round((wholeMs * (round + Math.random())) / ROUNDS);
    await t.test(`killed after ${afterMs} ms`, (t) => killFirstStart(t, afterMs));
  }
});

async function killFirstStart(t: Parameters<typeof run>[0], afterMs: number): Promise<void> {
  const dataDir = makeDataDir(t);
  const env = { DATA_DIR: dataDir };
  const first = run(t, 'main', { ...env, PORT: '0' });
  await sleep(afterMs);
  process.kill(first.pid, 'SIGKILL');
  t.equal(await first.ended, 'SIGKILL');
  console.log(`it had said: ${first.output().trim().split('\n').at(-1)?.slice(0, 100)}`);

  const began = Date.now();
  const server = await startServer(t, env);
  console.log(`the next start took ${seconds(began)}`);
  const orders = await server.call('GET /v1/orders?limit=1');
  t.match(orders, { status: 200, body: { data: { length: 1 } } }, 'the printed key works');
  const database = await connectTo(t, dataDir);
  const counted = await database.query(
    `select (select count(*)::int from shops) as shops, (select count(*)::int from products) as products,
       (select count(*)::int from customers) as customers, (select count(*)::int from orders) as orders`,
  );
  t.same(counted.rows, [{ shops: 1, products: 77, customers: 91, orders: 830 }]);
  await checkInvariants(t, dataDir);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
}
