import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import { customers } from '../customers/tables.ts';
import type { SegmentRule } from './rule-schemas.ts';

export const SEGMENT_KINDS = ['rule', 'list'] as const;
export const ENTRY_CAUSES = ['rule', 'list'] as const;
export const EXIT_CAUSES = ['rule', 'list', 'merge', 'archived'] as const;
export const WORK_KINDS = ['message', 'call', 'visit', 'order', 'complaint', 'other'] as const;

/** A named part of the shop's customers: those who fit a rule, or those on a list. */
export const segments = pgTable(
  'segments',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    name: text('name').notNull(),
    description: text('description'),
    kind: text('kind').$type<(typeof SEGMENT_KINDS)[number]>().notNull(),
    /** The version of the rule, from 1; 0 of a list. */
    ruleVersion: integer('rule_version').notNull(),
    /** The rule of that version; null of a list. */
    rule: jsonb('rule').$type<SegmentRule>(),
    /** Those who are in it now: the number of open rows, kept with every change of them. */
    memberCount: integer('member_count').notNull().default(0),
    /** When the whole segment was last looked at by its rule. Shop time. */
    evaluatedAt: instant('evaluated_at'),
    /** When it is to be looked at as a whole: the next midnight at which somebody may enter or leave. Shop time. */
    dueAt: instant('due_at'),
    archivedAt: instant('archived_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // Lists go along it.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('segments_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    // What every change of a customer looks for.
    index('segments_live_idx').on(t.shopId, t.kind, t.id).where(sql`${t.archivedAt} is null`),
    check('segments_kind', sql`${t.kind} in ('rule', 'list')`),
    check('segments_rule', sql`(${t.kind} = 'rule') = (${t.rule} is not null and ${t.ruleVersion} > 0)`),
    check('segments_member_count', sql`${t.memberCount} >= 0`),
    check('segments_archived', sql`${t.archivedAt} is null or (${t.memberCount} = 0 and ${t.dueAt} is null)`),
  ],
);

export type Segment = typeof segments.$inferSelect;

const ofSegment = (name: string, t: { shopId: AnyPgColumn; segmentId: AnyPgColumn }) =>
  foreignKey({ name, columns: [t.shopId, t.segmentId], foreignColumns: [segments.shopId, segments.id] });
const ofCustomer = (name: string, t: { shopId: AnyPgColumn; customerId: AnyPgColumn }) =>
  foreignKey({ name, columns: [t.shopId, t.customerId], foreignColumns: [customers.shopId, customers.id] });

/** Every rule that a segment ever had. Insert-only. */
export const segmentVersions = pgTable(
  'segment_versions',
  {
    shopId: shopId(),
    segmentId: id('segment_id'),
    ruleVersion: integer('rule_version').notNull(),
    rule: jsonb('rule').$type<SegmentRule>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.segmentId, t.ruleVersion] }),
    ofSegment('segment_versions_segment_fk', t),
  ],
);

export type SegmentVersion = typeof segmentVersions.$inferSelect;

/**
 * Who was in a segment, from when to when. Written once and closed once; a merge gives the rows of a duplicate to the
 * customer that stays, an erasure takes them away.
 */
export const segmentMemberships = pgTable(
  'segment_memberships',
  {
    shopId: shopId(),
    segmentId: id('segment_id'),
    customerId: id('customer_id'),
    /** Counts the times that the customer was in the segment, from 1. */
    stay: integer('stay').notNull(),
    enteredAt: instant('entered_at').notNull(),
    enteredBy: text('entered_by').$type<(typeof ENTRY_CAUSES)[number]>().notNull(),
    leftAt: instant('left_at'),
    leftBy: text('left_by').$type<(typeof EXIT_CAUSES)[number]>(),
  },
  (t) => [
    // Without foreign keys, which would cost as much as the rows: no segment and no customer is ever deleted, and whoever writes here
    // keeps merges and erasures away, which a foreign key would not.
    // Who was in at a moment is found along it.
    primaryKey({ columns: [t.shopId, t.segmentId, t.customerId, t.stay] }),
    uniqueIndex('segment_memberships_open_key')
      .on(t.shopId, t.segmentId, t.customerId)
      .where(sql`${t.leftAt} is null`),
    index('segment_memberships_members_idx')
      .on(t.shopId, t.segmentId, t.enteredAt, t.customerId)
      .where(sql`${t.leftAt} is null`),
    index('segment_memberships_history_idx').on(t.shopId, t.segmentId, t.enteredAt, t.customerId, t.stay),
    index('segment_memberships_customer_idx').on(t.shopId, t.customerId, t.enteredAt, t.segmentId, t.stay),
    check('segment_memberships_entered_by', sql`${t.enteredBy} in ('rule', 'list')`),
    check('segment_memberships_left_by', sql`${t.leftBy} in ('rule', 'list', 'merge', 'archived')`),
    check(
      'segment_memberships_left',
      sql`(${t.leftAt} is null) = (${t.leftBy} is null) and ${t.leftAt} >= ${t.enteredAt}`,
    ),
  ],
);

