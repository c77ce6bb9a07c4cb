import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { recountSource } from '../participants/count.ts';
import { getParticipant, listCountsOf, lockParticipant } from '../participants/repository.ts';
import { holdActivity } from '../repository.ts';
import { helpErrors } from './errors.ts';
import { helpEvent, helpEvents } from './events.ts';
import { getHelp, listHelpRows, lockHelp, voidRow } from './repository.ts';
import type { Help } from './tables.ts';

/**
 * Takes a like out of a collection, such as one of many by one person: it does not count any more, and this helper does not help it again.
 * What was reached with it is taken back as far as it can be. Refusals: not_found, help_voided.
 */
export function voidHelp(ctx: Ctx, id: string, reason: string): Promise<Help> {
  return inTransaction(ctx, async (tx) => {
    const { activityId, participantId } = await getHelp(tx, ctx.shop.id, id);
    const whole = await holdActivity(tx, ctx.shop.id, activityId);
    const owner = await lockParticipant(tx, ctx.shop.id, participantId);
    const help = await lockHelp(tx, ctx.shop.id, id);
    if (help.voidedAt) throw helpErrors.help_voided();
    const voided = await voidRow(tx, help, reason, ctx.now);
    const counts = await listCountsOf(tx, ctx.shop.id, { sourceType: 'help', sourceId: id });
    for (const count of counts) await recountSource(tx, ctx, whole, owner, count, { units: 0, amount: 0n });
    await appendEvents(tx, ctx, [helpEvent(ctx, helpEvents.voided, voided)]);
    await recordAudit(tx, ctx, {
      action: 'voidHelp',
      subjectType: 'help',
      subjectId: id,
      details: { reason, participantId },
    });
    return voided;
  });
}

/** The likes of a collection, newest first. Refusal: not_found. */
export async function listHelps(
  { db, shop }: Ctx,
  participantId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Help>> {
  await getParticipant(db, shop.id, participantId);
  return listHelpRows(db, shop.id, participantId, page);
}
