import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { getParticipant, lockParticipant } from '../participants/repository.ts';
import { getActivity } from '../repository.ts';
import { referralErrors } from './errors.ts';
import { getReferral, listReferralRows, lockReferral, type ReferralQuery } from './repository.ts';
import { cancelLocked } from './settle.ts';
import type { Referral } from './tables.ts';

/**
 * Takes a friend out, such as one who is the same person under another name: they count no more, and what was reached with them is taken
 * back as far as it can be. Refusals: not_found, referral_cancelled.
 */
export function cancelReferral(ctx: Ctx, id: string, cancelReason: string): Promise<Referral> {
  return inTransaction(ctx, async (tx) => {
    const { activityId, participantId } = await getReferral(tx, ctx.shop.id, id);
    const whole = await getActivity(tx, ctx.shop.id, activityId);
    const participant = await lockParticipant(tx, ctx.shop.id, participantId);
    const referral = await lockReferral(tx, ctx.shop.id, id);
    if (referral.state === 'cancelled') throw referralErrors.referral_cancelled();
    const cancelled = await cancelLocked(tx, ctx, whole, participant, referral, { cancelReason });
    await recordAudit(tx, ctx, {
      action: 'cancelReferral',
      subjectType: 'referral',
      subjectId: id,
      details: { reason: cancelReason, participantId },
    });
    return cancelled;
  });
}

/** Friends, newest first. */
export const listReferrals = ({ db, shop }: Ctx, query: ReferralQuery): Promise<Page<Referral>> =>
  listReferralRows(db, shop.id, query);

/** The friends of a participant, newest first; a customer reads their own. Refusal: not_found. */
export async function listFriends(
  { db, shop, customerId }: Ctx,
  participantId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Referral>> {
  await getParticipant(db, shop.id, participantId, customerId);
  return listReferralRows(db, shop.id, { ...page, participantId });
}
