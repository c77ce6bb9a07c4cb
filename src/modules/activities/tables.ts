import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import { programmes } from '../campaigns/tables.ts';
import type { CampaignPlan } from '../campaigns/tables.ts';
import type { CampaignState } from '../campaigns/states.ts';
import { customers } from '../customers/tables.ts';
import type { Reward } from './rewards/schemas.ts';
import type { ActivityRule } from './rule-schemas.ts';
import type { RewardState } from './states.ts';

/** Something that customers join. What it says stands in its versions. */
export const activities = pgTable(
  'activities',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    /** The type of its format; it never changes. */
    type: text('type').notNull(),
    state: text('state').$type<CampaignState>().notNull(),
    programmeId: uuid('programme_id'),
    /** The version that is in force, or the draft. */
    ruleVersion: integer('rule_version').notNull().default(1),
    /** Of the rule: when it starts and ends by itself. */
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    plan: jsonb('plan').$type<CampaignPlan>().notNull().default(sql`'{}'::jsonb`),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    /** Why it was ended before its time. */
    endReason: text('end_reason'),
    /** When it starts or ends by itself next. */
    dueAt: instant('due_at'),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('activities_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('activities_created_at_idx').on(t.shopId, t.createdAt, t.id),
    index('activities_state_idx').on(t.shopId, t.state, t.createdAt, t.id),
    index('activities_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('activities_programme_idx')
      .on(t.shopId, t.programmeId, t.createdAt, t.id)
      .where(sql`${t.programmeId} is not null`),
    // Which of them a purchase of some time ago counts for.
    index('activities_ended_at_idx').on(t.shopId, t.endedAt, t.id).where(sql`${t.endedAt} is not null`),
    index('activities_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('activities_state', sql`${t.state} in ('draft', 'scheduled', 'running', 'paused', 'ended')`),
    check('activities_times', sql`${t.endsAt} > ${t.startsAt}`),
    check('activities_ended', sql`(${t.state} = 'ended') = (${t.endedAt} is not null)`),
    check('activities_due', sql`${t.dueAt} is null or ${t.state} in ('scheduled', 'running', 'paused')`),
    check('activities_started', sql`${t.startedAt} is not null or ${t.state} <> 'running'`),
    foreignKey({
      name: 'activities_programme_fk',
      columns: [t.shopId, t.programmeId],
      foreignColumns: [programmes.shopId, programmes.id],
    }),
  ],
);

export type ActivityRow = typeof activities.$inferSelect;

/** What an activity says, from a moment on. Frozen once it is scheduled. */
export const activityVersions = pgTable(
  'activity_versions',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    /** 1, 2, 3 … */
    number: integer('number').notNull(),
    rule: jsonb('rule').$type<ActivityRule>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.number] }),
    check('activity_versions_number', sql`${t.number} > 0`),
    foreignKey({
      name: 'activity_versions_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
  ],
);

export type ActivityVersion = typeof activityVersions.$inferSelect;

/** How many take part, and what they can get together at most. */
export const activityCounters = pgTable(
  'activity_counters',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    participants: integer('participants').notNull(),
    promisedAmount: amount('promised_amount').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId] }),
    check('activity_counters_range', sql`${t.participants} >= 0 and ${t.promisedAmount} >= 0`),
    foreignKey({
      name: 'activity_counters_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
  ],
);

