import { randomCode } from '../../platform/ids.ts';
import type { Shop } from '../../platform/shops/shop.ts';

// Making a format costs more than all the rest of pricing an order; there are few zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: '2-digit',
    month: '2-digit',
    day: '2-digit',
  });
  formats.set(timeZone, made);
  return made;
}

/**
 * An order's number, such as 260317-8K2QZD: the shop's day and six random characters. A counter would be a row that
 * every placement of the shop waits for, and would tell everybody how many orders the shop has.
 */
export function makeOrderNumber(shop: Pick<Shop, 'timezone'>, now: Date): string {
  const parts = dayFormat(shop.timezone).formatToParts(now);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}${part('month')}${part('day')}-${randomCode(6)}`;
}
