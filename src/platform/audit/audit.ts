import { and, desc, eq } from 'drizzle-orm';
import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { afterKey, type Page, readCursor, toPage } from '../http/pagination.ts';
import { newId } from '../ids.ts';
import { type AuditEntryRow, auditEntries } from './tables.ts';

interface AuditInput {
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly details?: Record<string, unknown>;
}

/** Writes down who did what, in the transaction that does it. Details must hold no personal data and no secret. */
export async function recordAudit(tx: Tx, ctx: Ctx, entry: AuditInput): Promise<void> {
  await tx.insert(auditEntries).values({
    shopId: ctx.shop.id,
    id: newId(),
    action: entry.action,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    subjectType: entry.subjectType,
    subjectId: entry.subjectId,
    details: entry.details ?? {},
    requestId: ctx.requestId,
    recordedAt: ctx.realNow,
  });
}

/** Audit entries, newest first. */
export async function listAuditEntries(
  ctx: Ctx,
  query: { limit: number; cursor?: string },
): Promise<Page<AuditEntryRow>> {
  const rows = await ctx.db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.shopId, ctx.shop.id),
        afterKey([auditEntries.id], readCursor('audit', query), 'desc'),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(query.limit + 1);
  return toPage('audit', query, rows, (row) => [row.id]);
}
