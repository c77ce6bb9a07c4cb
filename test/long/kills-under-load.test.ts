import t, { type Test } from 'tap';
import {
  caller,
  embeddedUrl,
  isRunning,
  makeShop,
  postgresPid,
  prepareDataDir,
  type Server,
  startServer,
  TOKEN_SECRET,
  until,
} from '../process/support.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  type Attempt,
  checkBooks,
  countOf,
  isWritten,
  makeProducts,
  newLedger,
  repeatAll,
  shop,
  summary,
  untilReady,
} from './support.ts';

// Full counts take two and a half minutes.
const KILLS = countOf('KILLS', 50);
const EMBEDDED_KILLS = countOf('EMBEDDED_KILLS', 6);
const CLIENTS = 8;

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly secretKey: string;
  databaseUrl(): string;
  /** What else is killed in the same moment. */
  alsoKill?(round: number): void;
}

async function loadAndKill(server: Server, place: Place, round: number): Promise<Attempt[]> {
  const call = caller(server.url, place.secretKey);
  const attempts: Attempt[] = [];
  const products = await makeProducts(call);
  const shopping = shop(CLIENTS, { call, attempts, products, isOver: () => false });
  const enough = 1 + Math.random() * 80;
  await until('there is load', async () => attempts.filter(isWritten).length > enough);
  process.kill(server.pid, 'SIGKILL');
  place.alsoKill?.(round);
  await Promise.all([server.ended, shopping]);
  return attempts;
}

async function killAgainAndAgain(t: Test, rounds: number, place: Place): Promise<void> {
  const ledger = newLedger();
  const readyTimes: number[] = [];
  let [sent, answered, there] = [0, 0, 0];
  let server = await startServer(t, place.env);
  for (let round = 0; round < rounds; round += 1) {
    const attempts = await loadAndKill(server, place, round);
    const refused = attempts.filter((attempt) => attempt.answer && !isWritten(attempt));
    t.same(refused, [], 'nothing was refused');
    const began = Date.now();
    server = await startServer(t, place.env);
    await untilReady(server.url);
    readyTimes.push(Date.now() - began);
    sent += attempts.length;
    answered += attempts.filter(isWritten).length;
    there += await repeatAll(t, caller(server.url, place.secretKey), attempts, ledger);
    await checkBooks(t, place.databaseUrl(), ledger);
  }
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
  const inTime = readyTimes.filter((ms) => ms <= 3_000).length;
  console.log(`${sent} writes sent, ${answered} answered before a kill, ${there} were there`);
  console.log(`ready again after ${summary(readyTimes)}, ${inTime} of ${rounds} within 3 s`);
}

t.test(`kill -9 under load, ${KILLS} times, on a database of one's own`, async (t) => {
  const { url } = await createTestDatabase(t);
  const { secretKey } = await makeShop(url);
  const env = { DATABASE_URL: url, TOKEN_SECRET };
  await killAgainAndAgain(t, KILLS, { env, secretKey, databaseUrl: () => url });
});

t.test(`kill -9 under load, ${EMBEDDED_KILLS} times, with the embedded database`, async (t) => {
  const { dataDir, keys } = await prepareDataDir(t);
  let orphan = 0;
  await killAgainAndAgain(t, EMBEDDED_KILLS, {
    env: { DATA_DIR: dataDir },
    secretKey: keys.secretKey,
    databaseUrl() {
      t.notOk(isRunning(orphan), 'the Postgres that was left behind has ended');
      return embeddedUrl(dataDir);
    },
    alsoKill(round) {
      orphan = postgresPid(dataDir);
      // Every third time the power fails, as far as both processes can tell.
      if (round % 3 === 2) process.kill(orphan, 'SIGKILL');
    },
  });
});
