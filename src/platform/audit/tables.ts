import { jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { id, instant, shopId } from '../db/columns.ts';

/** Who did what that needs a trace beyond the resource itself: keys, settings, clocks, erasures. Insert-only. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    shopId: shopId(),
    id: id(),
    action: text('action').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    requestId: text('request_id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
  },
  // Listed newest first along the primary key: ids rise with time.
  (t) => [primaryKey({ columns: [t.shopId, t.id] })],
);

export type AuditEntryRow = typeof auditEntries.$inferSelect;
