import { appendFileSync } from 'node:fs';
import { advanceSweep } from '../src/modules/settlements/price-protection/run.ts';
import {
  readPriceProtectionSweep,
  startPriceProtectionSweep,
} from '../src/modules/settlements/price-protection/requests.ts';
import { createPolicy } from '../src/modules/settlements/policies.ts';
import { RULE_DEFAULTS } from '../src/modules/settlements/policy-rules.ts';
import { systemClock } from '../src/platform/clock.ts';
import { type Ctx, type Deps, systemContext } from '../src/platform/context.ts';
import { createLogger } from '../src/platform/logging.ts';
import { createShop } from '../src/platform/shops/manage.ts';
import { getShop } from '../src/platform/shops/shop.ts';
import { fillTwins, insertPlainly, type Twins } from './price-protection-fill.ts';
import { setStage, type Stage } from './stage.ts';

export interface ProtectionOptions {
  readonly lines: readonly number[];
  readonly rounds: number;
  readonly resultsFile: string;
  readonly heading: string;
}

interface Round {
  readonly lines: number;
  readonly orders: number;
  readonly ms: number;
  readonly floorMs: number;
  readonly rows: number;
  readonly peakMb: number;
}

const AIM = 4;
// What a database of this size is given.
const FLAGS = ['shared_buffers=1GB', 'max_wal_size=8GB', 'autovacuum=off'].flatMap((flag) => ['-c', flag]);
const DAY = 86_400_000;

/** How long it takes to open the settlements of a price that fell, beside plain inserts of the same rows. */
export async function runPriceProtection(options: ProtectionOptions): Promise<void> {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  say(`\n${options.heading} · price protection\n`);
  say(
    '| lines | orders | opened in s | lines /s | µs per line | rows | plain inserts s | ratio | aim | peak MB |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  for (const count of options.lines) {
    const rounds: Round[] = [];
    for (let round = 0; round < options.rounds; round += 1) rounds.push(await measure(count));
    say(rowOf(rounds));
  }
  appendFileSync(options.resultsFile, `${lines.join('\n')}\n`);
}

function rowOf(rounds: readonly Round[]): string {
  const middle = rounds.toSorted((a, b) => a.ms / a.floorMs - b.ms / b.floorMs)[
    Math.floor(rounds.length / 2)
  ];
  if (!middle) return '';
  const { lines, orders, ms, floorMs, rows, peakMb } = middle;
  const cells = [
    lines,
    orders,
    (ms / 1_000).toFixed(1),
    Math.round((lines * 1_000) / ms),
    Math.round((ms * 1_000) / lines),
    rows,
    (floorMs / 1_000).toFixed(1),
    `**${(ms / floorMs).toFixed(2)}**`,
    `≤ ${AIM}`,
    Math.round(peakMb),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A database of its own: what an earlier round left behind would be in the way of the next. */
async function measure(lines: number): Promise<Round> {
  const stage = await setStage(FLAGS);
  try {
    const ctx = await makeShop(stage);
    const twins = { shopId: ctx.shop.id, twinId: (await makeShop(stage)).shop.id };
    const orders = Math.round((lines * 3) / 5);
    await fillTwins(stage, twins, orders);
    return await sweepAndInsert(stage, ctx, twins);
  } finally {
    await stage.clear();
  }
}

async function makeShop(stage: Stage): Promise<Ctx> {
  const log = createLogger('warn');
  const config = { tokenSecret: 'a secret that only the benchmark knows' };
  const deps = {
    config,
    db: stage.db,
    clock: systemClock,
    log,
    wakeDispatcher: () => undefined,
  } as unknown as Deps;
  const { shop } = await createShop(deps, { name: 'Bench', currency: 'USD', timezone: 'UTC' });
  return systemContext(deps, await getShop(stage.db, shop.id), 'bench');
}

async function sweepAndInsert(stage: Stage, ctx: Ctx, twins: Twins): Promise<Round> {
  await createPolicy(ctx, {
    ...RULE_DEFAULTS,
    name: 'Thirty days',
    reasons: ['price_drop'],
    windowDays: 30,
    windowFrom: 'paid',
    automaticAmount: 1_000_000,
    inForceFrom: new Date(ctx.now.getTime() - 365 * DAY).toISOString(),
  });
  const { sweep } = await startPriceProtectionSweep(ctx, { reason: 'price_drop', isDryRun: false });
  const from = performance.now();
  while (await advanceSweep(ctx, sweep.id));
  const ms = performance.now() - from;
  const peakMb = process.resourceUsage().maxRSS / 1_024;
  const { sweep: done } = await readPriceProtectionSweep(ctx, sweep.id);
  if (done.state !== 'finished' || done.openedLineCount !== done.foundLineCount)
    throw new Error(
      `the sweep is ${done.state} with ${done.openedLineCount} of ${done.foundLineCount} lines`,
    );
  const { ms: floorMs, rows } = await insertPlainly(stage, twins);
  return { lines: done.openedLineCount, orders: done.openedCount, ms, floorMs, rows, peakMb };
}
