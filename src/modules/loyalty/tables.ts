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
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';
import { customers } from '../customers/tables.ts';
import type { LotSource, MovementKind } from './kinds.ts';
import type { ProgrammeRule } from './programme-schemas.ts';
import type { GrantRequestState, LotState } from './states.ts';

const points = amount;

/** A shop's loyalty programme: there is one, and what it says has versions. */
export const loyaltyProgrammes = pgTable(
  'loyalty_programmes',
  {
    shopId: shopId().references(() => shops.id),
    rule: jsonb('rule').$type<ProgrammeRule>().notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId] })],
);

export type LoyaltyProgramme = typeof loyaltyProgrammes.$inferSelect;

/** Everything that the programme ever said. Insert-only. */
export const loyaltyProgrammeVersions = pgTable(
  'loyalty_programme_versions',
  {
    shopId: shopId(),
    number: integer('number').notNull(),
    rule: jsonb('rule').$type<ProgrammeRule>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.number] }),
    foreignKey({
      name: 'loyalty_programme_versions_programme_fk',
      columns: [t.shopId],
      foreignColumns: [loyaltyProgrammes.shopId],
    }),
  ],
);

export type LoyaltyProgrammeVersion = typeof loyaltyProgrammeVersions.$inferSelect;

/** A customer who takes part. Whoever changes points of a member locks this row first. */
export const loyaltyMembers = pgTable(
  'loyalty_members',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    /** Of lots that may be spent. */
    activePoints: points('active_points').notNull(),
    /** Of lots that are pending. */
    pendingPoints: points('pending_points').notNull(),
    /** What was taken back and was not there: new points repay it. */
    debtPoints: points('debt_points').notNull().default(sql`0`),
    /** By what was earned until the end of the day before it was last looked at; null: none. */
    tierKey: text('tier_key'),
    /** How many changes of it there were. */
    tierChangeCount: integer('tier_change_count').notNull().default(0),
    /** The version of the programme whose tiers it was last due for. */
    tierVersion: integer('tier_version').notNull().default(0),
    /** When it can next be another one; null: not by time alone. Shop time. */
    tierDueAt: instant('tier_due_at'),
    /** How many movements there are: the position of the newest. */
    movementCount: integer('movement_count').notNull(),
    enrolledAt: instant('enrolled_at').notNull(),
    /** Null while the customer takes part. */
    leftAt: instant('left_at'),
    /** When the next lot becomes active or expires; null where none does. Shop time. */
    dueAt: instant('due_at'),
    /** Month and day, such as `02-29`; null: nobody has said. */
    birthday: text('birthday'),
    /** When the next one begins. Shop time. */
    birthdayDueAt: instant('birthday_due_at'),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.customerId] }),
    // The list, newest first.
    index('loyalty_members_enrolled_at_idx').on(t.shopId, t.enrolledAt, t.customerId),
    // What ERP systems ask for.
    index('loyalty_members_updated_at_idx').on(t.shopId, t.updatedAt, t.customerId),
    index('loyalty_members_due_idx').on(t.shopId, t.dueAt, t.customerId).where(sql`${t.dueAt} is not null`),
    index('loyalty_members_tier_due_idx')
      .on(t.shopId, t.tierDueAt, t.customerId)
      .where(sql`${t.tierDueAt} is not null`),
    index('loyalty_members_birthday_idx')
      .on(t.shopId, t.birthdayDueAt, t.customerId)
      .where(sql`${t.birthdayDueAt} is not null`),
    // Who has to be looked at again after the tiers changed.
    index('loyalty_members_tier_version_idx').on(t.shopId, t.tierVersion, t.customerId),
    // The members of a tier, newest first.
    index('loyalty_members_tier_idx').on(t.shopId, t.tierKey, t.enrolledAt, t.customerId),
    check(
      'loyalty_members_points',
      sql`${t.activePoints} >= 0 and ${t.pendingPoints} >= 0 and ${t.debtPoints} >= 0`,
    ),
    check(
      'loyalty_members_left',
      sql`${t.leftAt} is null or (${t.activePoints} = 0 and ${t.pendingPoints} = 0 and ${t.dueAt} is null)`,
    ),
    check(
      'loyalty_members_birthday',
      sql`(${t.birthday} is null) = (${t.birthdayDueAt} is null) and (${t.birthday} is null or ${t.leftAt} is null)`,
    ),
    foreignKey({
      name: 'loyalty_members_customer_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [customers.shopId, customers.id],
    }),
  ],
);

export type LoyaltyMember = typeof loyaltyMembers.$inferSelect;

