import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Agent, request } from 'undici';
import { newId } from '../../src/platform/ids.ts';
import { makeProduct, prepareDataDir, type Server, startServer } from '../process/support.ts';

// Four times as many orders as the server can place, whether it answers or not: what it takes on, it must still finish.
const { OVERLOAD_SECONDS = '30' } = process.env;
const TIMES = 4;
const PEAK_CLIENTS = 16;
const PEAK_MS = 6_000;
const TICK_MS = 20;

const { dataDir } = await prepareDataDir(t);
const server = await startServer(t, { DATA_DIR: dataDir, METRICS_PORT: '0' });
// Orders for the same few products would wait for each other's commits, and not for the server.
const products: string[] = [];
while (products.length < 300) products.push(await makeProduct(server));
const dispatcher = new Agent({ connections: 400, pipelining: 1 });
t.teardown(() => dispatcher.destroy());

function basket(): string {
  const first = Math.floor(Math.random() * (products.length - 3));
  const lines = products.slice(first, first + 3).map((productId) => ({ productId, quantity: 1 }));
  return JSON.stringify({ lines });
}

async function place(): Promise<{ status: number; retryAfter: string | undefined }> {
  const answer = await request(`${server.url}/v1/orders`, {
    method: 'POST',
    dispatcher,
    headers: {
      authorization: `Bearer ${server.secretKey}`,
      'content-type': 'application/json',
      'idempotency-key': newId(),
    },
    body: basket(),
  });
  await answer.body.dump();
  return { status: answer.statusCode, retryAfter: answer.headers['retry-after'] as string | undefined };
}

/** How many orders a second it places when every client waits for its answer. */
async function findPeak(): Promise<number> {
  let placed = 0;
  const end = Date.now() + PEAK_MS;
  const client = async () => {
    while (Date.now() < end) {
      const { status } = await place();
      placed += Number(status === 201);
    }
  };
  await Promise.all(Array.from({ length: PEAK_CLIENTS }, client));
  return placed / (PEAK_MS / 1_000);
}

async function residentMb({ metricsUrl = '' }: Server): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}

t.test('at four times what it can do, it still does most of it', async (t) => {
  await findPeak();
  const peak = await findPeak();
  const memory: number[] = [];
  const tally = new Map<string, number>();
  const open = new Set<Promise<void>>();
  const began = Date.now();
  const end = began + Number(OVERLOAD_SECONDS) * 1_000;
  let sent = 0;
  while (Date.now() < end) {
    for (const due = ((Date.now() - began) / 1_000) * peak * TIMES; sent < due; sent += 1) {
      const one = place().then(
        ({ status, retryAfter }) => {
          const what =
            status === 503 && retryAfter === undefined ? '503 without Retry-After' : String(status);
          tally.set(what, (tally.get(what) ?? 0) + 1);
        },
        (error: unknown) => void tally.set(String(error), (tally.get(String(error)) ?? 0) + 1),
      );
      open.add(one);
      void one.finally(() => open.delete(one));
    }
    memory.push(await residentMb(server));
    await sleep(TICK_MS);
  }
  const goodput = (tally.get('201') ?? 0) / ((Date.now() - began) / 1_000);
  await Promise.all(open);

  t.comment(
    `peak ${peak.toFixed(0)}/s, asked ${(peak * TIMES).toFixed(0)}/s, placed ${goodput.toFixed(0)}/s`,
  );
  t.comment(`memory from ${Math.min(...memory).toFixed(0)} to ${Math.max(...memory).toFixed(0)} MB`, tally);
  t.ok(goodput >= 0.7 * peak, `${Math.round((100 * goodput) / peak)} % of the peak`);
  t.same([...tally.keys()].toSorted(), ['201', '503'], 'placed, or refused with a time to come back');
  const third = Math.floor(memory.length / 3);
  const middle = Math.max(...memory.slice(third, 2 * third));
  const last = Math.max(...memory.slice(2 * third));
  t.ok(last < middle * 1.15 + 10, `memory stays: ${middle.toFixed(0)} MB, then ${last.toFixed(0)} MB`);
  t.equal((await server.call('GET /v1/orders?limit=1')).status, 200, 'and then it is as before');
});
