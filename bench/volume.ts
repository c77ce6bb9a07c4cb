import { appendFileSync } from 'node:fs';
import { Client } from 'undici';
import { expectStatus, type Send } from './load.ts';
import { type Server, setStage, type Stage } from './stage.ts';
import { type Case, makeCases, type Shop } from './volume-cases.ts';
import { fillShop } from './volume-fill.ts';
import { explain, explainEnv, judge, LOG_FLAGS, type Verdict } from './volume-plans.ts';
import { makeProducts } from './workloads.ts';

export interface VolumeOptions {
  readonly orders: number;
  readonly fewOrders: number;
  /** How often each request is made to each shop. */
  readonly samples: number;
  /** Only cases whose name contains one of these; all when empty. */
  readonly only: readonly string[];
  readonly resultsFile: string;
  readonly heading: string;
}

interface Side {
  readonly stage: Stage;
  readonly shop: Shop;
}

const PRODUCTS = 500;
const TOKENS = 20;
const WARM_UP = 8;
const EXPLAINED = 3;
const AIM = 1.2;
// Ten pages of fifty and the row beyond.
const MOST_ROWS = 510;
// What a database of this size is given; the same for both.
const FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'autovacuum=off'].flatMap((flag) => ['-c', flag]);

function connect(server: Server): { readonly send: Send; readonly close: () => Promise<void> } {
  const client = new Client(server.origin);
  const send: Send = async (request) => {
    const { statusCode, body } = await client.request(request);
    return { status: statusCode, text: await body.text() };
  };
  return { send, close: () => client.close() };
}

/** A shop with orders; its server is stopped again. */
async function fill(stage: Stage, orders: number): Promise<{ side: Side; seconds: number }> {
  const server = await stage.startProduct();
  const { send, close } = connect(server);
  const productIds = await makeProducts(stage, send, PRODUCTS);
  const from = performance.now();
  const facts = await fillShop(stage, productIds, orders);
  const seconds = (performance.now() - from) / 1_000;
  const headers = { authorization: `Bearer ${stage.secretKey}`, 'content-type': 'application/json' };
  const tokens: string[] = [];
  for (const customerId of [facts.heavyCustomerId, ...facts.customerIds.slice(0, TOKENS)]) {
    const body = JSON.stringify({ customerId, ttlMinutes: 1_440 });
    const reply = await send({ method: 'POST', path: '/v1/customer-tokens', headers, body });
    expectStatus(reply, 201);
    tokens.push((JSON.parse(reply.text) as { token: string }).token);
  }
  await close();
  await server.stop();
  return { side: { stage, shop: { secretKey: stage.secretKey, facts, tokens } }, seconds };
}

async function timeOne(item: Case, shop: Shop, send: Send): Promise<number> {
  const request = await item.make(shop, send);
  const from = performance.now();
  const reply = await send(request);
  const took = performance.now() - from;
  expectStatus(reply, request.method === 'POST' ? 201 : 200);
  return took;
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

/** Request by request in turns, now one first and now the other, so that noise hits both. */
async function compare(item: Case, many: [Shop, Send], few: [Shop, Send], samples: number) {
  const took = { many: [] as number[], few: [] as number[] };
  for (let at = -WARM_UP; at < samples; at += 1) {
    const sides = [
      { side: many, to: took.many },
      { side: few, to: took.few },
    ];
    if (at % 2 === 0) sides.reverse();
    for (const { side, to } of sides) {
      const ms = await timeOne(item, ...side);
      if (at >= 0) to.push(ms);
    }
  }
  const of = (q: number) => ({ many: quantile(took.many, q), few: quantile(took.few, q) });
  return { p50: of(0.5), p99: of(0.99) };
}

type Figures = Awaited<ReturnType<typeof compare>>;

/** The worst of some requests, each with plans for its own values and with plans for any. */
async function explainAll(side: Side, cases: readonly Case[]): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const mode of ['force_custom_plan', 'force_generic_plan'] as const) {
    const server = await side.stage.startProduct(explainEnv(mode));
    const { send, close } = connect(server);
    for (const item of cases) {
      for (let at = 0; at < EXPLAINED; at += 1) {
        const request = await item.make(side.shop, send);
        const statements = await explain(side.stage, async () => {
          expectStatus(await send(request), request.method === 'POST' ? 201 : 200);
        });
        if (statements.length === 0) throw new Error(`${item.name} left no plan`);
        verdicts.set(item.name, worse(verdicts.get(item.name), judge(statements, MOST_ROWS)));
      }
    }
    await close();
    await server.stop();
  }
  return verdicts;
}

