import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { SatisfactionAnswer } from './satisfaction-rules.ts';
import { type Settlement, settlements } from './tables.ts';

const BATCH = 200;

/** Takes a batch of settlements whose question is due and marks them as asked. By settlements_satisfaction_due_idx. */
export async function askDue(tx: Tx, ctx: Ctx): Promise<Settlement[]> {
  // Two sweeps at once: each row is taken by one of them, and the other passes it.
  const due = await tx
    .select({ id: settlements.id })
    .from(settlements)
    .where(and(eq(settlements.shopId, ctx.shop.id), lte(settlements.satisfactionDueAt, ctx.now)))
    .orderBy(settlements.satisfactionDueAt, settlements.id)
    .limit(BATCH)
    .for('no key update', { skipLocked: true });
  if (due.length === 0) return [];
  const asked = await tx
    .update(settlements)
    .set({
      satisfactionDueAt: null,
      satisfactionAskedAt: ctx.now,
      version: sql`${settlements.version} + 1`,
      updatedAt: ctx.now,
    })
    .where(
      and(
        eq(settlements.shopId, ctx.shop.id),
        inArray(
          settlements.id,
          due.map((row) => row.id),
        ),
      ),
    )
    .returning();
  return asked.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Writes the answer of a locked settlement that has none. */
export async function writeAnswer(
  tx: Tx,
  ctx: Ctx,
  settlement: Settlement,
  { isSatisfied, comment }: SatisfactionAnswer,
): Promise<Settlement> {
  const [answered] = await tx
    .update(settlements)
    .set({
      isSatisfied,
      satisfactionComment: comment ?? null,
      satisfactionAnsweredAt: ctx.now,
      satisfactionActorKind: ctx.actor.kind,
      satisfactionActorId: ctx.actor.id,
      satisfactionDueAt: null,
      version: settlement.version + 1,
      updatedAt: ctx.now,
    })
    .where(
      and(
        eq(settlements.shopId, settlement.shopId),
        eq(settlements.id, settlement.id),
        eq(settlements.version, settlement.version),
      ),
    )
    .returning();
  if (!answered) throw platformErrors.version_conflict();
  return answered;
}
