import { appendFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'undici';
import { runActivities } from './activities.ts';
import { runLoad, type Run, type Send } from './load.ts';
import { runPriceProtection } from './price-protection.ts';
import { runPoints } from './points.ts';
import { runPointsRate } from './points-rate.ts';
import { runPricing } from './pricing.ts';
import { runSegments } from './segments.ts';
import { readUsage, type Server, setStage, type Stage } from './stage.ts';
import { type Cost, countCosts } from './traffic.ts';
import { fillShop } from './volume-fill.ts';
import { runVolume } from './volume.ts';
import { type Goods, makeProducts, makeWorkloads, placeOne, type Workload } from './workloads.ts';

// npm run bench [-- place read …] [-- --seconds 2 --rounds 5 --clients 1,8,32]
// npm run bench -- price-protection [--lines 10000,100000,1000000 --rounds 3]
// npm run bench -- segments [--customers 10000,100000 --rounds 3]
// npm run bench -- points [rate] [--members 10000,100000,1000000]
// npm run bench -- activities
// npm run bench -- pricing [function quotes orders] [--rounds 3]
// npm run bench -- volume ['list status' …] [--orders 1000000 --few-orders 10000 --samples 300]

const RESULTS = fileURLToPath(new URL('results.md', import.meta.url));
const PRODUCTS = 500;
const ORDERS_BEFORE = 10_000;
const ORDERS_TO_READ = 2_000;

interface Sample {
  readonly perSecond: number;
  /** CPU time of the server process for one operation, in microseconds. */
  readonly cpuMicros: number;
}

async function measure(
  server: Server,
  clients: number,
  ms: number,
  work: Workload['product'],
): Promise<Sample> {
  const before = await readUsage(server);
  const run: Run = await runLoad(server.origin, clients, ms, work);
  const after = await readUsage(server);
  return {
    perSecond: run.count / run.seconds,
    cpuMicros: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / run.count,
  };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
const per = (value: number) => `${Math.round(value * 100)} %`;

/** Product and floor in turns, so that both meet the same hour; the first round warms up and does not count. */
async function compare(
  product: Server,
  floor: Server,
  workload: Workload,
  options: { clients: number; rounds: number; ms: number },
  cost: Cost | undefined,
): Promise<string> {
  const pairs: { product: Sample; floor: Sample }[] = [];
  for (let round = 0; round <= options.rounds; round += 1) {
    const ms = round === 0 ? Math.min(options.ms, 1_000) : options.ms;
    const pair = {
      product: await measure(product, options.clients, ms, workload.product),
      floor: await measure(floor, options.clients, ms, workload.floor),
    };
    if (round > 0) pairs.push(pair);
  }
  const ratios = pairs.map((pair) => pair.product.perSecond / pair.floor.perSecond);
  const of = (side: 'product' | 'floor', what: keyof Sample) =>
    Math.round(median(pairs.map((pair) => pair[side][what])));
  const cells = [
    workload.name,
    options.clients,
    of('product', 'perSecond'),
    of('floor', 'perSecond'),
    `**${per(median(ratios))}**`,
    `${per(Math.min(...ratios))} – ${per(Math.max(...ratios))}`,
    workload.aim === undefined || options.clients === 1 ? '' : `≥ ${workload.aim} %`,
    of('product', 'cpuMicros'),
    of('floor', 'cpuMicros'),
    cost?.statements,
    cost?.roundTrips,
  ];
  return `| ${cells.join(' | ')} |`;
}

const OPTIONS = {
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string' },
  clients: { type: 'string', default: '1,8,32' },
  orders: { type: 'string', default: '1000000' },
  'few-orders': { type: 'string', default: '10000' },
  samples: { type: 'string', default: '300' },
  lines: { type: 'string', default: '100000' },
  customers: { type: 'string', default: '10000,100000' },
  members: { type: 'string', default: '10000,100000' },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const machine = `${platform()} ${arch()} · ${cpus().length} × ${cpus()[0]?.model ?? '?'}`;
  const heading = `## ${new Date().toISOString().slice(0, 16)} · Node ${process.version} · ${machine}`;
  const [first, ...rest] = positionals;
  if (first === 'price-protection')
    return runPriceProtection({
      lines: values.lines.split(',').map(Number),
      // One of 100,000 lines is some minutes, with the orders that it is made on.
      rounds: Number(values.rounds ?? '1'),
      resultsFile: RESULTS,
      heading,
    });
  if (first === 'pricing')
    return runPricing({ only: rest, rounds: Number(values.rounds ?? '3'), resultsFile: RESULTS, heading });
  if (first === 'points' && rest[0] === 'rate')
    return runPointsRate({
      rounds: Number(values.rounds ?? '5'),
      seconds: Number(values.seconds ?? '3'),
      resultsFile: RESULTS,
      heading,
    });
  if (first === 'activities')
    return runActivities({
      rounds: Number(values.rounds ?? '5'),
      seconds: Number(values.seconds ?? '3'),
      resultsFile: RESULTS,
      heading,
    });
  if (first === 'points')
    return runPoints({ members: values.members.split(',').map(Number), resultsFile: RESULTS, heading });
  if (first === 'segments')
    return runSegments({
      customers: values.customers.split(',').map(Number),
      rounds: Number(values.rounds ?? '1'),
      resultsFile: RESULTS,
      heading,
    });
  if (first !== 'volume') return compareWithFloor(values, positionals, heading);
  return runVolume({
    orders: Number(values.orders),
    fewOrders: Number(values['few-orders']),
    samples: Number(values.samples),
    only: rest,
    resultsFile: RESULTS,
    heading,
  });
}

/** A shop with products and orders: on empty tables Postgres makes plans that a shop meets on its first day only. */
async function fillStage(stage: Stage): Promise<string[]> {
  const server = await stage.startProduct();
  const client = new Client(server.origin);
  const send: Send = async (request) => {
    const { statusCode, body } = await client.request(request);
    return { status: statusCode, text: await body.text() };
  };
  const productIds = await makeProducts(stage, send, PRODUCTS);
  await client.close();
  await server.stop();
  await fillShop(stage, productIds, ORDERS_BEFORE);
  return productIds;
}

async function compareWithFloor(
  values: { readonly seconds: string; readonly rounds?: string | undefined; readonly clients: string },
  names: readonly string[],
  heading: string,
): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  const stage = await setStage();
  try {
    const productIds = await fillStage(stage);
    const product = await stage.startProduct();
    const idle = (await readUsage(product)).residentMb;
    const floor = await stage.startFloor();
    const ready: Goods = { productIds, orderIds: [] };
    const place = placeOne(stage, ready);
    while (ready.orderIds.length < ORDERS_TO_READ) {
      await runLoad(product.origin, 8, 1_000, async (send) => void ready.orderIds.push(await place(send)));
    }
    say(`\n${heading}\n`);
    say(
      '| | clients | product /s | floor /s | ratio | spread | aim | CPU µs | floor CPU µs | statements | round trips |',
    );
    say('|---|---|---|---|---|---|---|---|---|---|---|');
    const wanted = makeWorkloads(stage, ready).filter(
      ({ name }) => names.length === 0 || names.includes(name),
    );
    const costs = await countCosts(stage, wanted);
    const options = { rounds: Number(values.rounds ?? '5'), ms: Number(values.seconds) * 1_000 };
    for (const workload of wanted) {
      for (const clients of values.clients.split(',').map(Number)) {
        say(await compare(product, floor, workload, { ...options, clients }, costs.get(workload.name)));
      }
    }
    const loaded = (await readUsage(product)).residentMb;
    say(
      `\nMemory of the server process: ${idle.toFixed(0)} MB idle, ${loaded.toFixed(0)} MB after this load.`,
    );
    appendFileSync(RESULTS, `${lines.join('\n')}\n`);
  } finally {
    await stage.clear();
  }
}

await main();
