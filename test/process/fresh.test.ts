import * as fs from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connectTo, isRunning, postgresPid, prepareDataDir, run, startServer } from './support.ts';

const { dataDir, keys } = await prepareDataDir(t);
const env = { DATA_DIR: dataDir };

t.test('--fresh, stopped in the middle of filling, is completed by the next start', async (t) => {
  const readKeys = () => JSON.parse(fs.readFileSync(join(dataDir, 'demo-shop.json'), 'utf8'));
  const fresh = run(t, 'main', { ...env, PORT: '0' }, ['--fresh']);
  await fresh.says(/Filling the demo shop/);
  const postgres = postgresPid(dataDir);
  process.kill(fresh.pid, 'SIGTERM');
  t.equal(await fresh.ended, 0, fresh.output());
  t.notOk(isRunning(postgres), 'Postgres has ended before it');
  t.not(readKeys().secretKey, keys.secretKey);
  t.equal(readKeys().isSeeded, false);

  // As if it had been killed between the shop and its file.
  fs.rmSync(join(dataDir, 'demo-shop.json'));
  const server = await startServer(t, env);
  t.not(server.secretKey, keys.secretKey);
  const database = await connectTo(t, dataDir);
  const counted =
    'select (select count(*) from shops)::int as shops, (select count(*) from orders)::int as orders';
  t.same((await database.query(counted)).rows, [{ shops: 1, orders: 830 }], 'new data, and one demo shop');
  t.equal((await server.call('GET /v1/orders?limit=1')).body.data.length, 1);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0);
});