/** Points of one grant. */
export const pointLots = pgTable(
  'point_lots',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    state: text('state').$type<LotState>().notNull(),
    /** What the points are for. The same source gives points once. */
    source: text('source').$type<LotSource>().notNull(),
    sourceKey: text('source_key').notNull(),
    note: text('note'),
    /** Set: it was earned with this order. */
    orderId: uuid('order_id'),
    grantedPoints: points('granted_points').notNull(),
    /** What is neither spent, taken back nor expired, and repaid no debt. */
    leftPoints: points('left_points').notNull(),
    /** The higher is spent first. */
    priority: integer('priority').notNull(),
    /** Given away and not earned. */
    isPromotional: boolean('is_promotional').notNull(),
    programmeVersion: integer('programme_version').notNull(),
    grantedAt: instant('granted_at').notNull(),
    /** From when on they may be spent. */
    activatesAt: instant('activates_at').notNull(),
    /** From when on not any more; null: never. */
    expiresAt: instant('expires_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // Not begun by the shop, as the references of transfers.
    unique('point_lots_source_key').on(t.sourceKey, t.source, t.shopId),
    // The lots of a member, newest first.
    index('point_lots_customer_idx').on(t.shopId, t.customerId, t.grantedAt, t.id),
    // What is left of a member, and what of it is due.
    index('point_lots_left_idx')
      .on(t.shopId, t.customerId, t.expiresAt, t.id)
      .where(sql`${t.leftPoints} > 0`),
    check('point_lots_state', sql`${t.state} in ('pending', 'active', 'expired', 'lapsed')`),
    // What an order gave, to take it back.
    index('point_lots_order_idx').on(t.shopId, t.orderId, t.id).where(sql`${t.orderId} is not null`),
    check(
      'point_lots_source',
      sql`${t.source} in ('staff', 'sign_up', 'order', 'review', 'birthday', 'referral', 'activity')
        and (${t.source} = 'order') = (${t.orderId} is not null)`,
    ),
    check(
      'point_lots_points',
      sql`${t.grantedPoints} > 0 and ${t.leftPoints} between 0 and ${t.grantedPoints}
        and (${t.leftPoints} = 0 or ${t.state} in ('pending', 'active'))`,
    ),
    check(
      'point_lots_times',
      sql`${t.activatesAt} >= ${t.grantedAt} and (${t.expiresAt} is null or ${t.expiresAt} > ${t.activatesAt})`,
    ),
    foreignKey({
      name: 'point_lots_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type PointLot = typeof pointLots.$inferSelect;

/** What happened to the points of one lot. Insert-only. */
export const pointMovements = pgTable(
  'point_movements',
  {
    shopId: shopId(),
    customerId: id('customer_id'),
    /** Counts the movements of a member, from 1 without a gap. */
    position: integer('position').notNull(),
    kind: text('kind').$type<MovementKind>().notNull(),
    lotId: id('lot_id'),
    /** What came in is positive, what left negative. */
    points: points('points').notNull(),
    /** What the member had afterwards, pending points with them. */
    balanceAfter: points('balance_after').notNull(),
    /** What it happened with: its transfer in the ledger is `points_<kind>:<operation>`. */
    operationId: uuid('operation_id').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** Shop time. */
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // The statement of a member, newest first.
    primaryKey({ columns: [t.shopId, t.customerId, t.position] }),
    // Without a foreign key to lots: it would be as much work as the row, and no lot is ever deleted.
    check(
      'point_movements_kind',
      sql`${t.kind} in ('granted', 'expired', 'lapsed', 'taken_back', 'withdrawn', 'repaid', 'spent', 'given_back', 'merged_in', 'merged_out')`,
    ),
    check(
      'point_movements_points',
      sql`${t.points} <> 0 and (${t.points} > 0) = (${t.kind} in ('granted', 'given_back', 'merged_in'))`,
    ),
    check('point_movements_balance', sql`${t.balanceAfter} >= 0 and ${t.position} > 0`),
  ],
);

export type PointMovement = typeof pointMovements.$inferSelect;

/** What a member earns with an order: the terms that it was paid under, and how much of it is left. */
export const pointAccruals = pgTable(
  'point_accruals',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    customerId: id('customer_id'),
    programmeVersion: integer('programme_version').notNull(),
    /** By how much the tier and the campaigns of the order multiply, in basis points. */
    tierMultiplierBps: integer('tier_multiplier_bps').notNull(),
    campaignMultiplierBps: integer('campaign_multiplier_bps').notNull(),
    earnedPoints: points('earned_points').notNull(),
    /** Of them, what goods that came back took along. The shop let go of some of it, by its policy. */
    unearnedPoints: points('unearned_points').notNull().default(sql`0`),
    forgivenPoints: points('forgiven_points').notNull().default(sql`0`),
    /** What the goods cost the member as it stands, in minor units: what counts for tiers. */
    keptAmount: amount('kept_amount').notNull(),
    /** When it was paid. Shop time. */
    earnedAt: instant('earned_at').notNull(),
    /** Set: the order has changed in a way that was not followed yet. */
    followDueAt: instant('follow_due_at'),
    version: version(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId] }),
    // What a member earned in a period, for limits and tiers.
    index('point_accruals_customer_idx').on(t.shopId, t.customerId, t.earnedAt),
    index('point_accruals_follow_idx')
      .on(t.shopId, t.followDueAt, t.orderId)
      .where(sql`${t.followDueAt} is not null`),
    check(
      'point_accruals_points',
      sql`${t.earnedPoints} >= 0 and ${t.unearnedPoints} between 0 and ${t.earnedPoints}
        and ${t.forgivenPoints} between 0 and ${t.unearnedPoints} and ${t.keptAmount} >= 0`,
    ),
    check('point_accruals_multipliers', sql`${t.tierMultiplierBps} >= 0 and ${t.campaignMultiplierBps} >= 0`),
    foreignKey({
      name: 'point_accruals_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type PointAccrual = typeof pointAccruals.$inferSelect;

/** The share of a line in what its order earned. It is stored when it is computed. */
export const pointAccrualLines = pgTable(
  'point_accrual_lines',
  {
    shopId: shopId(),
    orderId: id('order_id'),
    lineId: id('line_id'),
    /** What the line has to cost to keep its points, in minor units: what it cost when it earned, until something is paid on top. */
    basisAmount: amount('basis_amount').notNull(),
    /** What is left of that. */
    keptAmount: amount('kept_amount').notNull(),
    earnedPoints: points('earned_points').notNull(),
    unearnedPoints: points('unearned_points').notNull().default(sql`0`),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.orderId, t.lineId] }),
    check(
      'point_accrual_lines_points',
      sql`${t.earnedPoints} >= 0 and ${t.unearnedPoints} between 0 and ${t.earnedPoints}
        and ${t.basisAmount} >= 0 and ${t.keptAmount} between 0 and ${t.basisAmount}`,
    ),
    foreignKey({
      name: 'point_accrual_lines_accrual_fk',
      columns: [t.shopId, t.orderId],
      foreignColumns: [pointAccruals.shopId, pointAccruals.orderId],
    }),
  ],
);

export type PointAccrualLine = typeof pointAccrualLines.$inferSelect;

/** Points that staff wants to give and that a second person has to agree to. */
export const pointGrantRequests = pgTable(
  'point_grant_requests',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    state: text('state').$type<GrantRequestState>().notNull(),
    points: points('points').notNull(),
    /** Null once the customer was erased. */
    note: text('note'),
    /** So many whole days after the grant the points cannot be spent. */
    pendingDays: integer('pending_days').notNull(),
    /** The grant; null while it is not approved. */
    lotId: uuid('lot_id'),
    /** The credential. */
    requestedBy: text('requested_by').notNull(),
    /** Who it was; the system where it lapsed. */
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
    /** When it lapses by itself; null once it has ended. Shop time. */
    dueAt: instant('due_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // The list, newest first.
    primaryKey({ columns: [t.shopId, t.id] }),
    index('point_grant_requests_state_idx').on(t.shopId, t.state, t.id),
    index('point_grant_requests_customer_idx').on(t.shopId, t.customerId, t.id),
    index('point_grant_requests_due_idx').on(t.shopId, t.dueAt, t.id).where(sql`${t.dueAt} is not null`),
    check('point_grant_requests_state', sql`${t.state} in ('requested', 'approved', 'refused', 'lapsed')`),
    check('point_grant_requests_points', sql`${t.points} > 0`),
    check(
      'point_grant_requests_decided',
      sql`(${t.state} = 'requested') = (${t.decidedAt} is null) and (${t.state} = 'requested') = (${t.dueAt} is not null)
        and (${t.state} = 'approved') = (${t.lotId} is not null)
        and (${t.state} <> 'approved' or ${t.requestedBy} <> ${t.decidedBy})`,
    ),
    foreignKey({
      name: 'point_grant_requests_member_fk',
      columns: [t.shopId, t.customerId],
      foreignColumns: [loyaltyMembers.shopId, loyaltyMembers.customerId],
    }),
  ],
);

export type PointGrantRequest = typeof pointGrantRequests.$inferSelect;
