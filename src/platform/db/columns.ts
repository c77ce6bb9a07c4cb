import { sql } from 'drizzle-orm';
import { bigint, integer, jsonb, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Columns that every table uses the same way. Every primary, foreign and unique key starts with the shop. */

export const shopId = () => uuid('shop_id').notNull();
export const id = (name = 'id') => uuid(name).notNull();
/** Minor units. */
export const amount = (name: string) => bigint(name, { mode: 'bigint' });
/** Basis points. */
export const rateBps = (name: string) => integer(name);
/** An instant, to the millisecond, as JavaScript's Date carries it. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
/** Rises by one with every change; answers If-Match. */
export const version = () => integer('version').notNull().default(1);
export const metadata = () =>
  jsonb('metadata').$type<Record<string, string>>().notNull().default(sql`'{}'::jsonb`);
