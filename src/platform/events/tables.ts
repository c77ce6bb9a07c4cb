import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../db/columns.ts';

/** Events, written in the transaction that caused them. The sequencer numbers them once they are committed. */
export const outbox = pgTable(
  'outbox',
  {
    shopId: shopId(),
    id: id(),
    /** The place in the shop's change feed: given after commit, gapless, never changed. */
    position: bigint('position', { mode: 'bigint' }),
    type: text('type').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** The shop's time. */
    occurredAt: instant('occurred_at').notNull(),
    /** The database's time: what happened after another thing was committed has a later one. */
    recordedAt: instant('recorded_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The change feed and the subscribers read along it.
    uniqueIndex('outbox_position_key').on(t.shopId, t.position).where(sql`${t.position} is not null`),
    // The sequencer finds what waits for a number.
    index('outbox_waiting_idx').on(t.recordedAt, t.id).where(sql`${t.position} is null`),
    // Replays look for a span of time. Rows lie in the order in which they were written, so that a range of pages says when:
    // an index of a few pages, which costs a write next to nothing.
    index('outbox_recorded_idx').using('brin', t.recordedAt),
  ],
);

export type OutboxRow = typeof outbox.$inferSelect;

/** The last position given in each shop. Only the sequencer writes it, under one lock. */
export const feedHeads = pgTable('feed_heads', {
  shopId: uuid('shop_id').primaryKey(),
  position: bigint('position', { mode: 'bigint' }).notNull(),
});

/** How far each subscriber has come in each shop's feed. */
export const subscriberCursors = pgTable(
  'subscriber_cursors',
  {
    shopId: shopId(),
    subscriber: text('subscriber').notNull(),
    position: bigint('position', { mode: 'bigint' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.subscriber] })],
);

/** Events that a subscriber could not take: tried again, in the end parked so that the rest goes on. */
export const subscriberFailures = pgTable(
  'subscriber_failures',
  {
    shopId: shopId(),
    subscriber: text('subscriber').notNull(),
    eventId: id('event_id'),
    attempts: integer('attempts').notNull(),
    lastError: text('last_error').notNull(),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    parkedAt: instant('parked_at'),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.subscriber, t.eventId] })],
);
