import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { type Embedded, removeEmbedded, startEmbedded } from '../../src/platform/db/embedded.ts';
import { migrateDatabase } from '../../src/platform/db/migrate.ts';
import { createLogger } from '../../src/platform/logging.ts';
import {
  type Answer,
  caller,
  makeShop,
  postgresPid,
  startServer,
  TOKEN_SECRET,
  until,
} from '../process/support.ts';
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

// Full counts take two minutes.
const KILLS = countOf('POSTGRES_KILLS', 20);
const CLIENTS = 8;
const HANGS_MS = 60_000;
const log = createLogger('silent');

/** A Postgres that keeps what it says it keeps, in a folder of its own, on the same port each time. */
async function makePostgres(t: Test) {
  const dataDir = fs.mkdtempSync(join(tmpdir(), 'makegood-killed-'));
  fs.chmodSync(dataDir, 0o755);
  let running: Embedded = await startEmbedded({ dataDir, log });
  const url = running.connectionString;
  const port = Number(new URL(url).port);
  t.teardown(async () => {
    await running.stop();
    await removeEmbedded(dataDir, log);
    fs.rmSync(dataDir, { recursive: true, force: true });
  });
  const processes = async (): Promise<number[]> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where pid <> pg_backend_pid()',
    );
    await client.end();
    return rows.map(({ pid }) => pid);
  };
  return {
    url,
    /** Kills the postmaster and everything that works for it. */
    async killAll() {
      const others = await processes();
      for (const pid of [postgresPid(dataDir), ...others]) killIfThere(pid);
    },
    /** Kills one of the processes; the postmaster ends all others and recovers. */
    async killOne() {
      const others = await processes();
      killIfThere(others[Math.floor(Math.random() * others.length)] ?? 0);
    },
    async restart() {
      await running.stop();
      running = await startEmbedded({ dataDir, log, port });
    },
  };
}

function killIfThere(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with those before it.
  }
}

t.test(`kill -9 of Postgres, ${KILLS} times: the server finds it again by itself`, async (t) => {
  const postgres = await makePostgres(t);
  await migrateDatabase(postgres.url, log);
  const { secretKey } = await makeShop(postgres.url);
  const server = await startServer(t, { DATABASE_URL: postgres.url, TOKEN_SECRET, LOG_LEVEL: 'silent' });
  const call = caller(server.url, secretKey);
  const products = await makeProducts(call);
  const [ledger, backTimes, lateness] = [newLedger(), [] as number[], [] as number[]];
  let [written, away] = [0, 0];

  for (let round = 0; round < KILLS; round += 1) {
    const attempts: Attempt[] = [];
    let isOver = false;
    const onTrouble = (trouble: unknown) => {
      away += 1;
      const problem = whatIsWrong(trouble);
      if (problem) t.fail(problem);
    };
    const timed: typeof call = async (...args) => {
      const began = Date.now();
      return call(...args).finally(() => lateness.push(Date.now() - began));
    };
    const shopping = shop(CLIENTS, { call: timed, attempts, products, isOver: () => isOver, onTrouble });
    const isBusy = (more: number) => async () => attempts.filter(isWritten).length > more;
    await until('there is load', isBusy(1 + Math.random() * 60));
    if (round % 4 === 3) {
      await postgres.killOne();
    } else {
      await postgres.killAll();
      await sleep(200 + Math.random() * 1_500);
      await postgres.restart();
    }
    backTimes.push(await untilReady(server.url));
    await until('it sells again', isBusy(attempts.filter(isWritten).length + 10));
    isOver = true;
    await shopping;
    written += attempts.filter(isWritten).length;
    await repeatAll(t, call, attempts, ledger);
    await checkBooks(t, postgres.url, ledger);
  }
  t.ok(Math.max(...lateness) < HANGS_MS, 'nobody waited without end');
  process.kill(server.pid, 'SIGTERM');
  t.equal(await server.ended, 0, server.output());
  console.log(`${written} writes answered, ${away} answered 503; all that was answered is there`);
  console.log(`ready ${summary(backTimes)} after Postgres was; requests took ${summary(lateness)}`);
});

/** While the database is away every answer is 503 with Retry-After; the connection to the server itself never breaks. */
function whatIsWrong(trouble: unknown): string | undefined {
  if (trouble instanceof Error) return `no answer: ${trouble.message} ${String(trouble.cause)}`;
  const { status, body, headers } = trouble as Answer;
  if (status === 503 && headers.get('retry-after') !== null) return undefined;
  return `answered ${status}: ${JSON.stringify(body)}`;
}
