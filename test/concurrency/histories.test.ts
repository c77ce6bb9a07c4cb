import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { checkInvariants, ok, times } from '../modules/orders/support.ts';
import { startApp } from '../support/app.ts';
import { checkHistory, createRecorder, type Model, type Operation } from '../support/histories.ts';
import {
  type PaymentInput,
  paymentModel,
  type PaymentOutput,
  type StockInput,
  stockModel,
  type StockOutput,
} from '../support/history-models.ts';
import { cutConnections, openSecond } from '../support/storms.ts';
import { makeOrder, makeProduct } from '../support/world.ts';

const SEEDS = Number(process.env['HISTORY_SEEDS'] ?? 20);
const CLIENTS = 6;
const STEPS = 8;
const ON_HAND = 12;
const TOTAL = 3600;

const app = await startApp(t);
const second = await openSecond(t, app);

/** Numbers from 0 to below `limit` that are the same for the same seed (mulberry32). */
function randomOf(seed: number) {
  let state = seed + 1;
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit || 0;
  };
}

interface Reply {
  readonly status: number;
  readonly body: any;
}

async function send(target: FastifyInstance, call: string, payload?: object): Promise<Reply> {
  const [method, url = ''] = call.split(' ');
  const { statusCode, body } = await target.inject({
    method: method as 'GET',
    url,
    headers: {
      authorization: `Bearer ${app.secretKey}`,
      ...(method === 'POST' ? { 'idempotency-key': newId() } : {}),
    },
    ...(payload ? { payload } : {}),
  });
  return { status: statusCode, body: body === '' ? undefined : JSON.parse(body) };
}

/** What the model is told; `info` where a connection was cut: it may have been committed or not. */
function read<Output>(
  { status, body }: Reply,
  success: (body: any) => Output,
  refused: (body: any) => Output,
): Output | 'info' | 'fail' {
  if (status >= 500) return 'info';
  if (body.code === 'version_conflict') return 'fail';
  return status < 300 ? success(body) : refused(body);
}

/** Several clients at once on the stock of one product, some of them while connections are cut. */
async function recordStock(
  t: Test,
  seed: number,
  productId: string,
): Promise<readonly Operation<StockInput, StockOutput>[]> {
  const { history, record } = createRecorder<StockInput, StockOutput>();
  const placed: { order: string; id: string }[] = [];
  const levels = (body: any): StockOutput => ({
    onHand: body.onHandQuantity,
    reserved: body.reservedQuantity,
  });
  const refused = (): StockOutput => 'refused';
  const done = (): StockOutput => 'ok';
  const client = async (c: number) => {
    const below = randomOf(seed * 100 + c);
    const target = c % 2 === 0 ? app.app : second;
    for (const step of times(STEPS)) {
      const choice = below(10);
      const mine = placed[Math.floor(below(placed.length))];
      if (choice < 4) {
        const order = `${c}-${step}`;
        const quantity = 1 + Math.floor(below(4));
        await record({ kind: 'place', order, quantity }, async () => {
          const reply = await send(target, 'POST /v1/orders', {
            lines: [{ productId, quantity }],
          });
          if (reply.status === 201) placed.push({ order, id: reply.body.id });
          return read(reply, done, refused);
        });
      } else if (choice < 6 && mine) {
        const cancel = async () =>
          read(await send(target, `POST /v1/orders/${mine.id}/cancel`, {}), done, refused);
        await record({ kind: 'cancel', order: mine.order }, cancel);
      } else if (choice < 8) {
        const change = Math.floor(below(9)) - 5 || 1;
        const body = { onHandChange: change, reason: 'Count' };
        const adjust = async () =>
          read(await send(target, `POST /v1/products/${productId}/stock-adjustments`, body), levels, refused);
        await record({ kind: 'adjust', change }, adjust);
      } else {
        const look = async () =>
          read(await send(target, `GET /v1/products/${productId}/stock`), levels, refused);
        await record({ kind: 'read' }, look);
      }
    }
  };
  await whileCutting(t, seed % 3 === 2, times(CLIENTS).map(client));
  // What there is in the end gives away what was forgotten on the way.
  const look = () => send(app.app, `GET /v1/products/${productId}/stock`);
  await record({ kind: 'read' }, async () => read(await look(), levels, refused));
  return history;
}

async function whileCutting(t: Test, cuts: boolean, clients: readonly Promise<void>[]): Promise<void> {
  const isOver = new AbortController();
  const cutting = cuts ? cutConnections(t, app, isOver.signal) : undefined;
  await Promise.all(clients).finally(() => isOver.abort());
  await cutting;
}