function worse(a: Verdict | undefined, b: Verdict): Verdict {
  if (!a) return b;
  const nodes = [...new Set([...a.nodes.split(', '), ...b.nodes.split(', ')])].join(', ');
  const faults = a.rows >= b.rows ? a.faults : b.faults;
  return { nodes, rows: Math.max(a.rows, b.rows), blocks: Math.max(a.blocks, b.blocks), faults };
}

function rowOf(item: Case, { p50, p99 }: Figures, verdict: Verdict | undefined): string {
  const ratio = (pair: { many: number; few: number }) => (pair.many / pair.few).toFixed(2);
  const ms = (value: number) => value.toFixed(1);
  const isWithin = p50.many / p50.few <= AIM;
  const cells = [
    item.name,
    ms(p50.many),
    ms(p50.few),
    isWithin ? `**${ratio(p50)}**` : `**${ratio(p50)}** > ${AIM}`,
    ms(p99.many),
    ms(p99.few),
    ratio(p99),
    verdict?.rows,
    verdict?.blocks,
    (verdict?.faults.length ? `FAULT ${verdict.faults.join('; ')} · ` : '') + (verdict?.nodes ?? ''),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Compares a shop of very many orders with one of few; what reads past its page makes the run fail. */
export async function runVolume(options: VolumeOptions): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  const cases = makeCases().filter(
    ({ name }) => options.only.length === 0 || options.only.some((word) => name.includes(word)),
  );
  const stages: Stage[] = [];
  const onInterrupt = () => void clearAll(stages).finally(() => process.exit(130));
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
  try {
    for (let at = 0; at < 2; at += 1) stages.push(await setStage([...FLAGS, ...LOG_FLAGS]));
    const [manyStage, fewStage] = stages as [Stage, Stage];
    const { side: many, seconds } = await fill(manyStage, options.orders);
    const { side: few } = await fill(fewStage, options.fewOrders);
    say(`\n${options.heading} · volume\n`);
    say(
      `${options.orders} orders (filled in ${seconds.toFixed(0)} s) beside ${options.fewOrders}, ${options.samples} requests each, one client.\n`,
    );
    say('| | p50 ms many | few | ratio | p99 ms many | few | ratio | rows | blocks | plans of many |');
    say('|---|---|---|---|---|---|---|---|---|---|');
    const verdicts = await explainAll(many, cases);
    const servers = [await manyStage.startProduct(), await fewStage.startProduct()] as const;
    const [toMany, toFew] = [connect(servers[0]), connect(servers[1])];
    for (const item of cases) {
      const figures = await compare(item, [many.shop, toMany.send], [few.shop, toFew.send], options.samples);
      say(rowOf(item, figures, verdicts.get(item.name)));
    }
    await toMany.close();
    await toFew.close();
    const faults = cases.filter(({ name }) => verdicts.get(name)?.faults.length);
    say(
      `\nRequests that read past their page (more than ${MOST_ROWS} rows): ${faults.length} of ${cases.length}.`,
    );
    if (faults.length > 0) process.exitCode = 1;
    appendFileSync(options.resultsFile, `${lines.join('\n')}\n`);
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
    await clearAll(stages);
  }
}

async function clearAll(stages: Stage[]): Promise<void> {
  for (const stage of stages.splice(0)) await stage.clear();
}
