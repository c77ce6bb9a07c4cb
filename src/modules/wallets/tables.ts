import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId, version } from '../../platform/db/columns.ts';
import { ledgerTransfers } from '../ledger/tables.ts';
import type { MovementKind, MovementReason } from './rules.ts';
import type { CouponPromiseState } from './states.ts';

/**
 * What happened to a customer's stored value, one for each entry of the wallet in the ledger. Insert-only, but for the note,
 * which an erasure removes. The customer has no foreign key: it would lock the customer after the order that is being paid,
 * and a merge locks the order after the customer.
 */
export const walletMovements = pgTable(
  'wallet_movements',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    /** Counts the movements of the wallet, from 1 without a gap: the version of the account after it. */
    position: integer('position').notNull(),
    kind: text('kind').$type<MovementKind>().notNull(),
    /** Minor units. What came into the wallet is positive, what left it negative. */
    amount: amount('amount').notNull(),
    currency: text('currency').notNull(),
    /** Why it was credited; null for everything else. */
    reason: text('reason').$type<MovementReason>(),
    /** What the customer may read about it. */
    note: text('note'),
    balanceAfter: amount('balance_after').notNull(),
    /** The transfer in the ledger whose entry this is. */
    transferId: uuid('transfer_id').notNull(),
    /** What it was for, such as an order; null where it was for nothing but itself. */
    subjectType: text('subject_type'),
    subjectId: uuid('subject_id'),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** Shop time. */
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The list of a wallet, newest first.
    unique('wallet_movements_position_key').on(t.shopId, t.customerId, t.position),
    foreignKey({
      name: 'wallet_movements_transfer_fk',
      columns: [t.shopId, t.transferId],
      foreignColumns: [ledgerTransfers.shopId, ledgerTransfers.id],
    }),
    check(
      'wallet_movements_kind',
      sql`${t.kind} in ('credited', 'spent', 'refunded', 'withdrawn', 'merged_in', 'merged_out')`,
    ),
    check(
      'wallet_movements_amount',
      sql`${t.amount} <> 0 and (${t.kind} in ('credited', 'refunded', 'merged_in')) = (${t.amount} > 0)`,
    ),
    check(
      'wallet_movements_balance',
      sql`${t.balanceAfter} >= 0 and ${t.balanceAfter} >= ${t.amount} and ${t.position} > 0`,
    ),
    check(
      'wallet_movements_reason',
      sql`(${t.kind} = 'credited') = (${t.reason} is not null)
        and ${t.reason} in ('goodwill', 'cash', 'price_difference')`,
    ),
    check('wallet_movements_subject', sql`(${t.subjectType} is null) = (${t.subjectId} is null)`),
  ],
);

export type WalletMovement = typeof walletMovements.$inferSelect;

/**
 * An amount that a customer may have taken off once, as a coupon would. Like movements, it has no foreign key to the customer, which
 * would lock one after the order.
 */
export const couponPromises = pgTable(
  'coupon_promises',
  {
    shopId: shopId(),
    id: id(),
    customerId: id('customer_id'),
    /** What it was promised for, such as a settlement. */
    fromType: text('from_type').notNull(),
    fromId: id('from_id'),
    /** The promise that was used in part, whose rest this is. The amounts of all of them sum to what was promised. */
    restOfId: uuid('rest_of_id'),
    amount: amount('amount').notNull(),
    currency: text('currency').notNull(),
    state: text('state').$type<CouponPromiseState>().notNull(),
    /** Until when it can be used. Shop time. */
    expiresAt: instant('expires_at').notNull(),
    /** The same while it can be used, else null: what the sweep looks for. */
    expireDueAt: instant('expire_due_at'),
    /** What it is held or was used for, and since when. */
    usedForType: text('used_for_type'),
    usedForId: uuid('used_for_id'),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull(),
    version: version(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // One thing is promised for once; rests are of one that was.
    uniqueIndex('coupon_promises_from_key')
      .on(t.shopId, t.fromType, t.fromId)
      .where(sql`${t.restOfId} is null`),
    // Those that are held or used for something.
    index('coupon_promises_used_for_idx').on(t.shopId, t.usedForId).where(sql`${t.usedForId} is not null`),
    index('coupon_promises_state_idx').on(t.shopId, t.state, t.id),
    index('coupon_promises_customer_idx').on(t.shopId, t.customerId, t.id),
    // What the sweep looks for.
    index('coupon_promises_expire_due_idx')
      .on(t.shopId, t.expireDueAt, t.id)
      .where(sql`${t.expireDueAt} is not null`),
    check('coupon_promises_state', sql`${t.state} in ('issued', 'held', 'used', 'expired', 'revoked')`),
    check('coupon_promises_amount', sql`${t.amount} > 0`),
    check(
      'coupon_promises_used',
      sql`(${t.state} in ('held', 'used')) = (${t.usedAt} is not null)
        and (${t.state} in ('held', 'used')) = (${t.usedForType} is not null)
        and (${t.state} in ('held', 'used')) = (${t.usedForId} is not null)`,
    ),
    check('coupon_promises_due', sql`(${t.state} = 'issued') = (${t.expireDueAt} is not null)`),
  ],
);

export type CouponPromise = typeof couponPromises.$inferSelect;
