import { randomUUID } from 'node:crypto';
import { Client } from 'undici';
import { systemClock } from '../src/platform/clock.ts';
import type { Deps } from '../src/platform/context.ts';
import { newId } from '../src/platform/ids.ts';
import { createLogger } from '../src/platform/logging.ts';
import { createShop } from '../src/platform/shops/manage.ts';
import { expectStatus, type Request, runLoad, type Send } from './load.ts';
import { campaignNumbers, numbersOf, PRODUCTS, productOf, quantityAt, ruleOf } from './pricing-cases.ts';
import { readUsage, type Server, setStage, type Stage } from './stage.ts';
import { makeOrderRequest } from './workloads.ts';

type Say = (line: string) => void;

const ORDER_CAMPAIGNS = 20;
const ORDER_AIM = 15;
const QUOTE_MS = 1_000;
const ORDER_MS = 4_000;
/** Until the code of both is compiled. */
const WARM_UP_MS = 15_000;
const ORDER_CLIENTS = 8;

interface Shop {
  readonly secretKey: string;
  readonly productIds: readonly string[];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const post = (path: string, secretKey: string, body: object): Request => ({
  method: 'POST',
  path,
  headers: {
    'content-type': 'application/json',
    authorization: `Bearer ${secretKey}`,
    'idempotency-key': randomUUID(),
  },
  body: JSON.stringify(body),
});

/** A shop with the products of the cases and so many running campaigns. */
async function makeShop(stage: Stage, server: Server, campaigns: number): Promise<Shop> {
  const config = { tokenSecret: 'a secret that only the benchmark knows' };
  const log = createLogger('warn');
  const deps = { config, db: stage.db, clock: systemClock, log } as unknown as Deps;
  const name = `With ${campaigns} campaigns`;
  const { shop, secretKey } = await createShop(deps, { name, currency: 'USD', timezone: 'UTC' });
  const client = new Client(server.origin);
  const items = Array.from({ length: PRODUCTS }, (_, i) => {
    const { listUnitAmount, costAmount, category, collections } = productOf(i);
    return {
      externalId: `bench-${i}`,
      name: `Product ${i}`,
      priceAmount: Number(listUnitAmount),
      costAmount: Number(costAmount),
      category,
      collections,
      onHandQuantity: 1_000_000_000,
    };
  });
  for (let i = 0; i < PRODUCTS; i += 500) {
    const request = post('/v1/products/bulk', secretKey, { mode: 'atomic', items: items.slice(i, i + 500) });
    const { statusCode, body } = await client.request(request);
    const text = await body.text();
    if (statusCode >= 300) throw new Error(text);
  }
  await client.close();
  const { rows } = await stage.db.$client.query<{ id: string }>(
    `select id from products where shop_id = $1 order by substr(external_id, 7)::int`,
    [shop.id],
  );
  const productIds = rows.map(({ id }) => id);
  if (campaigns > 0) await runCampaigns(stage, shop.id, campaigns, productIds);
  return { secretKey, productIds };
}

/** Campaigns that run, written as the module writes them. */
async function runCampaigns(
  stage: Stage,
  shopId: string,
  count: number,
  productIds: readonly string[],
): Promise<void> {
  const rows = campaignNumbers(count).map((n) => ({
    id: newId(),
    name: `Campaign ${n}`,
    rule: ruleOf(n, productIds),
  }));
  const { $client } = stage.db;
  await $client.query('insert into campaign_shelves (shop_id, revision) values ($1, 1)', [shopId]);
  await $client.query(
    `insert into campaigns (shop_id, id, name, state, started_at, created_at, updated_at)
     select $1, id, name, 'running', now(), now(), now() from json_to_recordset($2) as made (id uuid, name text)`,
    [shopId, JSON.stringify(rows)],
  );
  await $client.query(
    `insert into campaign_versions (shop_id, campaign_id, number, rule, actor_kind, actor_id, created_at)
     select $1, id, 1, rule, 'system', 'bench', now() from json_to_recordset($2) as made (id uuid, rule jsonb)`,
    [shopId, JSON.stringify(rows)],
  );
}

/** With a stage on which the shops are. */
async function onStage<T>(
  counts: readonly number[],
  then: (
    server: Server,
    shops: ReadonlyMap<number, Shop>,
    gatherStatistics: () => Promise<void>,
  ) => Promise<T>,
): Promise<T> {
  const stage = await setStage();
  try {
    const server = await stage.startProduct();
    const shops = new Map<number, Shop>();
    for (const count of counts) shops.set(count, await makeShop(stage, server, count));
    const gatherStatistics = async () => void (await stage.db.$client.query('vacuum analyze'));
    await gatherStatistics();
    return await then(server, shops, gatherStatistics);
  } finally {
    await stage.clear();
  }
}

/** What a quote takes, one client, beside the same basket in a shop without campaigns, in turns. */
export async function measureQuotes(options: {
  readonly lines: readonly number[];
  readonly campaigns: readonly number[];
  readonly rounds: number;
  readonly say: Say;
}): Promise<void> {
  const { say } = options;
  say('| quote of lines | campaigns | ms | without any | more ms | ratio | discounts |');
  say('|---|---|---|---|---|---|---|');
  await onStage([0, ...options.campaigns], async (server, shops) => {
    for (const lines of options.lines)
      for (const count of options.campaigns) {
        const [own, none] = [shops.get(count) as Shop, shops.get(0) as Shop];
        const { found } = await quote(server, own, lines, 0);
        await quote(server, none, lines, 0);
        const pairs: { own: number; none: number }[] = [];
        for (let round = 0; round <= options.rounds; round += 1) {
          const pair = {
            own: (await quote(server, own, lines, QUOTE_MS)).ms,
            none: (await quote(server, none, lines, QUOTE_MS)).ms,
          };
          if (round > 0) pairs.push(pair);
        }
        const [with_, without] = [
          median(pairs.map((pair) => pair.own)),
          median(pairs.map((pair) => pair.none)),
        ];
        const cells = [
          lines,
          count,
          `**${with_.toFixed(1)}**`,
          without.toFixed(1),
          (with_ - without).toFixed(1),
          median(pairs.map((pair) => pair.own / pair.none)).toFixed(2),
          found,
        ];
        say(`| ${cells.join(' | ')} |`);
      }
  });
}

async function quote(server: Server, shop: Shop, lines: number, ms: number) {
  const basket = numbersOf(lines).map((n, i) => ({
    productId: shop.productIds[n],
    quantity: quantityAt(i),
  }));
  let found = 0;
  const work = async (send: Send) => {
    const reply = await send(post('/v1/quotes', shop.secretKey, { lines: basket }));
    expectStatus(reply, 200);
    found = reply.text.split('"campaignId":"').length - 1;
  };
  const { latencies } = await runLoad(server.origin, 1, ms, work, { atLeastOnce: true });
  return { ms: median(latencies), found };
}

/** What placing an order takes more where campaigns run, in turns with a shop without. */
export async function measureOrders({
  rounds,
  say,
}: {
  readonly rounds: number;
  readonly say: Say;
}): Promise<void> {
  say(
    '| campaigns | clients | orders /s | without any | more time | spread | aim | CPU µs | without | more |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  await onStage([0, ORDER_CAMPAIGNS], async (server, shops, gatherStatistics) => {
    const [own, none] = [shops.get(ORDER_CAMPAIGNS) as Shop, shops.get(0) as Shop];
    const pairs: { own: Sample; none: Sample }[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const ms = round === 0 ? WARM_UP_MS : ORDER_MS;
      const pair = { own: await placeOrders(server, own, ms), none: await placeOrders(server, none, ms) };
      if (round > 0) pairs.push(pair);
      // Postgres does so within a minute. Until then it takes tables to be as empty as they were, where any index is as good as another:
      // each discount then looks for its line among all lines of the shop.
      else await gatherStatistics();
    }
    const more = pairs.map((pair) => pair.none.perSecond / pair.own.perSecond - 1);
    const cpu = pairs.map((pair) => pair.own.cpuMicros / pair.none.cpuMicros - 1);
    const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
    const of = (side: 'own' | 'none', what: keyof Sample) =>
      Math.round(median(pairs.map((pair) => pair[side][what])));
    const cells = [
      ORDER_CAMPAIGNS,
      ORDER_CLIENTS,
      of('own', 'perSecond'),
      of('none', 'perSecond'),
      `**${percent(median(more))}**`,
      `${percent(Math.min(...more))} – ${percent(Math.max(...more))}`,
      `≤ ${ORDER_AIM} %`,
      of('own', 'cpuMicros'),
      of('none', 'cpuMicros'),
      percent(median(cpu)),
    ];
    say(`| ${cells.join(' | ')} |`);
  });
}

interface Sample {
  readonly perSecond: number;
  /** CPU time of the server process for one order, in microseconds. */
  readonly cpuMicros: number;
}

async function placeOrders(server: Server, shop: Shop, ms: number): Promise<Sample> {
  const before = await readUsage(server);
  const run = await runLoad(server.origin, ORDER_CLIENTS, ms, async (send) =>
    expectStatus(await send(makeOrderRequest(shop, shop.secretKey)), 201),
  );
  const after = await readUsage(server);
  return {
    perSecond: run.count / run.seconds,
    cpuMicros: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / run.count,
  };
}