export type SegmentMembership = typeof segmentMemberships.$inferSelect;

/** Customers of whom something changed: they are to be looked at by every rule. */
export const segmentChecks = pgTable(
  'segment_checks',
  { shopId: shopId(), customerId: id('customer_id'), dueAt: instant('due_at').notNull() },
  (t) => [
    // Without foreign keys: it is a list of work, and who is gone by then is in no segment.
    primaryKey({ columns: [t.shopId, t.customerId] }),
    index('segment_checks_due_idx').on(t.shopId, t.dueAt, t.customerId),
  ],
);

/** The RFM scores of a customer with purchases, as they were last computed over all of the shop's. */
export const customerRfmScores = pgTable(
  'customer_rfm_scores',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    recency: smallint('recency').notNull(),
    frequency: smallint('frequency').notNull(),
    monetary: smallint('monetary').notNull(),
  },
  (t) => [
    // Without a foreign key, as memberships.
    primaryKey({ columns: [t.shopId, t.customerId] }),
    check(
      'customer_rfm_scores_range',
      sql`${t.recency} between 1 and 5 and ${t.frequency} between 1 and 5 and ${t.monetary} between 1 and 5`,
    ),
  ],
);

export type CustomerRfmScores = typeof customerRfmScores.$inferSelect;

/** When the RFM scores of a shop were computed and are to be computed again: the midnight after purchases changed. */
export const rfmSchedules = pgTable(
  'rfm_schedules',
  {
    shopId: shopId().references(() => shops.id),
    computedAt: instant('computed_at'),
    /** Null while nothing changed since, or no segment goes by the scores. Shop time. */
    dueAt: instant('due_at'),
  },
  (t) => [primaryKey({ columns: [t.shopId] }), index('rfm_schedules_due_idx').on(t.shopId, t.dueAt)],
);

export type RfmSchedule = typeof rfmSchedules.$inferSelect;

/** Minutes that staff spent on a customer. A mistake is voided, never changed. */
export const serviceTimes = pgTable(
  'service_times',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    /** Null once the customer was erased: the minutes stay the shop's. */
    customerId: uuid('customer_id'),
    minutes: integer('minutes').notNull(),
    kind: text('kind').$type<(typeof WORK_KINDS)[number]>().notNull(),
    /** When the work was done. Shop time. */
    workedAt: instant('worked_at').notNull(),
    /** Who did it, in the shop's own words. */
    workedBy: text('worked_by'),
    subjectType: text('subject_type'),
    subjectId: uuid('subject_id'),
    /** The credential, or the part of the system, that wrote it down. */
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    voidedAt: instant('voided_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('service_times_worked_idx').on(t.shopId, t.workedAt, t.id),
    index('service_times_customer_idx').on(t.shopId, t.customerId, t.workedAt, t.id),
    ofCustomer('service_times_customer_fk', t),
    check('service_times_minutes', sql`${t.minutes} between 1 and 1440`),
    check(
      'service_times_kind',
      sql`${t.kind} in ('message', 'call', 'visit', 'order', 'complaint', 'other')`,
    ),
    check('service_times_subject', sql`(${t.subjectType} is null) = (${t.subjectId} is null)`),
  ],
);

export type ServiceTime = typeof serviceTimes.$inferSelect;
