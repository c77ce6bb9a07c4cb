import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, metadata, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import type { CampaignRule } from './rule-schemas.ts';
import type { CampaignState, ProgrammeState } from './states.ts';

/**
 * The revision of what campaigns of a shop say together. Whoever changes a campaign raises it first, and so holds it; processes remember
 * the campaigns by it, and the statement that places an order fails when it is another by then.
 */
export const campaignShelves = pgTable(
  'campaign_shelves',
  {
    shopId: shopId().references(() => shops.id),
    revision: integer('revision').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId] })],
);

/** What campaigns of a programme, or a campaign of its own, are meant to bring. */
export interface CampaignPlan {
  readonly orders?: number;
  readonly participants?: number;
  readonly members?: number;
  /** Minor units. */
  readonly revenueAmount?: number;
  readonly discountAmount?: number;
}

/** Campaigns with shared dates, target and report. */
export const programmes = pgTable(
  'programmes',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state').$type<ProgrammeState>().notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    plan: jsonb('plan').$type<CampaignPlan>().notNull().default(sql`'{}'::jsonb`),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
    /** Why it was ended before its time. */
    endReason: text('end_reason'),
    /** When it ends by itself, while it runs. */
    dueAt: instant('due_at'),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('programmes_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('programmes_created_at_idx').on(t.shopId, t.createdAt, t.id),
    index('programmes_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('programmes_state', sql`${t.state} in ('draft', 'running', 'ended')`),
    check('programmes_times', sql`${t.endsAt} > ${t.startsAt}`),
    check('programmes_ended', sql`(${t.state} = 'ended') = (${t.endedAt} is not null)`),
    check('programmes_due', sql`${t.dueAt} is null or ${t.state} = 'running'`),
  ],
);

export type Programme = typeof programmes.$inferSelect;

/** A campaign. What it says stands in its versions. */
export const campaigns = pgTable(
  'campaigns',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state').$type<CampaignState>().notNull(),
    programmeId: uuid('programme_id'),
    /** The preset that it was made from. */
    preset: text('preset'),
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
    /** When members of a tier hear of it next, before it starts. */
    noticeDueAt: instant('notice_due_at'),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex('campaigns_external_id_key')
      .on(t.shopId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('campaigns_created_at_idx').on(t.shopId, t.createdAt, t.id),
    index('campaigns_state_idx').on(t.shopId, t.state, t.createdAt, t.id),
    index('campaigns_updated_at_idx').on(t.shopId, t.updatedAt, t.id),
    index('campaigns_programme_idx')
      .on(t.shopId, t.programmeId, t.createdAt, t.id)
      .where(sql`${t.programmeId} is not null`),
    // What the sweeps look for.
    index('campaigns_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    index('campaigns_notice_due_idx').on(t.shopId, t.noticeDueAt).where(sql`${t.noticeDueAt} is not null`),
    check('campaigns_notice_due', sql`${t.noticeDueAt} is null or ${t.state} = 'scheduled'`),
    check('campaigns_state', sql`${t.state} in ('draft', 'scheduled', 'running', 'paused', 'ended')`),
    check('campaigns_times', sql`${t.endsAt} > ${t.startsAt}`),
    check('campaigns_ended', sql`(${t.state} = 'ended') = (${t.endedAt} is not null)`),
    check('campaigns_due', sql`${t.dueAt} is null or ${t.state} in ('scheduled', 'running', 'paused')`),
    check('campaigns_started', sql`${t.startedAt} is not null or ${t.state} <> 'running'`),
    foreignKey({
      name: 'campaigns_programme_fk',
      columns: [t.shopId, t.programmeId],
      foreignColumns: [programmes.shopId, programmes.id],
    }),
  ],
);

export type CampaignRow = typeof campaigns.$inferSelect;

/** Which members have heard of a campaign before it starts, once for each start that it has had. Insert-only. */
export const campaignNotices = pgTable(
  'campaign_notices',
  {
    shopId: shopId(),
    campaignId: id('campaign_id'),
    startsAt: instant('starts_at').notNull(),
    tierKey: text('tier_key').notNull(),
    /** Shop time. */
    toldAt: instant('told_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.campaignId, t.startsAt, t.tierKey] }),
    check('campaign_notices_time', sql`${t.toldAt} < ${t.startsAt}`),
    foreignKey({
      name: 'campaign_notices_campaign_fk',
      columns: [t.shopId, t.campaignId],
      foreignColumns: [campaigns.shopId, campaigns.id],
    }),
  ],
);

/** What a campaign says, from a moment on. Frozen once it is scheduled: orders and quotes name their version. */
export const campaignVersions = pgTable(
  'campaign_versions',
  {
    shopId: shopId(),
    campaignId: id('campaign_id'),
    /** 1, 2, 3 … */
    number: integer('number').notNull(),
    rule: jsonb('rule').$type<CampaignRule>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.campaignId, t.number] }),
    check('campaign_versions_number', sql`${t.number} > 0`),
    foreignKey({
      name: 'campaign_versions_campaign_fk',
      columns: [t.shopId, t.campaignId],
      foreignColumns: [campaigns.shopId, campaigns.id],
    }),
  ],
);

