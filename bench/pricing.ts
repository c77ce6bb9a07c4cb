import { appendFileSync } from 'node:fs';
import type * as evaluate from '../src/modules/campaigns/engine/evaluate.ts';
import type * as shelf from '../src/modules/campaigns/engine/shelf.ts';
import { basketOf, campaignNumbers, campaignOf, FACTS, FREIGHT } from './pricing-cases.ts';
import { measureOrders, measureQuotes } from './pricing-http.ts';

export interface PricingOptions {
  /** `function`, `quotes`, `orders`; empty for all of them. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly resultsFile: string;
  readonly heading: string;
}

const LINES = [5, 50, 500];
const CAMPAIGNS = [10, 100, 1_000];
const AIM_MICROS = 2_000;
/** So long one size is measured in a round, and the yardstick beside it. */
const ROUND_MS = 100;
const YARDSTICK_MS = 25;
/** Rounds of the function for one of requests: they are short, and other work on the machine passes between them. */
const ROUNDS_FOR_ONE = 5;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** How many microseconds calls take, as many as fit into the time: in the mean, and the fastest. */
function timesOf(work: () => unknown, ms: number) {
  const begin = performance.now();
  let [count, fastest, now] = [0, Infinity, begin];
  do {
    const from = now;
    work();
    now = performance.now();
    fastest = Math.min(fastest, now - from);
    count += 1;
  } while (now - begin < ms);
  return { mean: ((now - begin) * 1_000) / count, fastest: fastest * 1_000 };
}

/** What the machine is worth this minute: the same sums over big integers each time. */
function yardstick(): bigint {
  let sum = 0n;
  for (let i = 1n; i <= 1_000n; i += 1n) sum += (i * 9_999n) / 10_000n;
  return sum;
}

/** The pure function as it is built: a loader that compiles while it runs adds to each closure that is made. */
async function readBuilt() {
  const built = (path: string): Promise<unknown> =>
    import(new URL(`../dist/modules/campaigns/engine/${path}.js`, import.meta.url).href);
  const { priceCampaigns } = (await built('evaluate')) as typeof evaluate;
  const { shelve } = (await built('shelf')) as typeof shelf;
  return { priceCampaigns, shelve };
}
type Built = Awaited<ReturnType<typeof readBuilt>>;

/** Times of the pure function, with the campaigns on their shelf already, beside plain sums in the same rounds; then those of requests. */
export async function runPricing(options: PricingOptions): Promise<void> {
  const say = (line: string) => {
    appendFileSync(options.resultsFile, `${line}\n`);
    console.log(line);
  };
  say(`\n${options.heading} · pricing\n`);
  const wants = (part: string) => options.only.length === 0 || options.only.includes(part);
  if (wants('function')) await measureFunction(options.rounds * ROUNDS_FOR_ONE, say);
  say('');
  if (wants('quotes'))
    await measureQuotes({ lines: LINES, campaigns: CAMPAIGNS, rounds: options.rounds, say });
  say('');
  if (wants('orders')) await measureOrders({ rounds: options.rounds, say });
}

async function measureFunction(rounds: number, say: (line: string) => void): Promise<void> {
  const built = await readBuilt();
  say(
    '| lines | campaigns | fastest µs | median µs | of 1,000 sums | per line | per campaign | search | offers | aim |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  for (const lines of LINES) for (const count of CAMPAIGNS) say(measure(built, lines, count, rounds));
}

function measure({ priceCampaigns, shelve }: Built, lines: number, count: number, rounds: number): string {
  const items = basketOf(lines);
  const campaigns = shelve(campaignNumbers(count).map(campaignOf));
  const work = () => priceCampaigns(items, FACTS, campaigns, FREIGHT);
  const { trace } = work();
  timesOf(work, ROUND_MS * 2);
  const pairs = Array.from({ length: rounds }, () => ({
    own: timesOf(work, ROUND_MS),
    sums: timesOf(yardstick, YARDSTICK_MS),
  }));
  const fastest = Math.min(...pairs.map(({ own }) => own.fastest));
  const cells = [
    lines,
    count,
    `**${fastest.toFixed(0)}**`,
    median(pairs.map(({ own }) => own.mean)).toFixed(0),
    median(pairs.map(({ own, sums }) => own.mean / sums.mean)).toFixed(0),
    (fastest / lines).toFixed(1),
    (fastest / count).toFixed(1),
    trace.method,
    trace.candidateCount,
    lines === 50 && count === 100 ? `< ${AIM_MICROS}` : '',
  ];
  return `| ${cells.join(' | ')} |`;
}
