import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { sweepEvents } from '../events.ts';
import type { BatchResult } from './batch.ts';
import { listPromiseVersions } from './facts-repository.ts';
import { listDueSweeps, updateSweep } from './repository.ts';
import { oldestStart } from './rules.ts';
import { takeStep } from './step.ts';
import type { PriceProtectionSweep } from './tables.ts';
import { tellOfSweep } from './tell.ts';
import {
  dropWork,
  listOrdersToSweep,
  listWaitingSweeps,
  nextOrders,
  takeDueWaits,
  type WaitingLine,
} from './work-repository.ts';

// Enough that what a transaction costs by itself is small beside it, and few enough that their locks are held for moments.
const BATCH_ORDERS = 1_000;

/** Takes the next step of a sweep that is due. Returns how many steps were taken: one, or none when nothing is left to do. */
export const runDueSweep = async (ctx: Ctx): Promise<number> =>
  firstOf(await listDueSweeps(ctx.db, ctx.shop.id, ctx.now), (id) => advanceSweep(ctx, id));

/** Sweeps again what waited for another settlement, when that has ended. Returns how many steps were taken. */
export const runDueWaits = async (ctx: Ctx): Promise<number> =>
  firstOf(await listWaitingSweeps(ctx.db, ctx.shop.id, ctx.now), (id) => resumeWaits(ctx, id));

async function firstOf(ids: readonly string[], step: (id: string) => Promise<boolean>): Promise<number> {
  for (const id of ids) if (await step(id)) return 1;
  return 0;
}

/**
 * Takes one step of a sweep in one transaction: begins it, sweeps a batch of its orders, or ends it. What it has done and how far it
 * has come are written together, so that whoever goes on after a crash neither leaves out nor repeats an order. False when there is
 * nothing to do, or another process is at it.
 */
export const advanceSweep = (ctx: Ctx, id: string, batchOrders = BATCH_ORDERS): Promise<boolean> =>
  takeStep(ctx, id, batchOrders, async (tx, sweep, batch) => {
    if (sweep.state === 'queued') return begin(tx, ctx, sweep);
    if (sweep.state !== 'running') return false;
    const orderIds = await nextOrders(tx, sweep, batch.orders);
    if (orderIds.length === 0) return finish(tx, ctx, sweep);
    const result = await batch.sweep(tx, ctx, sweep, orderIds);
    const progress = {
      cursorOrderId: orderIds.at(-1) ?? null,
      doneOrderCount: sweep.doneOrderCount + orderIds.length,
      foundLineCount: sweep.foundLineCount + result.decision.foundLineCount,
    };
    await updateSweep(tx, sweep, { ...progress, ...addFigures(sweep, result, 0) }, ctx.now);
    return true;
  });

const resumeWaits = (ctx: Ctx, id: string): Promise<boolean> =>
  takeStep(ctx, id, BATCH_ORDERS, async (tx, sweep, batch) => {
    const waited = await takeDueWaits(tx, sweep, ctx.now, batch.orders);
    if (waited.length === 0) return false;
    const result = await batch.sweep(tx, ctx, sweep, ordersOf(waited), new Set(waited.map(lineIdOf)));
    const swept = await updateSweep(tx, sweep, addFigures(sweep, result, waited.length), ctx.now);
    if (swept.state === 'finished' && swept.waitingLineCount === 0) await dropWork(tx, swept, true);
    return true;
  });

const lineIdOf = ({ lineId }: WaitingLine): string => lineId;
const ordersOf = (waited: readonly WaitingLine[]): string[] => [
  ...new Set(waited.map(({ orderId }) => orderId)),
];

/** Lists the orders that something was promised for and to which something happened within the longest window. */
async function begin(tx: Tx, ctx: Ctx, sweep: PriceProtectionSweep): Promise<true> {
  const versions = await listPromiseVersions(tx, ctx.shop.id);
  const since = oldestStart(versions, sweep.reason, sweep.createdAt);
  const orderCount = since === undefined ? 0 : await listOrdersToSweep(tx, sweep, since, ctx.now);
  await updateSweep(tx, sweep, { state: 'running', startedAt: ctx.now, orderCount }, ctx.now);
  return true;
}

async function finish(tx: Tx, ctx: Ctx, sweep: PriceProtectionSweep): Promise<true> {
  await dropWork(tx, sweep, sweep.isDryRun || sweep.waitingLineCount === 0);
  const finished = await updateSweep(
    tx,
    sweep,
    { state: 'finished', finishedAt: ctx.now, dueAt: null },
    ctx.now,
  );
  await tellOfSweep(tx, ctx, sweepEvents.finished, finished);
  return true;
}

/** The figures of a sweep with those of a batch. `waited`: how many of its lines had waited before. */
function addFigures(
  sweep: PriceProtectionSweep,
  { decision, newHolderCount }: BatchResult,
  waited: number,
): Partial<PriceProtectionSweep> {
  const { openings, waiting, refused } = decision;
  const refusedLineCounts = { ...sweep.refusedLineCounts };
  for (const [code, count] of refused) refusedLineCounts[code] = (refusedLineCounts[code] ?? 0) + count;
  return {
    openedLineCount: sweep.openedLineCount + openings.reduce((sum, { lines }) => sum + lines.length, 0),
    waitingLineCount: sweep.waitingLineCount + waiting.length - waited,
    refusedLineCounts,
    openedCount: sweep.openedCount + openings.length,
    customerCount: sweep.customerCount + newHolderCount,
    openedAmount: sweep.openedAmount + openings.reduce((sum, { amount }) => sum + amount, 0n),
  };
}
