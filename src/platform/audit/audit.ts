import type { Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../ids.ts';
import { auditEntries } from './tables.ts';

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
