import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { evaluateDueChecks, evaluateDueSegment } from '../src/modules/segments/evaluate.ts';
import type { SegmentRule } from '../src/modules/segments/rule-schemas.ts';
import { createSegment } from '../src/modules/segments/segments.ts';
import { systemClock } from '../src/platform/clock.ts';
import { type Ctx, type Deps, systemContext } from '../src/platform/context.ts';
import { createLogger } from '../src/platform/logging.ts';
import { createShop } from '../src/platform/shops/manage.ts';
import { getShop } from '../src/platform/shops/shop.ts';
import { setStage, type Stage } from './stage.ts';

export interface SegmentOptions {
  readonly customers: readonly number[];
  readonly rounds: number;
  readonly resultsFile: string;
  readonly heading: string;
}

const PURCHASES_PER_CUSTOMER = 5;
// What writing who enters and leaves may cost beside reading who fits: nearly everybody moves only once.
const AIM_STILL = 4;
const FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'autovacuum=off'].flatMap((flag) => ['-c', flag]);

// Everything that is read for a rule at once: profile, figures, days, and what was bought.
const RULE: SegmentRule = {
  match: 'all',
  conditions: [
    { field: 'country', operator: 'in', values: ['DE', 'AT'] },
    { field: 'purchaseCount', operator: 'at_least', value: 3 },
    { field: 'totalAmount', operator: 'at_least', amount: 5_000 },
    { field: 'daysSinceLastPurchase', operator: 'at_most', days: 200 },
  ],
};

// The floor: the sums that the rule goes by, over the same tables, and nothing else.
const FLOOR = `select count(*) filter (where f.purchases >= 3 and f.total >= 5000) as found
  from customers c left join (select customer_id, count(*) as purchases, sum(amount) as total, min(placed_at), max(placed_at)
    from customer_purchases where shop_id = $1 and amount > 0 group by customer_id) f on f.customer_id = c.id
  where c.shop_id = $1 and c.merged_into_id is null and c.erased_at is null`;

// Half of the customers are in the countries of the rule; the fill gives everybody enough purchases.
const FILL = [
  `create temp table bench_ids as select i, gen_random_uuid() as id from generate_series(1, $1::int) i`,
  `insert into customers (shop_id, id, name, country, created_at, updated_at)
   select $1, id, 'Customer ' || i, (array['DE', 'MX', 'AT', 'US'])[1 + i % 4], now() - i * interval '1 second', now() from bench_ids`,
  `insert into customer_purchases (shop_id, customer_id, order_id, amount, placed_at, categories, position)
   select $1, id, gen_random_uuid(), 1000 + i % 1000, now() - p * interval '30 days' - i % 50 * interval '1 hour',
     jsonb_build_object('tea', 1000), i * 10 + p
   from bench_ids cross join generate_series(1, ${PURCHASES_PER_CUSTOMER}) p`,
];

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
}

/** How long it takes to look at all customers by a rule, beside one plain aggregate over the same tables. */
export async function runSegments(options: SegmentOptions): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  say(`\n${options.heading} · segments\n`);
  say(
    '| customers | members | plain aggregate s | first time s | ratio | again s | ratio | aim | 1,000 that changed s | grew MB |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  for (const count of options.customers)
    for (let round = 0; round < options.rounds; round += 1) say(await measure(count));
  appendFileSync(options.resultsFile, `${lines.join('\n')}\n`);
}

async function measure(customers: number): Promise<string> {
  const stage = await setStage(FLAGS);
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    const ctx = await makeShop(stage);
    await fill(client, ctx.shop.id, customers);
    const segment = await createSegment(ctx, { name: 'Bench', rule: RULE });
    // Both read what is in memory by then.
    await client.query(FLOOR, [ctx.shop.id]);
    const floor = await timed(() => client.query(FLOOR, [ctx.shop.id]));
    const first = await timed(() => evaluateDueSegment(ctx));
    await client.query('analyze segment_memberships');
    await client.query(`update segments set due_at = now() - interval '1 hour' where id = $1`, [segment.id]);
    const again = await timed(() => evaluateDueSegment(ctx));
    await client.query(
      `insert into segment_checks select shop_id, id, now() - interval '1 hour' from customers where shop_id = $1 limit 1000`,
      [ctx.shop.id],
    );
    const some = await timed(() => evaluateDueChecks(ctx));
    const { rows } = await client.query('select member_count from segments where id = $1', [segment.id]);
    const ratio = ({ ms }: Measured) => `**${(ms / floor.ms).toFixed(2)}**`;
    const seconds = ({ ms }: Measured) => (ms / 1_000).toFixed(2);
    const cells = [
      customers,
      rows[0].member_count,
      seconds(floor),
      seconds(first),
      ratio(first),
      seconds(again),
      ratio(again),
      `≤ ${AIM_STILL}`,
      seconds(some),
      Math.max(first.peakMb, again.peakMb).toFixed(0),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    await client.end();
    await stage.clear();
  }
}

/** How long something takes, and by how much it makes the process grow. */
async function timed(work: () => Promise<unknown>): Promise<Measured> {
  const before = process.resourceUsage().maxRSS;
  const from = performance.now();
  await work();
  return { ms: performance.now() - from, peakMb: (process.resourceUsage().maxRSS - before) / 1_024 };
}

async function makeShop(stage: Stage): Promise<Ctx> {
  const config = { tokenSecret: 'a secret that only the benchmark knows' };
  const log = createLogger('warn');
  const shared = { config, db: stage.db, clock: systemClock, log, wakeDispatcher: () => undefined };
  const deps = shared as unknown as Deps;
  const { shop } = await createShop(deps, { name: 'Bench', currency: 'USD', timezone: 'Europe/Berlin' });
  return systemContext(deps, await getShop(stage.db, shop.id), 'bench');
}

async function fill(client: pg.Client, shopId: string, customers: number): Promise<void> {
  // As a replica, Postgres does not check foreign keys.
  await client.query('set synchronous_commit = off; set session_replication_role = replica; set jit = off');
  const [ids = '', ...inserts] = FILL;
  await client.query(ids, [customers]);
  for (const text of inserts) await client.query(text, [shopId]);
  await client.query('vacuum analyze');
  await client.query('checkpoint; set session_replication_role = origin');
}
