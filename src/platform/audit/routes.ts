import { Type } from '@sinclair/typebox';
import { and, desc, eq } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import type { Ctx } from '../context.ts';
import { operation } from '../http/operation.ts';
import { afterKey, type Page, pageQuery, readCursor, toPage } from '../http/pagination.ts';
import { instantText, model, pageOf, ref, text, uuid } from '../http/schema.ts';
import { type AuditEntryRow, auditEntries } from './tables.ts';

const AuditDetails = model('AuditDetails', 'What was changed; depends on the action.', {}, { additionalProperties: true });
const AuditEntry = model('AuditEntry', 'Who did what.', {
  id: uuid('The entry.'),
  action: text('The operation.', 100),
  actorKind: text('api_key, customer or system.', 40),
  actorId: text('The key, the customer or the name of the system part.', 100),
  subjectType: text('What it was done to.', 60),
  subjectId: uuid('Which one.'),
  details: ref(AuditDetails),
  requestId: text('The request that did it.', 100),
  recordedAt: instantText('When; real time.'),
});
const AuditEntryPage = pageOf('AuditEntryPage', AuditEntry);

/** Audit entries, newest first. */
export async function listAuditEntries(ctx: Ctx, query: { limit: number; cursor?: string }): Promise<Page<AuditEntryRow>> {
  const rows = await ctx.db
    .select()
    .from(auditEntries)
    .where(and(eq(auditEntries.shopId, ctx.shop.id), afterKey([auditEntries.id], readCursor('audit', query), 'desc')))
    .orderBy(desc(auditEntries.id))
    .limit(query.limit + 1);
  return toPage('audit', query, rows, (row) => [row.id]);
}

/** The audit log. */
export function auditRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listAuditEntries',
    method: 'GET',
    path: '/v1/audit-entries',
    tag: 'Audit',
    summary: 'List audit entries',
    description: 'Who made keys, changed settings, moved clocks or erased a customer. Newest first; never changed.',
    access: { secret: 'audit:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: AuditEntryPage, description: 'A page of entries.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listAuditEntries(ctx, query),
    present: ({ rows, nextCursor }) => ({
      data: rows.map(({ shopId: _shopId, recordedAt, ...row }) => ({ ...row, recordedAt: recordedAt.toISOString() })),
      nextCursor,
    }),
  });
}
