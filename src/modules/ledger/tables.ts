import { sql } from 'drizzle-orm';
import {
  bigint,
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
import { amount, id, instant, shopId } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';

/** Why money or points changed accounts, once for each business reason. Insert-only. */
export const ledgerTransfers = pgTable(
  'ledger_transfers',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    kind: text('kind').notNull(),
    /** What it stands for, such as `payment_captured:<id>`: the same thing is never posted twice. */
    reference: text('reference').notNull(),
    /** A currency. All entries of a transfer are in it. */
    unit: text('unit').notNull(),
    /** The transfer that this one takes back. */
    reversesId: uuid('reverses_id'),
    /** When it counts, in the shop's time; an import writes of the past. */
    effectiveAt: instant('effective_at').notNull(),
    /** When it was written down, in real time. */
    recordedAt: instant('recorded_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // Not begun by the shop: on a young table it would look as good as the primary key for the check of a foreign key, which
    // then reads all transfers of the shop, for every entry.
    unique('ledger_transfers_reference_key').on(t.reference, t.shopId),
    uniqueIndex('ledger_transfers_reverses_key')
      .on(t.shopId, t.reversesId)
      .where(sql`${t.reversesId} is not null`),
    foreignKey({
      name: 'ledger_transfers_reverses_fk',
      columns: [t.shopId, t.reversesId],
      foreignColumns: [t.shopId, t.id],
    }),
  ],
);

export type LedgerTransfer = typeof ledgerTransfers.$inferSelect;

/** One side of a transfer. Debits are positive, credits negative; those of a transfer sum to zero. Insert-only. */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    shopId: shopId(),
    transferId: id('transfer_id'),
    position: integer('position').notNull(),
    account: text('account').notNull(),
    ownerId: uuid('owner_id'),
    amount: amount('amount').notNull(),
    /** For an account with a floor: its balance after this entry, and the how manieth entry it is, from 1 without a gap. */
    balanceAfter: amount('balance_after'),
    accountVersion: integer('account_version'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.transferId, t.position] }),
    // The entries of an account, in order.
    index('ledger_entries_account_idx').on(t.shopId, t.account, t.ownerId, t.transferId),
    uniqueIndex('ledger_entries_version_key')
      .on(t.shopId, t.account, t.ownerId, t.accountVersion)
      .where(sql`${t.accountVersion} is not null`),
    check('ledger_entries_amount', sql`${t.amount} <> 0`),
    check('ledger_entries_versioned', sql`(${t.accountVersion} is null) = (${t.balanceAfter} is null)`),
    foreignKey({
      name: 'ledger_entries_transfer_fk',
      columns: [t.shopId, t.transferId],
      foreignColumns: [ledgerTransfers.shopId, ledgerTransfers.id],
    }),
  ],
);

export type LedgerEntry = typeof ledgerEntries.$inferSelect;

/** An account with a floor. All others are summed from their entries, so that no row is waited for. */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    shopId: shopId().references(() => shops.id),
    account: text('account').notNull(),
    ownerId: id('owner_id'),
    unit: text('unit').notNull(),
    /** What the shop owes: the credits less the debits. */
    balance: amount('balance').notNull(),
    /** The part of it that is promised to holds. */
    held: amount('held').notNull(),
    floor: amount('floor').notNull(),
    /** How many entries it has. */
    version: integer('version').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.account, t.ownerId] }),
    check('ledger_accounts_floor', sql`${t.balance} - ${t.held} >= ${t.floor}`),
    check('ledger_accounts_held', sql`${t.held} >= 0`),
  ],
);

export type LedgerAccount = typeof ledgerAccounts.$inferSelect;

/** A part of a balance that is promised. It is captured, released or expired, once. */
export const ledgerHolds = pgTable(
  'ledger_holds',
  {
    shopId: shopId(),
    id: id(),
    account: text('account').notNull(),
    ownerId: id('owner_id'),
    amount: amount('amount').notNull(),
    reference: text('reference').notNull(),
    state: text('state').$type<'active' | 'captured' | 'released' | 'expired'>().notNull(),
    /** What was taken of it; the rest is free again. */
    capturedAmount: amount('captured_amount').notNull(),
    createdAt: instant('created_at').notNull(),
    /** When it expires by itself; null once it has ended. Shop time. */
    expireDueAt: instant('expire_due_at'),
    endedAt: instant('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('ledger_holds_reference_key').on(t.shopId, t.reference),
    // What the sweep looks for.
    index('ledger_holds_expire_due_idx')
      .on(t.shopId, t.expireDueAt, t.id)
      .where(sql`${t.expireDueAt} is not null`),
    index('ledger_holds_account_idx').on(t.shopId, t.account, t.ownerId, t.id),
    check('ledger_holds_amount', sql`${t.amount} > 0 and ${t.capturedAmount} between 0 and ${t.amount}`),
    check('ledger_holds_state', sql`${t.state} in ('active', 'captured', 'released', 'expired')`),
    check(
      'ledger_holds_ended',
      sql`(${t.state} = 'active') = (${t.endedAt} is null) and (${t.state} = 'active') = (${t.expireDueAt} is not null)`,
    ),
    foreignKey({
      name: 'ledger_holds_account_fk',
      columns: [t.shopId, t.account, t.ownerId],
      foreignColumns: [ledgerAccounts.shopId, ledgerAccounts.account, ledgerAccounts.ownerId],
    }),
  ],
);

export type LedgerHold = typeof ledgerHolds.$inferSelect;

/** What the entries of an account of the whole shop sum to, without those that still stand in the tail. */
export const ledgerSnapshots = pgTable(
  'ledger_snapshots',
  {
    shopId: shopId().references(() => shops.id),
    account: text('account').notNull(),
    unit: text('unit').notNull(),
    /** Debits less credits. */
    balance: amount('balance').notNull(),
    /** How many entries are in it. */
    entryCount: bigint('entry_count', { mode: 'bigint' }).notNull(),
    /** Real time. */
    takenAt: instant('taken_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.account, t.unit] }),
    check('ledger_snapshots_entry_count', sql`${t.entryCount} > 0`),
  ],
);

/**
 * The entries of accounts of the whole shop that are in no snapshot yet. A trigger writes them with the entry; a snapshot takes them
 * out. No foreign keys: they are written with every order, by nobody but the trigger.
 */
export const ledgerTail = pgTable(
  'ledger_tail',
  {
    shopId: shopId(),
    transferId: id('transfer_id'),
    position: integer('position').notNull(),
    account: text('account').notNull(),
    unit: text('unit').notNull(),
    amount: amount('amount').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.transferId, t.position] })],
);
