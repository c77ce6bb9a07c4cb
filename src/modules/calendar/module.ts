import { sql } from 'drizzle-orm';
import { sqlInvariant } from '../../platform/invariants.ts';
import type { Module } from '../../platform/module.ts';
import { calendarErrors } from './errors.ts';
import { calendarEvents } from './events.ts';
import { calendarRoutes } from './routes.ts';
import { calendarSettings } from './settings.ts';

// Without it a change of hours would not reach what processes remember.
const invariants = [
  sqlInvariant(
    'a shop that has said its hours or holidays has a version of its calendar',
    sql`select count(*) as checked, count(*) filter (where c.version is null) as broken
        from (select shop_id from business_hours union select shop_id from holidays) h
          left join calendars c on c.shop_id = h.shop_id`,
  ),
];

export const calendarModule: Module = {
  name: 'calendar',
  tags: {
    Calendar: 'When the shop is open, its holidays, and deadlines in business hours.',
    Announcements: 'What the shop tells its visitors or its staff.',
  },
  routes: calendarRoutes,
  errors: calendarErrors,
  events: Object.values(calendarEvents),
  settings: calendarSettings,
  invariants,
};
