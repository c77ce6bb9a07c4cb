import { dayIn } from '../../../platform/days.ts';
import { DAY_MS } from '../../../platform/time.ts';

type Unit = 'day' | 'week' | 'month' | 'year';

/** The name of the calendar period of an instant in a time zone: `2026-06-18`, `2026-W25` (ISO 8601), `2026-06`, `2026`. */
export function periodOf(unit: Unit, timezone: string, at: Date): string {
  const day = dayIn(timezone, at);
  const text = new Date(day * DAY_MS).toISOString().slice(0, 10);
  if (unit === 'day') return text;
  if (unit === 'month') return text.slice(0, 7);
  if (unit === 'year') return text.slice(0, 4);
  // The week is that of its Thursday. The first of January 1970 was one.
  const thursday = day - ((((day + 3) % 7) + 7) % 7) + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
