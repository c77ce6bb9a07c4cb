import { sql } from 'drizzle-orm';
import {
  bigint,
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
} from 'drizzle-orm/pg-core';
import { bytes } from '../../../platform/auth/tables.ts';
import { id, instant, shopId, version } from '../../../platform/db/columns.ts';
import type { RuleInput } from '../rule-schemas.ts';
import { activities, participants } from '../tables.ts';
import type { DrawChangeState } from './states.ts';

/** The secret of a draw. Whoever draws a ticket locks it: numbers have no gaps, and prizes go in their order. */
export const draws = pgTable(
  'draws',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    /** 32 random bytes, sealed. */
    sealedSeed: bytes('sealed_seed').notNull(),
    /** The SHA-256 of the seed, in hex: published from the beginning. */
    commitment: text('commitment').notNull(),
    /** The seed in hex, once the draw is over. */
    seed: text('seed'),
    /** The number of the last ticket. */
    tickets: integer('tickets').notNull(),
    revealedAt: instant('revealed_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId] }),
    check('draws_tickets', sql`${t.tickets} >= 0`),
    check('draws_revealed', sql`(${t.seed} is null) = (${t.revealedAt} is null)`),
    foreignKey({
      name: 'draws_activity_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [activities.shopId, activities.id],
    }),
  ],
);
export type Draw = typeof draws.$inferSelect;

/** What a draw published, as the text that was hashed. Tickets are drawn by it. Never changed. */
export const drawTexts = pgTable(
  'draw_texts',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    /** The version of the activity. */
    number: integer('number').notNull(),
    text: text('text').notNull(),
    /** The SHA-256 of the text, in hex. */
    hash: text('hash').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.number] }),
    foreignKey({
      name: 'draw_texts_draw_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [draws.shopId, draws.activityId],
    }),
  ],
);
export type DrawText = typeof drawTexts.$inferSelect;

/** How many of a prize are gone. */
export const drawPrizes = pgTable(
  'draw_prizes',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    key: text('key').notNull(),
    /** How many there are; null: as many as are drawn. */
    stock: integer('stock'),
    given: integer('given').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.key] }),
    check('draw_prizes_given', sql`${t.given} >= 0 and (${t.stock} is null or ${t.given} <= ${t.stock})`),
    foreignKey({
      name: 'draw_prizes_draw_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [draws.shopId, draws.activityId],
    }),
  ],
);

/** A chance that was used. Never changed, but for whose it is. */
export const drawTickets = pgTable(
  'draw_tickets',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    /** 1, 2, 3 … without gaps. */
    number: integer('number').notNull(),
    participantId: id('participant_id'),
    customerId: id('customer_id'),
    /** What the customer chose, so that nobody could know the result before. */
    nonce: text('nonce').notNull(),
    ruleVersion: integer('rule_version').notNull(),
    /** What it fell on, of the sum of the weights. */
    roll: bigint('roll', { mode: 'bigint' }).notNull(),
    /** What it fell on, and what was had: the fallback of a prize that was gone. */
    drawnKey: text('drawn_key').notNull(),
    prizeKey: text('prize_key').notNull(),
    /** How many rewards it brought. */
    rewardCount: integer('reward_count').notNull(),
    /** Staff, or somebody who tests. */
    isInsider: boolean('is_insider').notNull(),
    drawnAt: instant('drawn_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId, t.number] }),
    unique('draw_tickets_nonce_key').on(t.shopId, t.participantId, t.nonce),
    // What somebody drew, the newest first.
    index('draw_tickets_customer_idx').on(t.shopId, t.customerId, t.activityId, t.number),
    // How many of a prize went before a ticket.
    index('draw_tickets_prize_idx').on(t.shopId, t.activityId, t.prizeKey, t.number),
    check('draw_tickets_number', sql`${t.number} > 0 and ${t.roll} >= 0 and ${t.rewardCount} >= 0`),
    foreignKey({
      name: 'draw_tickets_text_fk',
      columns: [t.shopId, t.activityId, t.ruleVersion],
      foreignColumns: [drawTexts.shopId, drawTexts.activityId, drawTexts.number],
    }),
    foreignKey({
      name: 'draw_tickets_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);
export type DrawTicket = typeof drawTickets.$inferSelect;

/** A change in favour of customers of a draw that has begun: a second person has to agree to it. */
export const drawChanges = pgTable(
  'draw_changes',
  {
    shopId: shopId(),
    id: id(),
    activityId: id('activity_id'),
    state: text('state').$type<DrawChangeState>().notNull(),
    /** What the activity is to say instead. */
    change: jsonb('change').$type<RuleInput>().notNull(),
    reason: text('reason').notNull(),
    /** The version of the activity that came of it. */
    ruleVersion: integer('rule_version'),
    requestedBy: text('requested_by').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('draw_changes_activity_idx').on(t.shopId, t.activityId, t.id),
    check('draw_changes_state', sql`${t.state} in ('requested', 'approved', 'refused')`),
    check('draw_changes_decided', sql`(${t.state} = 'requested') = (${t.decidedAt} is null)`),
    check('draw_changes_second', sql`${t.state} <> 'approved' or ${t.decidedBy} <> ${t.requestedBy}`),
    foreignKey({
      name: 'draw_changes_draw_fk',
      columns: [t.shopId, t.activityId],
      foreignColumns: [draws.shopId, draws.activityId],
    }),
  ],
);
export type DrawChange = typeof drawChanges.$inferSelect;
