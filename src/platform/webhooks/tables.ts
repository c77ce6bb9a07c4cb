import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { bytes } from '../auth/tables.ts';
import { outbox } from '../events/tables.ts';
import { id, instant, metadata, shopId, version } from '../db/columns.ts';

/** Where a shop's events are sent. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    shopId: shopId(),
    id: id(),
    url: text('url').notNull(),
    description: text('description'),
    /** Empty for events of every type. */
    types: text('types').array().notNull(),
    state: text('state').$type<'enabled' | 'disabled'>().notNull(),
    disabledReason: text('disabled_reason').$type<'staff' | 'gone' | 'failing'>(),
    disabledAt: instant('disabled_at'),
    /** Since then nothing but failures; real time. */
    failingSince: instant('failing_since'),
    /** Sealed, see `sealing.ts`. */
    secret: bytes('secret').notNull(),
    /** The one before, which counts until it expires; both sign. */
    previousSecret: bytes('previous_secret'),
    previousSecretExpiresAt: instant('previous_secret_expires_at'),
    /** The end of the feed when it was enabled: it gets what comes after. */
    startPosition: bigint('start_position', { mode: 'bigint' }).notNull(),
    metadata: metadata(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    check('webhook_endpoints_state', sql`${t.state} in ('enabled', 'disabled')`),
    check(
      'webhook_endpoints_disabled_reason',
      sql`(${t.state} = 'disabled') = (${t.disabledReason} is not null)
        and (${t.disabledReason} is null) = (${t.disabledAt} is null)
        and ${t.disabledReason} in ('staff', 'gone', 'failing')`,
    ),
    check(
      'webhook_endpoints_previous_secret',
      sql`(${t.previousSecret} is null) = (${t.previousSecretExpiresAt} is null)`,
    ),
  ],
);

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect;

/**
 * An event on its way to an endpoint. Its body is made of the outbox row, so nothing is kept twice. It outlives its endpoint:
 * what was sent can still be read after the endpoint was deleted.
 */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    shopId: shopId(),
    id: id(),
    endpointId: id('endpoint_id'),
    eventId: id('event_id'),
    eventType: text('event_type').notNull(),
    /** 0 for the event as it happened, then one more for each replay. */
    replayNumber: integer('replay_number').notNull(),
    /** Deliveries of one lane are sent one after the other. */
    lane: smallint('lane').notNull(),
    state: text('state').$type<'pending' | 'succeeded' | 'failed' | 'cancelled'>().notNull(),
    attemptCount: integer('attempt_count').notNull(),
    /** Attempts since it was last set on its way: the place in the plan of delays. */
    step: integer('step').notNull(),
    /** Real time; only while it is pending. */
    nextAttemptAt: instant('next_attempt_at'),
    finishedAt: instant('finished_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    foreignKey({
      name: 'webhook_deliveries_event_fkey',
      columns: [t.shopId, t.eventId],
      foreignColumns: [outbox.shopId, outbox.id],
    }),
    // However often events are handed out, each is sent once.
    unique('webhook_deliveries_event_key').on(t.shopId, t.endpointId, t.eventId, t.replayNumber),
    // The next of a lane, and what an endpoint that is disabled still has.
    index('webhook_deliveries_due_idx')
      .on(t.shopId, t.endpointId, t.lane, t.nextAttemptAt, t.id)
      .where(sql`${t.nextAttemptAt} is not null`),
    // Lists, newest first.
    index('webhook_deliveries_endpoint_idx').on(t.shopId, t.endpointId, t.id),
    index('webhook_deliveries_state_idx').on(t.shopId, t.state, t.id),
    // Found by the purge.
    index('webhook_deliveries_finished_idx').on(t.finishedAt).where(sql`${t.finishedAt} is not null`),
    check('webhook_deliveries_state', sql`${t.state} in ('pending', 'succeeded', 'failed', 'cancelled')`),
    check(
      'webhook_deliveries_times',
      sql`(${t.state} = 'pending') = (${t.nextAttemptAt} is not null)
        and (${t.state} = 'pending') = (${t.finishedAt} is null)`,
    ),
  ],
);

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect;

/** The log: what an endpoint answered, or why it did not. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    shopId: shopId(),
    deliveryId: id('delivery_id'),
    number: integer('number').notNull(),
    startedAt: instant('started_at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    statusCode: integer('status_code'),
    errorCode: text('error_code'),
    /** The beginning of the answer. */
    excerpt: text('excerpt'),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.deliveryId, t.number] }),
    foreignKey({
      name: 'webhook_attempts_delivery_fkey',
      columns: [t.shopId, t.deliveryId],
      foreignColumns: [webhookDeliveries.shopId, webhookDeliveries.id],
    }).onDelete('cascade'),
  ],
);

export type WebhookAttemptRow = typeof webhookAttempts.$inferSelect;
