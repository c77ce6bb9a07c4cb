import { setTimeout } from 'node:timers/promises';
import { recordAudit } from '../audit/audit.ts';
import { shopTime } from '../clock.ts';
import { type Ctx, type Deps, systemContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { inTransaction } from '../db/transaction.ts';
import { findNextDue, runSweep, type Sweep } from '../jobs/sweeps.ts';
import { shopErrors } from './errors.ts';
import { lockShop, writeShop } from './manage.ts';
import { after, DAY_MS } from '../time.ts';
import { type Shop, getShop } from './shop.ts';

/** What moving the clock needs to know of the modules. */
export interface TimedWork {
  readonly sweeps: readonly Sweep[];
  /** Hands every committed event to its subscribers, until none is left. */
  readonly settleEvents: (deps: Deps) => Promise<void>;
}

export interface Advance {
  readonly shop: Shop;
  readonly from: Date;
  /** How many rows the sweeps changed on the way. */
  readonly changed: number;
}

// Times have four digits for the year. What is due is due later than now, so the clock ends well before the year 10000.
const END = new Date('9000-01-01T00:00:00Z');
// A worker's transaction about a few rows takes milliseconds; this is for a busy machine.
const OTHERS_LOOKS = 100;
const OTHERS_MS = 20;
// The clock stops at everything that falls due on the way, and some things fall due every week for ever.
const FARTHEST_DAYS = 1_830;

/**
 * Moves a test shop's clock forward and runs everything that falls due on the way, in order: the clock stops at
 * each due time, so that what happens there sees its own moment and not the end of the journey.
 */
export async function advanceTestClock(ctx: Ctx, work: TimedWork, target: Date): Promise<Advance> {
  if (ctx.shop.mode !== 'test') throw shopErrors.not_in_test_mode();
  if (target < ctx.now) throw shopErrors.clock_only_forward(undefined, { pointer: '/toAt' });
  if (target >= END) throw shopErrors.clock_too_far();
  if (target > after(ctx.now, FARTHEST_DAYS * DAY_MS))
    throw shopErrors.clock_too_far(`The clock moves by ${FARTHEST_DAYS} days at most in one request.`);
  const deps: Deps = ctx;
  const quiet: Ctx = { ...ctx, idempotency: undefined };
  let changed = 0;
  let passed: Date | undefined;
  for (;;) {
    const due = await findNextDue(ctx.db, work.sweeps, ctx.shop.id, passed);
    if (!due || due > target) break;
    const shop = await inTransaction(quiet, (tx) => moveClock(tx, quiet, due));
    let here = 0;
    for (const sweep of work.sweeps) here += await runSweep(deps, sweep, shop);
    await work.settleEvents(deps);
    changed += here;
    if (here > 0 || (await isDoneByOthers(ctx, work.sweeps, due, passed))) continue;
    // A due row that no sweep takes would hold the clock here for ever.
    ctx.log.error({ due }, 'due work was not done; the clock passes it');
    passed = due;
  }
  const shop = await inTransaction(ctx, async (tx) => {
    const moved = await moveClock(tx, ctx, target);
    const details = { from: ctx.now.toISOString(), to: target.toISOString() };
    await recordAudit(tx, ctx, {
      action: 'advanceTestClock',
      subjectType: 'shop',
      subjectId: moved.id,
      details,
    });
    return { shop: moved, from: ctx.now, changed };
  });
  await work.settleEvents(deps);
  return shop;
}

/** Whether a worker that was quicker is at it, or was: what it has locked nobody else takes. */
async function isDoneByOthers(
  ctx: Ctx,
  sweeps: readonly Sweep[],
  due: Date,
  passed: Date | undefined,
): Promise<boolean> {
  for (let look = 0; look < OTHERS_LOOKS; look += 1) {
    const next = await findNextDue(ctx.db, sweeps, ctx.shop.id, passed);
    if (next?.getTime() !== due.getTime()) return true;
    await setTimeout(OTHERS_MS);
  }
  return false;
}

/** Never back: under the shop's lock, somebody else may have moved the clock farther by now. */
async function moveClock(tx: Tx, ctx: Ctx, target: Date): Promise<Shop> {
  const shop = await lockShop(tx, ctx.shop.id);
  const now = shopTime(shop, ctx.clock.now());
  return target <= now ? shop : writeShop(tx, ctx, shop, offsetFor(ctx, target));
}

const offsetFor = (ctx: Ctx, target: Date) => ({
  clockOffsetMs: BigInt(target.getTime() - ctx.clock.now().getTime()),
});

/** The shop's clock as it stands now. */
export async function readTestClock(ctx: Ctx): Promise<{ shop: Shop; now: Date }> {
  const shop = await getShop(ctx.db, ctx.shop.id);
  return { shop, now: systemContext(ctx, shop, 'clock').now };
}
