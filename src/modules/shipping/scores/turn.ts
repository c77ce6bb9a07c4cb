import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { addDays, dayIn, startOfDay } from '../calendar-rules.ts';
import { holdScoringDue, wakeScoring } from './turn-repository.ts';

/** When the day of the shop ends that a moment belongs to. */
export const endOfDay = (timeZone: string, at: Date): Date =>
  startOfDay(timeZone, addDays(dayIn(timeZone, at), 1));

/** A parcel was handed over: scores that slept go on when the day ends. */
export async function keepScoring(tx: Tx, ctx: Ctx): Promise<void> {
  if ((await holdScoringDue(tx, ctx.shop.id)) === null)
    await wakeScoring(tx, ctx.shop.id, endOfDay(ctx.shop.timezone, ctx.now));
}
