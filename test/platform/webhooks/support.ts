import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { settleEvents } from '../../../src/jobs.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { deliverLane } from '../../../src/platform/webhooks/deliver.ts';
import { startApp, type TestApp, type TestShop } from '../../support/app.ts';
import { nodeArguments } from '../../support/node.ts';
import { makeProduct } from '../../support/world.ts';

export interface Received {
  readonly method: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly body: any;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** How it answers from now on; 204 at first. */
  answer(handler: (response: http.ServerResponse, request: Received) => void): void;
}

/** A merchant's server on this machine. */
export async function startReceiver(t: Test): Promise<Receiver> {
  const received: Received[] = [];
  let handle: (response: http.ServerResponse, request: Received) => void = (response) =>
    response.writeHead(204).end();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', headers } = request;
      const taken = { method, headers, text, body: text === '' ? undefined : JSON.parse(text) };
      received.push(taken);
      handle(response, taken);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hooks`, received, answer: (handler) => (handle = handler) };
}

/** The API, allowed to send to this machine. */
export const startHooks = (t: Test, clock?: Clock): Promise<TestApp> =>
  startApp(t, { config: { webhookPrivateAddresses: true }, ...(clock ? { clock } : {}) });

/** A clock that is moved by hand. */
export function makeClock(): Clock & { move(ms: number): void } {
  let offset = 0;
  return { now: () => new Date(Date.now() + offset), move: (ms) => (offset += ms) };
}

/** Numbers events, sets them on their way, and runs the jobs that are due by the database's clock. */
export async function deliver(app: TestApp): Promise<void> {
  await settleEvents(app.deps);
  await app.settle();
}

/** Works through every lane of an endpoint by the process's clock, whatever its jobs wait for. */
export async function deliverDue(app: TestApp, shop: TestShop, endpointId: string): Promise<void> {
  await settleEvents(app.deps);
  for (const lane of [0, 1, 2, 3]) await deliverLane(app.deps, { shopId: shop.shopId, endpointId, lane });
}

/** What an operation answers; fails the test when it refuses. */
export async function ok(answer: ReturnType<TestShop['call']>): Promise<any> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`refused: ${status} ${JSON.stringify(body)}`);
  return body;
}

export const createEndpoint = (shop: TestShop, url: string, fields: object = {}): Promise<any> =>
  ok(shop.call('POST /v1/webhook-endpoints', { body: { url, ...fields } }));

export const readEndpoint = (shop: TestShop, id: string): Promise<any> =>
  ok(shop.call(`GET /v1/webhook-endpoints/${id}`));

export const listDeliveries = async (shop: TestShop, query = ''): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/webhook-deliveries?limit=200${query}`))).data;

export const readDelivery = (shop: TestShop, id: string): Promise<any> =>
  ok(shop.call(`GET /v1/webhook-deliveries/${id}`));

/** Causes events: one `product.created` each. */
export async function causeEvents(shop: TestShop, count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await makeProduct(shop)).id);
  return ids;
}

/** For comparing what has no order. */
export const sorted = (values: readonly unknown[]): string[] => values.map(String).toSorted();

const PATIENCE_MS = 90_000;

/** Waits until `condition` holds. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`);
  }
}

/** The worker in a process of its own, on the database of the app. */
export function startWorkerProcess(t: Test, app: TestApp): ChildProcess {
  const program = fileURLToPath(new URL('../../../src/worker.ts', import.meta.url));
  const child = spawn(process.execPath, nodeArguments(program), {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: app.url,
      TOKEN_SECRET: app.deps.config.tokenSecret,
      WEBHOOK_PRIVATE_ADDRESSES: 'on',
      LOG_LEVEL: 'silent',
    },
    stdio: 'ignore',
  });
  process.once('exit', () => child.kill('SIGKILL'));
  t.teardown(() => void child.kill('SIGKILL'));
  return child;
}
