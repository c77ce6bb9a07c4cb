import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import type { FreightRule } from './rules.ts';

/** From where a template sends. */
export interface FreightOrigin {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly regionCode: string | null;
}

/** What sending costs, by region. Products name theirs; those that name none have the shop's default. */
export const freightTemplates = pgTable(
  'freight_templates',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    name: text('name').notNull(),
    origin: jsonb('origin').$type<FreightOrigin | null>(),
    rule: jsonb('rule').$type<FreightRule>().notNull(),
    /** Regions that the rule does not name are charged as there. Never in a circle. */
    fallbackId: uuid('fallback_id'),
    isDefault: boolean('is_default').notNull(),
    archivedAt: instant('archived_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'freight_templates_pkey', columns: [t.shopId, t.id] }),
    uniqueIndex('freight_templates_name_key').on(t.shopId, t.name).where(sql`${t.archivedAt} is null`),
    uniqueIndex('freight_templates_default_key').on(t.shopId).where(sql`${t.isDefault}`),
    index('freight_templates_fallback_idx')
      .on(t.shopId, t.fallbackId)
      .where(sql`${t.fallbackId} is not null`),
    foreignKey({
      name: 'freight_templates_fallback_fk',
      columns: [t.shopId, t.fallbackId],
      foreignColumns: [t.shopId, t.id],
    }),
    check('freight_templates_archived', sql`${t.archivedAt} is null or not ${t.isDefault}`),
    check('freight_templates_circle', sql`${t.fallbackId} <> ${t.id}`),
  ],
);

export type FreightTemplate = typeof freightTemplates.$inferSelect;
