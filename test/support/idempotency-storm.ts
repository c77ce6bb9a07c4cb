import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants, ok, readStock, times } from '../modules/orders/support.ts';
import type { TestApp } from './app.ts';
import { cutConnections, openSecond } from './storms.ts';
import { makeOrder, makeProduct } from './world.ts';

const PATIENCE_MS = 120_000;
/** How many keys are in flight at once. */
const KEYS_AT_ONCE = 8;

/** What stands under one key: an order to place, one that is refused, or a payment to take. */
interface Wish {
  readonly key: string;
  readonly kind: 'place' | 'refused' | 'pay';
  readonly url: string;
  readonly payload: object;
  readonly statuses: Set<number>;
  readonly answers: Set<string>;
  tries: number;
}

/**
 * Sends every key many times at once to two processes on one database, while connections are cut at random, and checks
 * that each took effect once and was answered one way only.
 */
export async function runIdempotencyStorm(
  t: Test,
  app: TestApp,
  { keys, retries }: { keys: number; retries: number },
): Promise<void> {
  const targets = [app.app, await openSecond(t, app)];
  const { product, scarce, wishes } = await makeWishes(app, keys);
  const isOver = new AbortController();
  const cuts = cutConnections(t, app, isOver.signal);
  const left = [...wishes];
  const deadline = Date.now() + PATIENCE_MS;
  const drain = async () => {
    for (let wish = left.pop(); wish; wish = left.pop()) {
      const one = wish;
      await Promise.all(times(retries).map((i) => sendUntilAnswered(app, targets, one, i, deadline)));
    }
  };
  await Promise.all(times(KEYS_AT_ONCE).map(drain)).finally(() => isOver.abort());
  const cut = await cuts;
  // The last cut may not have been noticed yet.
  for (let calm = 0, n = 0; calm < 10 && n < 500; n += 1) {
    const { status } = await app.call('GET /v1/orders?limit=1');
    calm = status === 200 ? calm + 1 : 0;
    await sleep(5);
  }
  const tries = wishes.reduce((sum, wish) => sum + wish.tries, 0);
  t.comment(`${keys * retries} requests took ${tries} tries; ${cut} connections were cut`);
  t.ok(cut > 0, `${cut} connections were cut`);
  t.ok(tries > keys * retries, `${tries - keys * retries} tries came to nothing`);
  checkAnswers(t, wishes);
  await checkEffects(t, app, { wishes, product, scarce });
  await checkInvariants(t, app);
}

async function makeWishes(app: TestApp, keys: number) {
  const product = await makeProduct(app, { onHandQuantity: 1_000_000 });
  const scarce = await makeProduct(app, { onHandQuantity: 0 });
  const linesOf = (id: string) => ({ lines: [{ productId: id, quantity: 2 }] });
  const wishes: Wish[] = [];
  for (const n of times(keys)) {
    const kind = n % 3 === 2 ? 'pay' : n % 12 === 0 ? 'refused' : 'place';
    const order = kind === 'pay' ? await makeOrder(app) : undefined;
    wishes.push({
      key: `storm-${n}`,
      kind,
      url: order ? `/v1/orders/${order.id}/payments` : '/v1/orders',
      // Parts, so that a second effect under the same key would be possible.
      payload: order
        ? { provider: 'manual', amount: 100 }
        : linesOf((kind === 'place' ? product : scarce).id),
      statuses: new Set(),
      answers: new Set(),
      tries: 0,
    });
  }
  return { product, scarce, wishes };
}

/** One client that repeats its request until it is told how it ended. */
async function sendUntilAnswered(
  app: TestApp,
  targets: readonly FastifyInstance[],
  wish: Wish,
  client: number,
  deadline: number,
): Promise<void> {
  for (let attempt = client; ; attempt += 1) {
    if (Date.now() > deadline) throw new Error(`${wish.key} was never answered`);
    wish.tries += 1;
    const answer = await (targets[attempt % targets.length] as FastifyInstance).inject({
      method: 'POST',
      url: wish.url,
      headers: { authorization: `Bearer ${app.secretKey}`, 'idempotency-key': wish.key },
      payload: wish.payload,
    });
    const { code } = answer.json();
    if (answer.statusCode !== 503 && code !== 'idempotency_key_in_use' && code !== 'version_conflict') {
      wish.statuses.add(answer.statusCode);
      wish.answers.add(`${answer.statusCode} ${answer.headers['etag']} ${answer.body}`);
      return;
    }
    await sleep(Math.random() * 20);
  }
}

function checkAnswers(t: Test, wishes: readonly Wish[]): void {
  const differing = wishes.filter(({ answers }) => answers.size !== 1);
  t.same(
    differing.map(({ key, answers }) => [key, ...answers]),
    [],
    `${wishes.length} keys, ${differing.length} of them with differing answers`,
  );
  for (const [kind, status] of [
    ['place', 201],
    ['pay', 201],
    ['refused', 409],
  ] as const) {
    const statuses = new Set(
      wishes.filter((wish) => wish.kind === kind).flatMap((wish) => [...wish.statuses]),
    );
    t.same([...statuses], [status], `${kind}: ${status}`);
  }
}

interface Effects {
  readonly wishes: readonly Wish[];
  readonly product: { id: string };
  readonly scarce: { id: string };
}

/** The rows of every table that an effect touches say the same. */
async function checkEffects(t: Test, app: TestApp, { wishes, product, scarce }: Effects): Promise<void> {
  await app.settle();
  const count = (kind: Wish['kind']) => wishes.filter((wish) => wish.kind === kind).length;
  const [places, pays] = [count('place'), count('pay')];
  const { rows } = await app.deps.db.$client.query(
    `select (select count(*)::int from order_lines where product_id = $2) as orders,
       (select count(*)::int from order_lines where product_id = $3) as refused,
       (select count(*)::int from payments where shop_id = $1) as payments,
       (select count(*)::int from idempotency_keys where shop_id = $1 and key like 'storm-%') as keys,
       (select count(*)::int from outbox where shop_id = $1 and type = 'order.placed') as placed,
       (select count(distinct subject_id)::int from outbox where shop_id = $1 and type = 'order.placed') as orders_told,
       (select count(*)::int from outbox where shop_id = $1 and type = 'payment.succeeded') as paid`,
    [app.shopId, product.id, scarce.id],
  );
  t.same(rows, [
    {
      orders: places,
      refused: 0,
      payments: pays,
      keys: wishes.length,
      placed: places + pays,
      orders_told: places + pays,
      paid: pays,
    },
  ]);
  t.match(await readStock(app, product.id), { reservedQuantity: 2 * places });
  const orders = wishes.filter(({ kind }) => kind === 'pay').map(({ url }) => url.replace('/payments', ''));
  // One after the other: more at once than a process takes on would be refused.
  const paid = new Set<number>();
  for (const url of orders) paid.add((await ok(app.call(`GET ${url}`))).paidAmount);
  t.same(paid, new Set(pays > 0 ? [100] : []), 'each paid once');
}
