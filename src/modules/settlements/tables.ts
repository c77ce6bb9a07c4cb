import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { id, instant, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import type { PolicyRule } from './policy-rules.ts';
import type { Words } from './words-rules.ts';

/** A promise to pay price differences. What it promises is in its versions. */
export const priceDifferencePolicies = pgTable(
  'price_difference_policies',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    name: text('name').notNull(),
    /** The newest version of its rule. */
    ruleVersion: integer('rule_version').notNull(),
    /** From then on no new order is promised anything by it. Shop time. */
    archivedAt: instant('archived_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    check('price_difference_policies_rule_version', sql`${t.ruleVersion} > 0`),
  ],
);

export type PriceDifferencePolicy = typeof priceDifferencePolicies.$inferSelect;

/** What a policy promised, from when on. Insert-only: an order keeps the version that was in force when it was placed. */
export const priceDifferencePolicyVersions = pgTable(
  'price_difference_policy_versions',
  {
    shopId: shopId(),
    policyId: id('policy_id'),
    ruleVersion: integer('rule_version').notNull(),
    rule: jsonb('rule').$type<PolicyRule>().notNull(),
    /** The rule in plain words, as customers were told it. */
    words: jsonb('words').$type<Words>().notNull(),
    inForceFrom: instant('in_force_from').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.policyId, t.ruleVersion] }),
    // The versions that were in force at a moment.
    index('price_difference_policy_versions_force_idx').on(t.shopId, t.inForceFrom, t.policyId),
    foreignKey({
      name: 'price_difference_policy_versions_policy_fk',
      columns: [t.shopId, t.policyId],
      foreignColumns: [priceDifferencePolicies.shopId, priceDifferencePolicies.id],
    }),
  ],
);

export type PolicyVersion = typeof priceDifferencePolicyVersions.$inferSelect;
