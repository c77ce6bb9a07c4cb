import pg from 'pg';
import type { Test } from 'tap';
import { modules } from '../../../src/modules.ts';
import { customerTokens } from '../../../src/platform/auth/tokens.ts';
import { newId } from '../../../src/platform/ids.ts';
import { platformInvariants } from '../../../src/platform/invariants.ts';
import type { Answer, TestApp, TestShop } from '../../support/app.ts';

export const times = (count: number) => Array.from({ length: count }, (_, i) => i);

/** How many answers have each status, such as `{ 201: 1, 409: 49 }`. */
export function tally(answers: readonly { status: number }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The body of an answer that must be a success. */
export async function ok(answer: Promise<Answer>): Promise<any> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** A customer with a token, without the customers module. */
export async function addCustomer(
  app: TestApp,
  shop: TestShop = app,
): Promise<{ id: string; token: string }> {
  const id = newId();
  await app.deps.db.$client.query(
    `insert into customers (shop_id, id, name, created_at, updated_at) values ($1, $2, 'Maria', now(), now())`,
    [shop.shopId, id],
  );
  const { token } = customerTokens(app.deps.config, app.deps.clock).sign(
    { shop: shop.shopId, sub: id },
    3600,
  );
  return { id, token };
}

/** Runs every job, also those that failed and wait to be tried again, until none is left. */
export async function runJobs(app: TestApp): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const { rowCount } = await app.deps.db.$client.query(
      `update graphile_worker._private_jobs set run_at = now() - interval '1 second' where attempts < max_attempts`,
    );
    if (rowCount === 0) break;
    await app.settle();
  }
  await app.settle();
}

/** Checks what `npm run verify` checks, over the test's whole database. */
export async function checkInvariants(t: Test, { deps }: TestApp): Promise<void> {
  const all = [...platformInvariants, ...modules.flatMap((module) => module.invariants ?? [])];
  for (const { name, check } of all) {
    const { checked, broken } = await check(deps.db);
    t.equal(broken, 0n, `${name} (${checked} checked)`);
  }
}

export const advance = (shop: TestShop, minutes: number): Promise<any> =>
  ok(shop.call('POST /v1/test-clock/advance', { body: { byMinutes: minutes } }));

export const HOUR = 60;
export const DAY = 24 * HOUR;

export const readStock = (shop: TestShop, productId: string): Promise<any> =>
  ok(shop.call(`GET /v1/products/${productId}/stock`));

export const readOrder = (shop: TestShop, orderId: string): Promise<any> =>
  ok(shop.call(`GET /v1/orders/${orderId}`));

export async function timelineOf(shop: TestShop, orderId: string): Promise<string[]> {
  const { data } = await ok(shop.call(`GET /v1/orders/${orderId}/timeline`));
  return data.map((entry: { kind: string }) => entry.kind);
}

/** Refunds of an order, oldest first. */
export async function refundsOf(shop: TestShop, orderId: string): Promise<any[]> {
  const { data } = await ok(shop.call('GET /v1/refunds?limit=200'));
  return data.filter((refund: any) => refund.subjectId === orderId).toReversed();
}

/** What the simulator's own books say: by key, how often it was called and how much money it moved. */
export async function simulatorBooks(
  app: TestApp,
  key: string,
): Promise<{ calls: number; moved: number } | undefined> {
  const { rows } = await app.deps.db.$client.query<{ calls: number; moved_amount: bigint }>(
    'select calls, moved_amount from simulator_charges where key = $1',
    [key],
  );
  return rows[0] && { calls: rows[0].calls, moved: Number(rows[0].moved_amount) };
}

/** A connection of its own, for tests that hold locks or look at the database from outside. */
export async function connect(t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  t.teardown(() => client.end());
  return client;
}