/** Several clients at once on the payments of one order, while the worker charges what they start. */
async function recordPayments(seed: number) {
  const order = await makeOrder(app);
  const recorder = createRecorder<PaymentInput, PaymentOutput>();
  const { history, record } = recorder;
  const started: { id: string; amount: number; invokedAt: number }[] = [];
  const code = ({ code, dueAmount }: any): string =>
    dueAmount === undefined ? code : `${code} ${dueAmount}`;
  const figures = (body: any): PaymentOutput => ({
    status: body.status,
    total: body.totalAmount,
    paid: body.paidAmount,
    refunded: body.refundedAmount,
  });
  const client = async (c: number) => {
    const below = randomOf(seed * 1_000 + c);
    const target = c % 2 === 0 ? app.app : second;
    const post = (path: string, body: object) => send(target, `POST /v1/orders/${order.id}${path}`, body);
    for (const step of times(STEPS)) {
      const choice = below(20);
      const amount = 100 * (1 + Math.floor(below(12)));
      if (choice < 5) {
        const pay = () => post('/payments', { provider: 'manual', amount });
        await record({ kind: 'pay', amount }, async () => read(await pay(), () => 'ok', code));
      } else if (choice < 9) {
        const invokedAt = recorder.now();
        await record({ kind: 'start', amount }, async () => {
          const reply = await post('/payments', { provider: 'simulator', amount });
          if (reply.status === 201) started.push({ id: reply.body.id, amount, invokedAt });
          return read(reply, () => 'ok', code);
        });
      } else if (choice < 11) {
        const lower = () => post('/lower-price', { reductionAmount: 50, reason: 'Scratch' });
        await record({ kind: 'lower', amount: 50 }, async () => read(await lower(), () => 'ok', code));
      } else if (choice < 12 && step > 2) {
        await record({ kind: 'cancel' }, async () => read(await post('/cancel', {}), () => 'ok', code));
      } else {
        const look = () => send(target, `GET /v1/orders/${order.id}`);
        await record({ kind: 'read' }, async () => read<PaymentOutput>(await look(), figures, code));
      }
    }
  };
  const isOver = new AbortController();
  const jobs = (async () => {
    while (!isOver.signal.aborted) await Promise.all([app.settle(), sleep(5)]);
  })();
  await Promise.all(times(CLIENTS).map(client)).finally(() => isOver.abort());
  await jobs;
  await app.settle();
  // The provider's word is nobody's call: it came at some time between the attempt and now.
  for (const { id, amount, invokedAt } of started) {
    const { state } = await ok(app.call(`GET /v1/payments/${id}`));
    history.push({ input: { kind: 'charge', amount }, output: state, invokedAt, endedAt: recorder.now() });
  }
  await record({ kind: 'read' }, async () => figures(await ok(app.call(`GET /v1/orders/${order.id}`))));
  return history;
}

/** Looks for a valid order, and counts what makes it hard to find. */
function examine<S, I extends { kind: string }, O>(
  t: Test,
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
): { concurrent: number; unknown: number } {
  const { isValid, order } = checkHistory(model, history);
  if (!isValid) {
    const rest = history.filter((operation) => !order.includes(operation));
    t.fail('no order explains it', { longest: order.slice(-12), rest: rest.slice(0, 12) });
  }
  const concurrent = history.filter((a) =>
    history.some((b) => a !== b && b.invokedAt < a.endedAt && a.invokedAt < b.endedAt),
  );
  const unknown = history.filter(({ output }) => output === undefined);
  return { concurrent: concurrent.length, unknown: unknown.length };
}

t.test(`stock: ${SEEDS} histories of ${CLIENTS} clients have a valid order`, async (t) => {
  const model = stockModel(ON_HAND);
  // Wrong as a lost reservation is wrong: cancelling gives nothing back.
  const forgetful: typeof model = {
    ...model,
    step: (stock, input, output) => (input.kind === 'cancel' ? stock : model.step(stock, input, output)),
  };
  let [concurrent, unknown, operations, stale, cancelled] = [0, 0, 0, 0, 0];
  // Before the first connection is cut.
  const products = await Promise.all(times(SEEDS).map(() => makeProduct(app, { onHandQuantity: ON_HAND })));
  for (const [seed, { id }] of products.entries()) {
    const history = await recordStock(t, seed, id);
    const found = examine(t, model, history);
    [concurrent, unknown] = [concurrent + found.concurrent, unknown + found.unknown];
    operations += history.length;
    // Where every answer is known, the model that forgets cannot come to the stock of the end.
    if (
      found.unknown === 0 &&
      history.some(({ input, output }) => input.kind === 'cancel' && output === 'ok')
    ) {
      cancelled += 1;
      t.notOk(checkHistory(forgetful, history).isValid, 'another behaviour is found');
    }
    // As if a piece had been lost on the way.
    const changed = history.map((operation) =>
      typeof operation.output === 'object'
        ? { ...operation, output: { ...operation.output, reserved: operation.output.reserved + 50 } }
        : operation,
    );
    if (!checkHistory(model, changed).isValid) stale += 1;
  }
  t.comment(`${operations} operations, ${concurrent} beside another, ${unknown} without an answer`);
  t.comment(`rejected: ${stale} with another answer, ${cancelled} by a model that forgets to give back`);
  t.ok(concurrent > operations / 2, 'most ran beside others');
  t.ok(unknown > 0, 'of some it is not known whether they happened');
  t.equal(stale, SEEDS, 'an answer that cannot be is found');
  t.ok(cancelled > 0, 'something was cancelled');
  await checkInvariants(t, app);
});

t.test(`payments: ${SEEDS} histories of ${CLIENTS} clients have a valid order`, async (t) => {
  const model = paymentModel(TOTAL);
  // Wrong as a lost update is wrong: what the provider took is overwritten.
  const losing: typeof model = {
    ...model,
    step: (account, input, output) =>
      model.step(account, input.kind === 'charge' ? { ...input, amount: 0 } : input, output),
  };
  let [concurrent, operations, charged] = [0, 0, 0];
  for (const seed of times(SEEDS)) {
    const history = await recordPayments(seed);
    concurrent += examine(t, model, history).concurrent;
    operations += history.length;
    const taken = history.filter(({ output }) => output === 'succeeded').length;
    charged += taken;
    // What was paid is read in the end: the model that forgets what the provider took cannot come to it.
    if (taken > 0) t.notOk(checkHistory(losing, history).isValid, 'another behaviour is found');
  }
  t.comment(`${operations} operations, ${concurrent} beside another, ${charged} charged by the provider`);
  t.ok(concurrent > operations / 2, 'most ran beside others');
  t.ok(charged > 0, 'a provider took something');
  await checkInvariants(t, app);
});
