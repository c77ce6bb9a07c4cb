import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { type Answer, caller, makeShop, startServer, TOKEN_SECRET } from '../process/support.ts';
import { createTestDatabase } from '../support/database.ts';
import { makeRoad, type Traveller } from '../support/road.ts';
import { checkBooks, countOf, makeProducts, newLedger } from './support.ts';

const ROUNDS = countOf('COMMITS', 200);

/** What happens to the next commit: it never arrives, or its answer is lost, at once or when it is given. */
type Loss = 'before' | 'now' | 'answered';

const { url } = await createTestDatabase(t);
const { secretKey } = await makeShop(url);
let next: Loss | undefined;
let lost: Traveller | undefined;
// Connections on which a statement that is its own transaction is being sent.
const sending = new WeakSet<Traveller>();
const road = await makeRoad(t, url, {
  onMessage(letter, text, traveller) {
    const isStatement = letter === 'B' && text.startsWith('parts_');
    const isCommit = letter === 'Q' && text === 'commit';
    if (isStatement) sending.add(traveller);
    // Postgres begins with a prepared statement when all of its messages are there: then the answer is lost, or before the first.
    const isSent = isCommit || (letter === 'S' && sending.delete(traveller));
    const isMet = next === 'before' ? isCommit || isStatement : isSent;
    if (next === undefined || !isMet) return undefined;
    const loss = next;
    next = undefined;
    lost = traveller;
    if (loss === 'before') {
      traveller.cut();
      return 'hold';
    }
    traveller.loseAnswer(loss);
    return undefined;
  },
});
// Jobs would commit too.
const env = { DATABASE_URL: road.url, TOKEN_SECRET, WORKER: 'off', LOG_LEVEL: 'silent' };
const server = await startServer(t, env);
const call = caller(server.url, secretKey);
const products = await makeProducts(call);
const ledger = newLedger();

const refused = ({ status, headers }: Answer) => status === 503 && headers.get('retry-after') !== null;

/** Sends a write whose commit is lost and repeats it with the same key. Returns what the repetition was answered. */
async function lose(t: Test, loss: Loss, target: string, body: object): Promise<Answer> {
  const attempt = { key: newId(), body };
  next = loss;
  const first = await call(target, attempt);
  if (!refused(first)) t.fail(`${loss}: the first was answered ${first.status}`);
  if (next !== undefined) t.fail('there was no commit');
  // Postgres may not even have begun with a commit whose connection is cut at once: who repeats it sooner does it themselves.
  if (loss === 'now') await lost?.done;
  const again = await call(target, attempt);
  if (again.status !== 201) t.fail(`${loss}: the repetition was answered ${JSON.stringify(again.body)}`);
  const isReplayed = again.headers.get('idempotency-replayed') === 'true';
  if (isReplayed !== (loss !== 'before')) t.fail(`${loss}: replayed is ${isReplayed}`);
  const third = await call(target, attempt);
  if (JSON.stringify(third.body) !== JSON.stringify(again.body)) t.fail(`${loss}: another answer`);
  return again;
}

/** Writes of one round trip and of several: placing an order, and paying it. */
async function loseMany(t: Test, losses: readonly Loss[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const loss = losses[round % losses.length] ?? 'now';
    const lines = products.map((productId) => ({ productId, quantity: 1 + (round % 3) }));
    if (round % 2 === 0) {
      ledger.orders.add((await lose(t, loss, 'POST /v1/orders', { lines })).body.id);
      continue;
    }
    const { id } = (await call('POST /v1/orders', { body: { lines } })).body;
    ledger.orders.add(id);
    const paid = await lose(t, loss, `POST /v1/orders/${id}/payments`, { provider: 'manual' });
    ledger.payments.add(paid.body.id);
  }
  await checkBooks(t, url, ledger);
}

t.test(`the answer to a commit is lost ${ROUNDS} times, and a repetition finds the truth`, (t) =>
  loseMany(t, ['now', 'answered', 'answered']),
);

t.test(`a commit itself is lost ${ROUNDS} times, and a repetition does it, once`, (t) =>
  loseMany(t, ['before']),
);

t.test('afterwards everything is as before', async (t) => {
  t.equal((await call('GET /v1/orders?limit=1')).status, 200);
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
});
