import type { Ctx } from '../../../platform/context.ts';
import type { Static } from '@sinclair/typebox';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { FeedEvent } from '../../../platform/events/dispatcher.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import type { productPriceChanged, productUpdated } from '../../catalogue/events.ts';
import { settlementErrors } from '../errors.ts';
import { sweepEvents } from '../events.ts';
import { requireProducts } from '../named-products.ts';
import type { PolicyReason } from '../policy-rules.ts';
import { hasLadder, isEverPromised } from './facts-repository.ts';
import {
  countSettlements,
  getSweep,
  insertSweep,
  listSweepRows,
  lockSweep,
  queueProducts,
  type StateCount,
  updateSweep,
} from './repository.ts';
import { priceProtectionSweepStates, type PriceProtectionSweepState } from './states.ts';
import type { PriceProtectionSweep } from './tables.ts';
import { tellOfSweep } from './tell.ts';
import { dropWaits, dropWork } from './work-repository.ts';

/** A sweep with what became of what it opened. */
export interface WholeSweep {
  readonly sweep: PriceProtectionSweep;
  readonly settlements: readonly StateCount[];
}

/** Queues a sweep; it begins when the platform's sweeps come by, within a minute. Refusal: product_not_found. */
export async function startPriceProtectionSweep(
  ctx: Ctx,
  input: { reason: PolicyReason; isDryRun: boolean; productIds?: readonly string[] },
): Promise<WholeSweep> {
  const sweep: PriceProtectionSweep = {
    shopId: ctx.shop.id,
    id: newId(),
    reason: input.reason,
    cause: 'requested',
    isDryRun: input.isDryRun,
    productIds: input.productIds === undefined ? null : [...new Set(input.productIds)],
    state: 'queued',
    dueAt: ctx.now,
    cursorOrderId: null,
    orderCount: 0,
    doneOrderCount: 0,
    foundLineCount: 0,
    openedLineCount: 0,
    waitingLineCount: 0,
    refusedLineCounts: {},
    openedCount: 0,
    customerCount: 0,
    openedAmount: 0n,
    createdAt: ctx.now,
    startedAt: null,
    finishedAt: null,
    version: 1,
    updatedAt: ctx.now,
  };
  return inTransaction(ctx, async (tx) => {
    await requireProducts(tx, ctx, { productIds: input.productIds });
    await insertSweep(tx, sweep);
    return { sweep, settlements: [] };
  });
}

/** A price has changed: when it fell and the shop ever promised to pay for that, the product is swept. */
export async function followPrice(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const { previousAmount, amount } = event.data as Static<typeof productPriceChanged.data>;
  if (amount >= previousAmount || !(await isEverPromised(tx, ctx.shop.id, 'price_drop'))) return;
  await queueProducts(tx, ctx.shop.id, {
    id: newId(),
    reason: 'price_drop',
    productIds: [event.subject_id],
    now: ctx.now,
    at: event.occurred_at,
  });
}

/** A ladder has changed, or the cost that it stays above: what pieces cost in a quantity may have fallen, which only a sweep finds out. */
export async function followLadder(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const { changedFields } = event.data as Static<typeof productUpdated.data>;
  const isLadder = changedFields.includes('priceBreaks');
  if (!isLadder && !changedFields.includes('costAmount')) return;
  if (!isLadder && !(await hasLadder(tx, ctx.shop.id, event.subject_id))) return;
  if (!(await isEverPromised(tx, ctx.shop.id, 'price_drop'))) return;
  await queueProducts(tx, ctx.shop.id, {
    id: newId(),
    reason: 'price_drop',
    productIds: [event.subject_id],
    now: ctx.now,
    at: event.occurred_at,
  });
}

/** Ends a sweep that has not ended: it opens nothing more, and nothing of it waits. Refusal: sweep_not_open. */
export async function cancelPriceProtectionSweep(ctx: Ctx, id: string): Promise<WholeSweep> {
  return inTransaction(ctx, async (tx) => {
    const sweep = await lockSweep(tx, ctx.shop.id, id);
    checkVersion(ctx, sweep);
    if (!priceProtectionSweepStates.canMove(sweep.state, 'cancelled'))
      throw settlementErrors.sweep_not_open(`The sweep is ${sweep.state}.`);
    await dropWork(tx, sweep, true);
    const dropped = await dropWaits(tx, sweep);
    const ended = { state: 'cancelled', finishedAt: ctx.now, dueAt: null } as const;
    const foundLineCount = sweep.foundLineCount - (sweep.isDryRun ? 0 : dropped);
    const waitingLineCount = sweep.isDryRun ? sweep.waitingLineCount : 0;
    const cancelled = await updateSweep(tx, sweep, { ...ended, foundLineCount, waitingLineCount }, ctx.now);
    await tellOfSweep(tx, ctx, sweepEvents.cancelled, cancelled);
    return { sweep: cancelled, settlements: await countSettlements(tx, ctx.shop.id, id) };
  });
}

/** A sweep with its figures, or `not_found`. */
export async function readPriceProtectionSweep(ctx: Ctx, id: string): Promise<WholeSweep> {
  const sweep = await getSweep(ctx.db, ctx.shop.id, id);
  return { sweep, settlements: await countSettlements(ctx.db, ctx.shop.id, id) };
}

/** Sweeps, newest first. */
export const readPriceProtectionSweeps = (
  ctx: Ctx,
  query: { limit: number; cursor?: string; state?: PriceProtectionSweepState },
): Promise<Page<PriceProtectionSweep>> => listSweepRows(ctx.db, ctx.shop.id, query);
