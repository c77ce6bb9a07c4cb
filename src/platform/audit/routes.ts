import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../http/operation.ts';
import { pageQuery } from '../http/pagination.ts';
import { instantText, model, pageOf, ref, text, uuid } from '../http/schema.ts';
import { listAuditEntries } from './audit.ts';

const AuditDetails = model(
  'AuditDetails',
  'What was changed; depends on the action.',
  {},
  { additionalProperties: true },
);
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

/** The audit log. */
export function auditRoutes(app: FastifyInstance): void {
  operation(app, {
    operationId: 'listAuditEntries',
    method: 'GET',
    path: '/v1/audit-entries',
    tag: 'Audit',
    summary: 'List audit entries',
    description:
      'Who made keys, changed settings, moved clocks or erased a customer. Newest first; never changed.',
    access: { secret: 'audit:read' },
    query: Type.Object(pageQuery),
    success: { statuses: [200], schema: AuditEntryPage, description: 'A page of entries.' },
    errors: [],
    example: { query: { limit: 20 } },
    run: (ctx, { query }) => listAuditEntries(ctx, query),
    present: ({ rows, nextCursor }) => ({
      data: rows.map(({ shopId: _shopId, recordedAt, ...row }) => ({
        ...row,
        recordedAt: recordedAt.toISOString(),
      })),
      nextCursor,
    }),
  });
}
