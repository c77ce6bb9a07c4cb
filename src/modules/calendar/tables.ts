import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { id, instant, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import type { Opening, Week } from './week-rules.ts';

/** The version of what a shop has said of its calendar. Whoever changes hours or holidays raises it first, and so holds it. */
export const calendars = pgTable(
  'calendars',
  {
    shopId: shopId().references(() => shops.id),
    version: integer('version').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId] })],
);

/** The week of a shop, in force from a day until another one is. */
export const businessHours = pgTable(
  'business_hours',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    /** A date as text: it is compared and shown, never computed with. */
    inForceOn: text('in_force_on').notNull(),
    week: jsonb('week').$type<Week>().notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('business_hours_in_force_key').on(t.shopId, t.inForceOn),
    check('business_hours_in_force_on', sql`${t.inForceOn} ~ '^\\d{4}-\\d\\d-\\d\\d$'`),
  ],
);

export type BusinessHoursRow = typeof businessHours.$inferSelect;

/** Days on which other hours are in force than the week's; none: closed. */
export const holidays = pgTable(
  'holidays',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    startsOn: text('starts_on').notNull(),
    endsOn: text('ends_on').notNull(),
    recursYearly: boolean('recurs_yearly').notNull(),
    openings: jsonb('openings').$type<Opening[]>().notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('holidays_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('holidays_starts_on_idx').on(t.shopId, t.startsOn, t.id),
    check(
      'holidays_days',
      sql`${t.startsOn} ~ '^\\d{4}-\\d\\d-\\d\\d$' and ${t.endsOn} ~ '^\\d{4}-\\d\\d-\\d\\d$'
        and ${t.startsOn}::date <= ${t.endsOn}::date`,
    ),
  ],
);

export type HolidayRow = typeof holidays.$inferSelect;

/** What an announcement says in one language. */
export interface AnnouncementText {
  readonly language: string;
  readonly title: string;
  readonly body: string;
}

export const AUDIENCES = ['public', 'staff'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** What a shop tells everybody, or its staff, for a time. */
export const announcements = pgTable(
  'announcements',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    audience: text('audience').$type<Audience>().notNull(),
    /** Null: on every channel. */
    channel: text('channel'),
    texts: jsonb('texts').$type<AnnouncementText[]>().notNull(),
    visibleFrom: instant('visible_from').notNull(),
    visibleUntil: instant('visible_until'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('announcements_visible_idx').on(t.shopId, t.visibleFrom, t.id),
    index('announcements_audience_idx').on(t.shopId, t.audience, t.visibleFrom, t.id),
    check('announcements_audience', sql`${t.audience} in ('public', 'staff')`),
    check('announcements_visible', sql`${t.visibleUntil} > ${t.visibleFrom}`),
  ],
);

export type AnnouncementRow = typeof announcements.$inferSelect;
