import type { Ctx } from '../../platform/context.ts';
import type { Calendar } from '../calendar/calendar-rules.ts';
import {
  type ExpectedDelivery,
  expectedDelivery,
  expectedShipOn,
  type TransitDays,
} from '../calendar/lead-rules.ts';
import { calendarSettings } from '../calendar/settings.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';

/**
 * When an order of these products that is placed now leaves, and arrives when it is known how long it is on its way. The longest lead
 * time counts, on top of what the shop takes for every order. Null when that is beyond all calendars.
 */
export function deliveryOf(
  ctx: Ctx,
  calendar: Calendar,
  products: readonly Pick<ProductTerms, 'leadTimeDays'>[],
  transitDays?: TransitDays,
): ExpectedDelivery | null {
  const { handlingDays, cutOffHour } = calendarSettings.of(ctx.shop);
  const leadDays = handlingDays + Math.max(0, ...products.map(({ leadTimeDays }) => leadTimeDays));
  const dispatchOn = expectedShipOn(calendar, ctx.now, leadDays, cutOffHour);
  return dispatchOn === undefined ? null : expectedDelivery(dispatchOn, transitDays);
}
