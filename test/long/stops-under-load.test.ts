import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { caller, makeShop, type Server, startServer, TOKEN_SECRET, until } from '../process/support.ts';
import { createTestDatabase } from '../support/database.ts';
import { checkBooks, countOf, makeProducts, newLedger } from './support.ts';

// Full counts take half a minute.
const STOPS = countOf('STOPS', 10);
const CLIENTS = 16;

const { url } = await createTestDatabase(t);
const { secretKey } = await makeShop(url);
const ledger = newLedger();

interface Tally {
  answered: number;
  notSent: number;
  readonly failed: string[];
}

/** Sends one request on a kept connection. `refused`: the server took no more connections, so nothing was sent. */
function place(
  agent: Agent,
  base: string,
  body: string,
): Promise<{ status: number; id: string } | 'refused'> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${secretKey}`,
      'content-type': 'application/json',
      'idempotency-key': newId(),
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${base}/v1/orders`, { agent, method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, id: JSON.parse(text).id }));
    });
    sent.on('error', (error: Error & { code?: string }) =>
      error.code === 'ECONNREFUSED' ? resolve('refused') : reject(error),
    );
    sent.end(body);
  });
}

/** Places orders on one kept connection until the server is gone. */
async function buy(base: string, products: readonly string[], tally: Tally): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ lines: products.map((productId) => ({ productId, quantity: 1 })) });
  for (;;) {
    // Some are busy without a pause, some idle for a moment, as people are.
    if (Math.random() < 0.3) await sleep(Math.random() * 30);
    try {
      const answer = await place(agent, base, body);
      if (answer === 'refused') break;
      if (answer.status !== 201) tally.failed.push(`answered ${answer.status}`);
      ledger.orders.add(answer.id);
      tally.answered += 1;
    } catch (error) {
      tally.failed.push(String(error));
      break;
    }
  }
  tally.notSent += 1;
  agent.destroy();
}

async function stopUnderLoad(t: Test, server: Server): Promise<Tally> {
  const products = await makeProducts(caller(server.url, secretKey));
  const tally: Tally = { answered: 0, notSent: 0, failed: [] };
  // One that connects and never says anything keeps nobody waiting.
  const mute = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  const buyers = Array.from({ length: CLIENTS }, () => buy(server.url, products, tally));
  const enough = 50 + Math.random() * 200;
  await until('there is load', async () => tally.answered > enough);
  process.kill(server.pid, 'SIGTERM');
  await Promise.all(buyers);
  t.equal(await server.ended, 0, server.output());
  mute.destroy();
  return tally;
}

t.test(`SIGTERM under load, ${STOPS} times: no request fails`, async (t) => {
  const env = { DATABASE_URL: url, TOKEN_SECRET };
  let answered = 0;
  for (let round = 0; round < STOPS; round += 1) {
    const server = await startServer(t, env);
    const tally = await stopUnderLoad(t, server);
    t.same(tally.failed, [], `${tally.answered} answered, ${tally.notSent} not sent`);
    t.notMatch(server.output(), /"level":[456]0/, 'nothing of this is worth a warning');
    answered += tally.answered;
  }
  await checkBooks(t, url, ledger);
  console.log(`${answered} answered in ${STOPS} rounds, none failed or is missing`);
});
