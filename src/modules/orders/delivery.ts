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
import type { LineLogo } from './logo-requests/line-rules.ts';

/** What a line says of how long it takes to make ready. */
export interface LeadLine {
  readonly product: Pick<ProductTerms, 'leadTimeDays'>;
  readonly logo: Pick<LineLogo, 'leadTimeDays'> | null;
}

const leadDaysOf = ({ product, logo }: LeadLine): number => product.leadTimeDays + (logo?.leadTimeDays ?? 0);

/**
 * When an order of these lines that is placed now leaves, and arrives when it is known how long it is on its way. The longest lead
 * time counts, on top of what the shop takes for every order; a logo takes its own on top of that of its product. Null when that is beyond all calendars.
 */
export function deliveryOf(
  ctx: Ctx,
  calendar: Calendar,
  lines: readonly LeadLine[],
  transitDays?: TransitDays,
): ExpectedDelivery | null {
  const { handlingDays, cutOffHour } = calendarSettings.of(ctx.shop);
  const leadDays = handlingDays + Math.max(0, ...lines.map(leadDaysOf));
  const dispatchOn = expectedShipOn(calendar, ctx.now, leadDays, cutOffHour);
  return dispatchOn === undefined ? null : expectedDelivery(dispatchOn, transitDays);
}