/** A customer who takes part. Whoever changes what counts for them locks this row first. */
export const participants = pgTable(
  'participants',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    customerId: id('customer_id'),
    /** Where they joined, and where they came from, such as a link in a post. */
    channel: text('channel').notNull(),
    source: text('source'),
    /** What was counted: helpers, chances, friends, stamps. */
    progress: integer('progress').notNull(),
    /** What of it they have used, such as chances in a draw. */
    used: integer('used').notNull(),
    /** What they can get at most, in minor units: kept of the budget. */
    promisedAmount: amount('promised_amount').notNull(),
    joinedAt: instant('joined_at').notNull(),
    /** Until when it is counted for them; null: as long as the activity runs. */
    closesAt: instant('closes_at'),
    /** When it became a part of another participation of the same customer, after a merge. */
    absorbedAt: instant('absorbed_at'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('participants_customer_key')
      .on(t.shopId, t.activityId, t.customerId)
      .where(sql`${t.absorbedAt} is null`),
    // The list, newest first, and that of a customer.
    index('participants_activity_idx').on(t.shopId, t.activityId, t.joinedAt, t.id),
    index('participants_customer_idx').on(t.shopId, t.customerId, t.joinedAt, t.id),
    check(
      'participants_progress',
      sql`${t.progress} >= 0 and ${t.used} between 0 and ${t.progress} and ${t.promisedAmount} >= 0`,
    ),
    check('participants_times', sql`${t.closesAt} > ${t.joinedAt}`),
    foreignKey({
      name: 'participants_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
    foreignKey({
      name: 'participants_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
  ],
);

export type Participant = typeof participants.$inferSelect;

export const SOURCE_TYPES = ['order', 'card_load', 'help', 'referral'] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

/** What was counted for a participant. The same source counts once. */
export const participantCounts = pgTable(
  'participant_counts',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    sourceType: text('source_type').$type<SourceType>().notNull(),
    sourceId: uuid('source_id').notNull(),
    participantId: id('participant_id'),
    /** What it counted for at first, and for what now. */
    countedUnits: integer('counted_units').notNull(),
    units: integer('units').notNull(),
    /** What it came to, in minor units; 0 of what costs nothing. */
    sourceAmount: bigint('source_amount', { mode: 'bigint' }).notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // What an order counts for is found by the order.
    primaryKey({ columns: [t.shopId, t.sourceType, t.sourceId, t.activityId] }),
    index('participant_counts_participant_idx').on(t.shopId, t.participantId, t.createdAt, t.sourceId),
    check('participant_counts_source', sql`${t.sourceType} in ('order', 'card_load', 'help', 'referral')`),
    check(
      'participant_counts_units',
      sql`${t.countedUnits} >= 0 and ${t.units} >= 0 and ${t.sourceAmount} >= 0`,
    ),
    foreignKey({
      name: 'participant_counts_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);

export type ParticipantCount = typeof participantCounts.$inferSelect;

/** What a participant has earned. The module that owns it gives it. */
export const activityRewards = pgTable(
  'activity_rewards',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    participantId: id('participant_id'),
    customerId: id('customer_id'),
    /** What it was earned by: `step:58`, `ticket:17`. A participant gets for one thing once. */
    earnedBy: text('earned_by').notNull(),
    /** Which of several for one thing. */
    position: integer('position').notNull(),
    kind: text('kind').$type<Reward['kind']>().notNull(),
    reward: jsonb('reward').$type<Reward>().notNull(),
    /** What it is worth, in minor units. */
    valueAmount: amount('value_amount').notNull(),
    state: text('state').$type<RewardState>().notNull(),
    /** How often it was owed: what was withdrawn can be earned again. */
    owedCount: integer('owed_count').notNull(),
    /** Why it cannot be given yet: the code of a refusal. */
    heldReason: text('held_reason'),
    /** When it is tried to give it; null: it is not owed. */
    dueAt: instant('due_at'),
    /** What was given: a lot of points, a coupon, a movement of the wallet, a gift grant. */
    givenId: uuid('given_id'),
    givenAt: instant('given_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('activity_rewards_earned_key').on(t.shopId, t.participantId, t.earnedBy, t.position),
    index('activity_rewards_activity_idx').on(t.shopId, t.activityId, t.id),
    index('activity_rewards_customer_idx').on(t.shopId, t.customerId, t.id),
    index('activity_rewards_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    check('activity_rewards_kind', sql`${t.kind} in ('points', 'coupon', 'stored_value', 'goods')`),
    check('activity_rewards_state', sql`${t.state} in ('owed', 'given', 'withdrawn')`),
    check('activity_rewards_due', sql`(${t.state} = 'owed') = (${t.dueAt} is not null)`),
    check(
      'activity_rewards_given',
      sql`(${t.givenAt} is null) = (${t.givenId} is null) and (${t.state} <> 'given' or ${t.givenAt} is not null)
        and (${t.state} <> 'owed' or ${t.givenAt} is null) and (${t.state} = 'owed' or ${t.heldReason} is null)`,
    ),
    foreignKey({
      name: 'activity_rewards_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);

export type ActivityReward = typeof activityRewards.$inferSelect;
