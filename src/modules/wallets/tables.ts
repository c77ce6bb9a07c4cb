import { sql } from 'drizzle-orm';
import { check, foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId } from '../../platform/db/columns.ts';
import { ledgerTransfers } from '../ledger/tables.ts';
import type { MovementKind, MovementReason } from './rules.ts';

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
        and ${t.reason} in ('goodwill', 'cash', 'price_difference', 'reward')`,
    ),
    check('wallet_movements_subject', sql`(${t.subjectType} is null) = (${t.subjectId} is null)`),
  ],
);

export type WalletMovement = typeof walletMovements.$inferSelect;
