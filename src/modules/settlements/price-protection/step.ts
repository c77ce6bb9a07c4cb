import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { isLockTimeout, isRetriable, isUnavailable } from '../../../platform/db/constraints.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { after, MINUTE_MS } from '../../../platform/time.ts';
import { CapTaken, leaveOut, sweepOrders } from './batch.ts';
import { lockIdleSweep, updateSweep } from './repository.ts';
import type { PriceProtectionSweep } from './tables.ts';

const MOST_ATTEMPTS = 5;
const POSTPONED_MS = 5 * MINUTE_MS;

/** How many orders a step takes, and what it does with them. */
interface Batch {
  readonly orders: number;
  readonly sweep: typeof sweepOrders;
}

type Step = (tx: Tx, sweep: PriceProtectionSweep, batch: Batch) => Promise<boolean>;

/**
 * Runs a step under the lock of its sweep. One that fails is run again with half of its orders, until the one is found that cannot
 * be swept: it is left out, and the others get what they were promised. What only time can mend puts the step off, which does
 * not hold up other sweeps. False when nothing was done.
 */
export async function takeStep(ctx: Ctx, id: string, orders: number, step: Step): Promise<boolean> {
  let batch: Batch = { orders, sweep: sweepOrders };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(ctx, async (tx) => {
        // Two that run at once: the second one leaves the sweep to the first.
        const sweep = await lockIdleSweep(tx, ctx.shop.id, id);
        return sweep !== undefined && step(tx, sweep, batch);
      });
    } catch (error) {
      const { orders: tried } = batch;
      ctx.log.error({ err: error, sweepId: id, orders: tried }, 'a step of price protection failed');
      const next = decideNext(error, batch, attempt);
      if (!next) return postpone(ctx, id);
      batch = next;
    }
  }
}

/** How to go on after a failure; undefined when only time can mend it. */
function decideNext(error: unknown, batch: Batch, attempt: number): Batch | undefined {
  if (error instanceof CapTaken) return attempt < MOST_ATTEMPTS ? batch : undefined;
  if (isUnavailable(error) || batch.sweep === leaveOut) return undefined;
  if (batch.orders > 1) return { ...batch, orders: Math.ceil(batch.orders / 2) };
  return isLockTimeout(error) || isRetriable(error) ? undefined : { ...batch, sweep: leaveOut };
}

const postpone = (ctx: Ctx, id: string): Promise<boolean> =>
  inTransaction(ctx, async (tx) => {
    const sweep = await lockIdleSweep(tx, ctx.shop.id, id);
    if (sweep && sweep.dueAt !== null)
      await updateSweep(tx, sweep, { dueAt: after(ctx.now, POSTPONED_MS) }, ctx.now);
    return false;
  });
