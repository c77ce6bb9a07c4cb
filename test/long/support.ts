import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { type Answer, checkInvariantsOf, makeProduct, type Server } from '../process/support.ts';

/** How often something is done: as the environment says, else `usual`. */
export const countOf = (variable: string, usual: number): number => Number(process.env[variable] ?? usual);

export type Call = Server['call'];

/** One write under a key, and what was answered to it if anything was. */
export interface Attempt {
  readonly target: string;
  readonly key: string;
  readonly body: object;
  answer?: Answer;
}

/** Writes that were attempted, and how many effects they must have had. */
export interface Ledger {
  readonly orders: Set<string>;
  readonly payments: Set<string>;
}
export const newLedger = (): Ledger => ({ orders: new Set(), payments: new Set() });

export const isWritten = (attempt: Attempt): boolean =>
  attempt.answer !== undefined && attempt.answer.status < 300;
const isPlacing = ({ target }: Attempt): boolean => target === 'POST /v1/orders';

interface ShopOptions {
  readonly call: Call;
  readonly attempts: Attempt[];
  readonly isOver: () => boolean;
  /** What is done about an answer that is no success, or about none. Absent: shopping ends. */
  readonly onTrouble?: (trouble: unknown, attempt: Attempt) => void;
}

/** Several clients that place orders one after the other and pay most of them, until it is over. */
export async function shop(clients: number, options: ShopOptions & { products: readonly string[] }) {
  await Promise.all(Array.from({ length: clients }, (_, at) => shopAlone(at, options)));
}

async function shopAlone(at: number, options: ShopOptions & { products: readonly string[] }): Promise<void> {
  const { products, isOver } = options;
  for (let count = at; !isOver(); count += 1) {
    const lines = products.map((productId, index) => ({ productId, quantity: 1 + ((count + index) % 3) }));
    const placed = await send(options, 'POST /v1/orders', { lines });
    if (placed === 'over') return;
    if (placed === 'trouble' || count % 3 === 0) continue;
    const provider = count % 6 === 1 ? 'simulator' : 'manual';
    const paid = await send(options, `POST /v1/orders/${placed.body.id}/payments`, { provider });
    if (paid === 'over') return;
  }
}

async function send({ call, attempts, onTrouble }: ShopOptions, target: string, body: object) {
  const attempt: Attempt = { target, key: newId(), body };
  attempts.push(attempt);
  try {
    attempt.answer = await call(target, attempt);
    if (isWritten(attempt)) return attempt.answer;
    onTrouble?.(attempt.answer, attempt);
  } catch (error) {
    onTrouble?.(error, attempt);
  }
  if (!onTrouble) return 'over';
  await sleep(20);
  return 'trouble';
}

// Postgres gives up a client that is gone without a word after a minute; until then its locks are held.
const LOCKED_MS = 70_000;

/** Sends an attempt again, as long as it is told that somebody holds what it needs. */
async function repeat(call: Call, attempt: Attempt): Promise<Answer> {
  for (const end = Date.now() + LOCKED_MS; ; await sleep(500)) {
    const answer = await call(attempt.target, attempt);
    if (answer.body?.code !== 'version_conflict' || Date.now() > end) return answer;
  }
}

/** Repeats every attempt: what was answered is answered again, and each key had one effect. Returns how many were there. */
export async function repeatAll(
  t: Test,
  call: Call,
  attempts: readonly Attempt[],
  ledger: Ledger,
): Promise<number> {
  let replayed = 0;
  const waiting = [...attempts];
  const repeatSome = async () => {
    for (let attempt = waiting.pop(); attempt; attempt = waiting.pop()) {
      const again = await repeat(call, attempt);
      if (again.status !== 201) {
        t.fail(`${attempt.target} was refused at its repetition: ${JSON.stringify(again.body)}`);
        continue;
      }
      (isPlacing(attempt) ? ledger.orders : ledger.payments).add(again.body.id);
      const isReplayed = again.headers.get('idempotency-replayed') === 'true';
      if (isReplayed) replayed += 1;
      if (!isWritten(attempt)) continue;
      // Compared here: thousands of assertions would say no more.
      const isSame = JSON.stringify(again.body) === JSON.stringify(attempt.answer?.body);
      if (!isReplayed || !isSame) t.fail(`what was answered is not there: ${JSON.stringify(attempt)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, repeatSome));
  return replayed;
}

/** Counts orders and payments in the database, and checks what `npm run verify` checks. */
export async function checkBooks(t: Test, databaseUrl: string, ledger: Ledger): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    `select (select count(*)::int from orders) as orders, (select count(*)::int from payments) as payments`,
  );
  await client.end();
  const expected = { orders: ledger.orders.size, payments: ledger.payments.size };
  t.same(rows, [expected], `each key had one effect: ${JSON.stringify(expected)}`);
  await checkInvariantsOf(t, databaseUrl);
}

export const makeProducts = (call: Call): Promise<string[]> =>
  Promise.all([makeProduct({ call }), makeProduct({ call })]);

/** The least, the middle and the greatest of some times. */
export function summary(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return `${at(0)} / ${at(0.5)} / ${at(1)} ms`;
}

/** Waits until the server answers `/readyz` with 200, and says how long that took. */
export async function untilReady(url: string): Promise<number> {
  const began = Date.now();
  for (; Date.now() - began < 60_000; await sleep(10)) {
    const status = await fetch(`${url}/readyz`).then(
      ({ status }) => status,
      () => 0,
    );
    if (status === 200) return Date.now() - began;
  }
  throw new Error('it was not ready within a minute');
}