export type CampaignVersion = typeof campaignVersions.$inferSelect;

/** What was given of a campaign's limits. Written only for campaigns that have one: else every order would wait for this row. */
export const campaignCounters = pgTable(
  'campaign_counters',
  {
    shopId: shopId(),
    campaignId: id('campaign_id'),
    uses: integer('uses').notNull(),
    /** Discounts, freight, and what gifts cost. */
    spentAmount: amount('spent_amount').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.campaignId] }),
    check('campaign_counters_range', sql`${t.uses} >= 0 and ${t.spentAmount} >= 0`),
    foreignKey({
      name: 'campaign_counters_campaign_fk',
      columns: [t.shopId, t.campaignId],
      foreignColumns: [campaigns.shopId, campaigns.id],
    }),
  ],
);

/** The same for one customer: ever (`all`), and within a period such as `2026-11`. */
export const campaignCustomerCounters = pgTable(
  'campaign_customer_counters',
  {
    shopId: shopId(),
    campaignId: id('campaign_id'),
    customerId: id('customer_id'),
    period: text('period').notNull(),
    uses: integer('uses').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'campaign_customer_counters_pk',
      columns: [t.shopId, t.campaignId, t.customerId, t.period],
    }),
    check('campaign_customer_counters_range', sql`${t.uses} >= 0`),
  ],
);

/** Units of a flash sale that were taken, of all customers (`customer_id` nil) and of each. */
export const campaignUnits = pgTable(
  'campaign_units',
  {
    shopId: shopId(),
    campaignId: id('campaign_id'),
    productId: id('product_id'),
    customerId: id('customer_id'),
    taken: integer('taken').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.campaignId, t.productId, t.customerId] }),
    check('campaign_units_range', sql`${t.taken} >= 0`),
  ],
);

export const USE_STATES = ['held', 'used', 'returned'] as const;

/** What an order has of a campaign: held while it is unpaid, used when it is paid, given back when it is cancelled. */
export const campaignUses = pgTable(
  'campaign_uses',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    campaignId: id('campaign_id'),
    campaignVersion: integer('campaign_version').notNull(),
    customerId: uuid('customer_id'),
    channel: text('channel').notNull(),
    state: text('state').$type<(typeof USE_STATES)[number]>().notNull(),
    /** Off the goods, off freight, and what its gifts cost the shop. */
    discountAmount: amount('discount_amount').notNull(),
    freightAmount: amount('freight_amount').notNull(),
    giftCostAmount: amount('gift_cost_amount').notNull(),
    pointsMultiplierBps: integer('points_multiplier_bps'),
    /** Units of its own stock. */
    units: jsonb('units')
      .$type<readonly { readonly productId: string; readonly quantity: number }[]>()
      .notNull(),
    /** The period that it counts in, when it has a limit by period. */
    period: text('period'),
    /** It is in the counters of the campaign, and in those of its customer. */
    isCounted: boolean('is_counted').notNull(),
    isCustomerCounted: boolean('is_customer_counted').notNull(),
    couponId: uuid('coupon_id'),
    placedAt: instant('placed_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId, t.campaignId] }),
    index('campaign_uses_campaign_idx').on(t.shopId, t.campaignId, t.placedAt, t.orderId),
    index('campaign_uses_customer_idx')
      .on(t.shopId, t.customerId, t.campaignId)
      .where(sql`${t.customerId} is not null`),
    check('campaign_uses_state', sql`${t.state} in ('held', 'used', 'returned')`),
    check(
      'campaign_uses_amounts',
      sql`${t.discountAmount} >= 0 and ${t.freightAmount} >= 0 and ${t.giftCostAmount} >= 0`,
    ),
    foreignKey({
      name: 'campaign_uses_campaign_fk',
      columns: [t.shopId, t.campaignId],
      foreignColumns: [campaigns.shopId, campaigns.id],
    }),
  ],
);

export type CampaignUse = typeof campaignUses.$inferSelect;
