import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { dayChangeSweep } from '../src/modules/loyalty/day-change.ts';
import { makeBenchShop } from './points-fill.ts';
import { setStage } from './stage.ts';

export interface PointsOptions {
  readonly members: readonly number[];
  readonly resultsFile: string;
  readonly heading: string;
}

const FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'autovacuum=off'].flatMap((flag) => ['-c', flag]);

// Each has three lots: one that becomes active, one that ends, and one of which nothing is due.
const FILL = [
  `create temp table bench_ids as select i, gen_random_uuid() as id from generate_series(1, $1::int) i`,
  `insert into customers (shop_id, id, name, created_at, updated_at)
   select $1, id, 'Member ' || i, now(), now() from bench_ids`,
  `insert into loyalty_members (shop_id, customer_id, active_points, pending_points, movement_count, enrolled_at, due_at, updated_at)
   select $1, id, 200, 100, 3, now() - interval '400 days', now() - interval '1 hour', now() from bench_ids`,
  `insert into point_lots (shop_id, id, customer_id, state, source, source_key, granted_points, left_points, priority,
     is_promotional, programme_version, granted_at, activates_at, expires_at)
   select $1, gen_random_uuid(), id, case n when 1 then 'pending' else 'active' end, 'staff', i || ':' || n, 100, 100, 0,
     true, 1, now() - interval '300 days', now() - case n when 1 then interval '1 hour' else interval '200 days' end,
     now() + case n when 2 then interval '-1 hour' else interval '100 days' end
   from bench_ids cross join generate_series(1, 3) n`,
  `insert into point_movements (shop_id, customer_id, position, kind, lot_id, points, balance_after, operation_id,
     actor_kind, actor_id, created_at)
   select $1, customer_id, row_number() over (partition by customer_id order by id), 'granted', id, 100,
     100 * row_number() over (partition by customer_id order by id), id, 'system', 'bench', granted_at
   from point_lots where shop_id = $1`,
];

// The floor: the same rows written once by two plain updates, and nothing said of it anywhere.
const FLOOR = [
  `update point_lots set state = case when expires_at <= now() then 'expired' else 'active' end,
     left_points = case when expires_at <= now() then 0 else left_points end
   where shop_id = $1 and (expires_at <= now() or (state = 'pending' and activates_at <= now()))`,
  `update loyalty_members set pending_points = 0, due_at = due_at + interval '100 days', version = version + 1
   where shop_id = $1`,
];

interface Measured {
  readonly seconds: number;
  readonly grewMb: number;
  readonly peakMb: number;
}

/** How long the day change of so many members takes, beside plain updates of the same rows. */
export async function runPoints({ members, resultsFile, heading }: PointsOptions): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  say(`\n${heading} · points\n`);
  say('| members | lots | plain updates s | day change s | ratio | grew MB | peak MB | members /s |');
  say('|---|---|---|---|---|---|---|---|');
  for (const count of members) say(await measure(count));
  appendFileSync(resultsFile, `${lines.join('\n')}\n`);
}

async function measure(members: number): Promise<string> {
  const stage = await setStage(FLAGS);
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    const ctx = await makeBenchShop(stage);
    await fill(client, ctx.shop.id, members);
    const floor = await timed(() => runFloor(client, ctx.shop.id));
    await client.query('vacuum analyze');
    const own = await timed(async () => {
      for (let done = 1; done > 0; ) done = await dayChangeSweep.run(ctx);
    });
    const { rows } = await client.query(
      'select count(*) filter (where active_points = 200 and pending_points = 0)::int as right from loyalty_members',
    );
    if (rows[0].right !== members) throw new Error(`only ${rows[0].right} members have what they should`);
    const cells = [
      members,
      3 * members,
      floor.seconds.toFixed(1),
      own.seconds.toFixed(1),
      `**${(own.seconds / floor.seconds).toFixed(1)}**`,
      own.grewMb.toFixed(0),
      own.peakMb.toFixed(0),
      Math.round(members / own.seconds),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    await client.end();
    await stage.clear();
  }
}

/** Written and taken back: the day change is to find the rows as they were. */
async function runFloor(client: pg.Client, shopId: string): Promise<void> {
  await client.query('begin');
  for (const text of FLOOR) await client.query(text, [shopId]);
  await client.query('rollback');
}

/** How long something takes, and by how much it makes the process grow. */
async function timed(work: () => Promise<unknown>): Promise<Measured> {
  const before = process.resourceUsage().maxRSS;
  const from = performance.now();
  await work();
  const peak = process.resourceUsage().maxRSS;
  return {
    seconds: (performance.now() - from) / 1_000,
    grewMb: (peak - before) / 1_024,
    peakMb: peak / 1_024,
  };
}

async function fill(client: pg.Client, shopId: string, members: number): Promise<void> {
  // As a replica, Postgres does not check foreign keys.
  await client.query('set synchronous_commit = off; set session_replication_role = replica; set jit = off');
  const [ids = '', ...inserts] = FILL;
  await client.query(ids, [members]);
  for (const text of inserts) await client.query(text, [shopId]);
  await client.query('vacuum analyze');
  await client.query('checkpoint; set session_replication_role = origin');
}
