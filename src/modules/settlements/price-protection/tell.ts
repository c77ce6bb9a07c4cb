import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { type EventDefinition, eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { sweepEvents } from '../events.ts';
import type { PriceProtectionSweep } from './tables.ts';

/** Tells the world that a sweep ended, with its figures. */
export const tellOfSweep = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof sweepEvents.finished.data>,
  sweep: PriceProtectionSweep,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, sweep.id, {
      reason: sweep.reason,
      cause: sweep.cause,
      isDryRun: sweep.isDryRun,
      foundLineCount: sweep.foundLineCount,
      openedCount: sweep.openedCount,
      waitingLineCount: sweep.waitingLineCount,
      customerCount: sweep.customerCount,
      openedAmount: Number(sweep.openedAmount),
      currency: ctx.shop.currency,
    }),
  ]);
