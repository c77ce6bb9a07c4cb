import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Sweep } from '../../../platform/jobs/sweeps.ts';
import { expireRows } from './code-repository.ts';
import { couponEvent, couponEvents } from './events.ts';
import { coupons } from './tables.ts';
import { lapseValues } from './value-lapse.ts';

/** Ends codes that belong to somebody and whose time is over. Returns how many. */
const expireCoupons = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const ended = await expireRows(tx, ctx);
    await lapseValues(tx, ctx, 'expired', ended);
    await appendEvents(
      tx,
      ctx,
      ended.map((coupon) => couponEvent(ctx, couponEvents.expired, coupon)),
    );
    return ended.length;
  });

export const couponSweeps: readonly Sweep[] = [
  { name: 'campaigns.expireCoupons', due: coupons.expireDueAt, run: expireCoupons },
];
