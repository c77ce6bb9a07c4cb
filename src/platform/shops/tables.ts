import { sql } from 'drizzle-orm';
import { bigint, check, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, version } from '../db/columns.ts';

/** A shop is the tenant: every other table's primary key starts with its id. */
export const shops = pgTable(
  'shops',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    /** ISO 4217. Fixed: every amount of the shop is in it. */
    currency: text('currency').notNull(),
    /** IANA zone. Days of the shop are days of this zone. */
    timezone: text('timezone').notNull(),
    /** Which country's rules of fair dealing are the defaults: CN, EU, US or OTHER. */
    countryProfile: text('country_profile').notNull(),
    mode: text('mode').$type<'live' | 'test'>().notNull(),
    /** Added to the real time; only a test shop has one. */
    clockOffsetMs: bigint('clock_offset_ms', { mode: 'bigint' }).notNull().default(sql`0`),
    settings: jsonb('settings')
      .$type<Record<string, Record<string, unknown>>>()
      .notNull()
      .default(sql`'{}'::jsonb`),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    check('shops_mode', sql`${t.mode} in ('live', 'test')`),
    check('shops_country_profile', sql`${t.countryProfile} in ('CN', 'EU', 'US', 'OTHER')`),
    check('shops_live_clock', sql`${t.mode} = 'test' or ${t.clockOffsetMs} = 0`),
    check('shops_currency', sql`${t.currency} ~ '^[A-Z]{3}$'`),
  ],
);

export type ShopRow = typeof shops.$inferSelect;
