import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import {
  type Answer,
  checkInvariants,
  connectTo,
  makeProduct,
  postgresPid,
  prepareDataDir,
  type Server,
  startServer,
  until,
} from '../process/support.ts';

const ROUNDS = 20;
const CLIENTS = 8;

interface Attempt {
  readonly key: string;
  readonly body: object;
  /** What was answered before the process was killed. */
  answer?: Answer;
}

const { dataDir } = await prepareDataDir(t);
const env = { DATA_DIR: dataDir };
const placed = new Set<string>();

/** Places orders one after the other, and pays every other one, until the server is gone. */
async function shop(server: Server, products: readonly string[], attempts: Attempt[]): Promise<void> {
  for (let count = 0; ; count += 1) {
    const lines = products.map((productId, index) => ({ productId, quantity: 1 + ((count + index) % 3) }));
    const attempt: Attempt = { key: newId(), body: { lines } };
    attempts.push(attempt);
    try {
      attempt.answer = await server.call('POST /v1/orders', attempt);
      const provider = count % 4 === 1 ? 'simulator' : 'manual';
      if (count % 2 === 1) {
        await server.call(`POST /v1/orders/${attempt.answer.body.id}/payments`, { body: { provider } });
      }
    } catch {
      return;
    }
  }
}

async function loadAndKill(server: Server, round: number): Promise<Attempt[]> {
  const products = await Promise.all([makeProduct(server), makeProduct(server)]);
  const attempts: Attempt[] = [];
  const clients = Array.from({ length: CLIENTS }, () => shop(server, products, attempts));
  const enough = 1 + Math.random() * 50;
  const isEnough = async () => attempts.filter(({ answer }) => answer).length > enough;
  await until('there is load', isEnough);
  const postgres = postgresPid(dataDir);
  process.kill(server.pid, 'SIGKILL');
  // Every third time the power fails, as far as both processes can tell.
  if (round % 3 === 2) process.kill(postgres, 'SIGKILL');
  await Promise.all([server.ended, ...clients]);
  return attempts;
}

async function checkAfterwards(t: Test, server: Server, attempts: readonly Attempt[]): Promise<void> {
  let replayed = 0;
  for (const { key, body, answer } of attempts) {
    const again = await server.call('POST /v1/orders', { key, body });
    if (again.status !== 201) t.fail(`the repetition was refused: ${JSON.stringify(again.body)}`);
    placed.add(again.body.id);
    const isReplayed = again.headers.get('idempotency-replayed') === 'true';
    if (isReplayed) replayed += 1;
    if (!answer) continue;
    if (answer.status !== 201) t.fail(`refused: ${JSON.stringify(answer.body)}`);
    // Compared here: thousands of assertions would say no more.
    const isSame = JSON.stringify(again.body) === JSON.stringify(answer.body);
    if (!isReplayed || !isSame) t.fail(`an answered order is not there: ${JSON.stringify(answer.body)}`);
    const { status } = await server.call(`GET /v1/orders/${answer.body.id}`);
    if (status !== 200) t.fail(`an answered order cannot be read: ${answer.body.id}`);
  }
  const answered = attempts.filter(({ answer }) => answer).length;
  console.log(`${attempts.length} orders sent, ${answered} answered before the kill, ${replayed} were there`);
  const database = await connectTo(t, dataDir);
  const { rows } = await database.query('select count(*)::int as orders from orders');
  t.same(rows, [{ orders: placed.size }], 'each key made one order');
  await checkInvariants(t, dataDir);
}

t.test('kill -9 again and again while orders are placed', async (t) => {
  let server = await startServer(t, env);
  for (let round = 0; round < ROUNDS; round += 1) {
    const attempts = await loadAndKill(server, round);
    const began = Date.now();
    server = await startServer(t, env);
    console.log(`round ${round + 1}: ready again after ${Date.now() - began} ms`);
    await checkAfterwards(t, server, attempts);
  }
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
});
