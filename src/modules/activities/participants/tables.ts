import { foreignKey, pgTable, primaryKey, text, index } from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../../../platform/db/columns.ts';
import { participants } from '../tables.ts';

/** By what participants are told apart: keyed hashes, never what they were made of. Forgotten some time after the activity. */
export const participantIdentifiers = pgTable(
  'participant_identifiers',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    fingerprint: text('fingerprint').notNull(),
    participantId: id('participant_id'),
  },
  (t) => [
    primaryKey({
      name: 'participant_identifiers_pk',
      columns: [t.shopId, t.activityId, t.fingerprint, t.participantId],
    }),
    index('participant_identifiers_participant_idx').on(t.shopId, t.participantId),
    foreignKey({
      name: 'participant_identifiers_participant_fk',
      columns: [t.shopId, t.participantId],
      foreignColumns: [participants.shopId, participants.id],
    }),
  ],
);

/** Activities that are over, of which identifiers are still kept. */
export const identifierForgets = pgTable(
  'identifier_forgets',
  {
    shopId: shopId(),
    activityId: id('activity_id'),
    dueAt: instant('due_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.activityId] }),
    index('identifier_forgets_due_idx').on(t.shopId, t.dueAt),
  ],
);
