import * as fs from 'node:fs';
import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import {
  type Answer,
  connectTo,
  isRunning,
  makeProduct,
  postgresPid,
  prepareDataDir,
  runCommand,
  type Server,
  startServer,
  until,
} from './support.ts';

const { dataDir, keys } = await prepareDataDir(t);
const env = { DATA_DIR: dataDir };
const placed: { order: any; key: string; body: object }[] = [];

/** Starts the server; what earlier servers answered must be there. */
async function startAgain(t: Test): Promise<Server> {
  const server = await startServer(t, env);
  t.equal(server.secretKey, keys.secretKey, 'the same keys');
  t.notMatch(server.output(), /Filling/, 'filled once');
  for (const { order, key, body } of placed) {
    t.match((await server.call(`GET /v1/orders/${order.id}`)).body, order, 'what was answered is there');
    const again = await server.call('POST /v1/orders', { key, body });
    t.equal(again.headers.get('idempotency-replayed'), 'true');
    t.same(again.body, order, 'and the same key gets the same answer');
  }
  return server;
}

/** Places an order that waits for a lock, so that it is in flight until `release`. */
async function placeSlowly(t: Test, server: Server) {
  const productId = await makeProduct(server);
  const holder = await connectTo(t, dataDir);
  await holder.query('begin');
  await holder.query('select from products where id = $1 for update', [productId]);
  const body = { lines: [{ productId, quantity: 1 }] };
  const key = newId();
  const answer = server.call('POST /v1/orders', { key, body });
  const watcher = await connectTo(t, dataDir);
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock'";
  await until('the order waits', async () => ((await watcher.query(waiting)).rowCount ?? 0) > 0);
  const release = async (): Promise<Answer> => {
    await holder.query('commit');
    const answered = await answer;
    placed.push({ order: answered.body, key, body });
    return answered;
  };
  return { release };
}

for (const [name, stop] of [
  ['SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM')],
  // A terminal sends it to every process of the group, and npm once more to its child.
  ['Ctrl-C', (pid: number) => [-pid, pid].map((target) => process.kill(target, 'SIGINT'))],
] as const) {
  t.test(`${name} while a request is in flight`, async (t) => {
    const server = await startAgain(t);
    const postgres = postgresPid(dataDir);
    const inFlight = await placeSlowly(t, server);
    stop(server.pid);
    await until('it takes no more requests', () =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    t.ok(isRunning(server.pid) && isRunning(postgres), 'both wait for the request');
    t.equal((await inFlight.release()).status, 201, 'which is answered');
    t.equal(await server.ended, 0, server.output());
    t.notOk(isRunning(postgres), 'Postgres has ended before it');
    t.same(fs.readdirSync(dataDir).toSorted(), ['demo-shop.json', 'postgres', 'token-secret']);
    t.notMatch(server.output(), /"level":[456]0/, 'nothing of this is worth a warning');
  });
}

t.test('kill -9 leaves Postgres behind, and the next start has everything', async (t) => {
  const server = await startAgain(t);
  const postgres = postgresPid(dataDir);
  const inFlight = await placeSlowly(t, server);
  t.equal((await inFlight.release()).status, 201);
  process.kill(server.pid, 'SIGKILL');
  t.equal(await server.ended, 'SIGKILL');
  t.ok(isRunning(postgres), 'an orphan');

  const beside = await runCommand(t, 'cli/verify', env);
  t.equal(beside.code, 0, 'a command finds the orphan');
  const next = await startAgain(t);
  t.not(postgresPid(dataDir), postgres);
  process.kill(next.pid, 'SIGTERM');
  t.equal(await next.ended, 0);
  const verified = await runCommand(t, 'cli/verify', env);
  t.equal(verified.code, 0, verified.output);
  t.same(fs.readdirSync(dataDir).toSorted(), ['demo-shop.json', 'postgres', 'token-secret']);
});
