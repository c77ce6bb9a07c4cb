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
import { bytes } from '../../platform/auth/tables.ts';
import { amount, id, instant, shopId, version } from '../../platform/db/columns.ts';
import { shops } from '../../platform/shops/tables.ts';

/** One attempt to take an amount for a subject (an order or a settlement). A new amount is a new attempt. */
export const payments = pgTable(
  'payments',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    /** The order whose price it pays: of the order itself, or of a settlement for it. Null when it pays none. */
    orderId: uuid('order_id'),
    attemptNumber: integer('attempt_number').notNull(),
    provider: text('provider').notNull(),
    state: text('state').$type<'created' | 'processing' | 'succeeded' | 'failed' | 'cancelled'>().notNull(),
    amount: amount('amount').notNull(),
    /** What was given back or is on its way back. */
    refundedAmount: amount('refunded_amount').notNull().default(sql`0`),
    currency: text('currency').notNull(),
    /** The provider's own id of the charge, or what staff wrote on the receipt. */
    reference: text('reference'),
    failureCode: text('failure_code'),
    /** With it, and nothing else, the customer's browser can pay this attempt at the provider. */
    clientSecret: text('client_secret'),
    /** How the provider itself calls the state of an open attempt, such as `requires_action`. */
    providerStatus: text('provider_status'),
    /** When the newest statement was made of those that said when. */
    providerSaidAt: instant('provider_said_at'),
    /** When the provider is asked what became of the attempt; null once that is certain. Shop time. */
    reconcileDueAt: instant('reconcile_due_at'),
    /** How often it was asked. */
    reconciles: integer('reconciles').notNull().default(0),
    /** What the provider needs to know; for the simulator, how to behave. */
    options: jsonb('options').$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    succeededAt: instant('succeeded_at'),
    version: version(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('payments_attempt_key').on(t.shopId, t.subjectType, t.subjectId, t.attemptNumber),
    // The payments of an order, also those of its settlements.
    index('payments_order_idx').on(t.shopId, t.orderId, t.id),
    // The list of payments, newest first.
    index('payments_created_at_idx').on(t.shopId, t.createdAt, t.id),
    // What the sweep looks for; manual payments and certain ones are not in it.
    index('payments_reconcile_due_idx')
      .on(t.shopId, t.reconcileDueAt)
      .where(sql`${t.reconcileDueAt} is not null`),
    check('payments_amount', sql`${t.amount} > 0`),
    check('payments_refunded', sql`${t.refundedAmount} >= 0 and ${t.refundedAmount} <= ${t.amount}`),
    check('payments_refund_needs_success', sql`${t.refundedAmount} = 0 or ${t.state} = 'succeeded'`),
    check('payments_state', sql`${t.state} in ('created', 'processing', 'succeeded', 'failed', 'cancelled')`),
  ],
);

export type Payment = typeof payments.$inferSelect;

export type StatementKind =
  | 'succeeded'
  | 'processing'
  | 'failed'
  | 'refund_pending'
  | 'refund_succeeded'
  | 'refund_failed';

/** What providers said, word for word, each once. Insert-only. */
export const paymentEvents = pgTable(
  'payment_events',
  {
    shopId: shopId(),
    id: id(),
    paymentId: id('payment_id'),
    provider: text('provider').notNull(),
    /** The provider's id of the event: a repetition has the same. */
    providerEventId: text('provider_event_id').notNull(),
    /** About the payment, or about one of its refunds. */
    kind: text('kind').$type<StatementKind>().notNull(),
    refundId: uuid('refund_id'),
    reference: text('reference'),
    failureCode: text('failure_code'),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('payment_events_provider_event_key').on(t.shopId, t.provider, t.providerEventId),
    index('payment_events_payment_idx').on(t.shopId, t.paymentId, t.id),
    foreignKey({ columns: [t.shopId, t.paymentId], foreignColumns: [payments.shopId, payments.id] }),
  ],
);

export type PaymentEvent = typeof paymentEvents.$inferSelect;

/** Money on its way back along the payment that it came by. */
export const refunds = pgTable(
  'refunds',
  {
    shopId: shopId(),
    id: id(),
    paymentId: id('payment_id'),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    /** The order whose price was paid. */
    orderId: uuid('order_id'),
    amount: amount('amount').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason')
      .$type<'surplus' | 'cancellation' | 'settlement' | 'card_ended' | 'deposit_part'>()
      .notNull(),
    state: text('state').$type<'pending' | 'succeeded' | 'failed'>().notNull(),
    reference: text('reference'),
    /** Whoever takes over a failed refund counts one up: what is said of an earlier attempt no longer matters. */
    attempt: integer('attempt').notNull().default(1),
    /** When the provider is asked what became of it; null once it has ended, and for staff's own. Shop time. */
    reconcileDueAt: instant('reconcile_due_at'),
    reconciles: integer('reconciles').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
    version: version(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('refunds_payment_idx').on(t.shopId, t.paymentId),
    index('refunds_order_idx').on(t.shopId, t.orderId, t.id),
    index('refunds_state_idx').on(t.shopId, t.state, t.id),
    index('refunds_subject_idx').on(t.shopId, t.subjectType, t.subjectId, t.id),
    index('refunds_reconcile_due_idx')
      .on(t.shopId, t.reconcileDueAt)
      .where(sql`${t.reconcileDueAt} is not null`),
    check('refunds_amount', sql`${t.amount} > 0`),
    check('refunds_state', sql`${t.state} in ('pending', 'succeeded', 'failed')`),
    foreignKey({ columns: [t.shopId, t.paymentId], foreignColumns: [payments.shopId, payments.id] }),
  ],
);

export type Refund = typeof refunds.$inferSelect;

/** A shop's own account with a provider. Its secrets are sealed and are never shown. */
export const paymentAccounts = pgTable(
  'payment_accounts',
  {
    shopId: shopId().references(() => shops.id),
    provider: text('provider').notNull(),
    secretKey: bytes('secret_key').notNull(),
    webhookSecret: bytes('webhook_secret').notNull(),
    publishableKey: text('publishable_key'),
    /** The ends of the secret key, so that a person can tell keys apart. */
    keyHint: text('key_hint').notNull(),
    /** A disabled account takes no new payments; what is open is finished. */
    isEnabled: boolean('is_enabled').notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.provider] })],
);

export type PaymentAccount = typeof paymentAccounts.$inferSelect;

/** The simulator's own books: it stands for a provider elsewhere, so it commits apart from our transactions. */
export const simulatorCharges = pgTable(
  'simulator_charges',
  {
    shopId: shopId(),
    /** The key that the charge or refund was asked for with: the same key never moves money twice. */
    key: text('key').notNull(),
    movedAmount: amount('moved_amount').notNull(),
    calls: integer('calls').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.key] })],
);
