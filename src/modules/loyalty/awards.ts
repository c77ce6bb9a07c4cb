import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { customersErrors } from '../customers/errors.ts';
import { holdKnownCustomer } from '../customers/standing.ts';
import { loyaltyErrors } from './errors.ts';
import { afterWholeDays } from './expiry-rules.ts';
import { grantPoints } from './grant.ts';
import type { AwardReason } from './kinds.ts';
import { findLotBySource } from './lot-repository.ts';
import { holdMember } from './members.ts';
import { requireProgramme } from './programme.ts';
import type { ProgrammeRule } from './programme-schemas.ts';
import type { PointLot } from './tables.ts';

const POINTS_FOR: Readonly<Record<AwardReason, (rule: ProgrammeRule) => number>> = {
  review: ({ reviewPoints }) => reviewPoints,
  referral: ({ referralPoints }) => referralPoints,
};

/** What somebody else bought may still come back: points for it wait as long as those of an order. */
const activationOf = ({ shop, now }: Ctx, reason: AwardReason, { pendingDays }: ProgrammeRule): Date =>
  reason === 'referral' && pendingDays > 0 ? afterWholeDays(shop.timezone, now, pendingDays) : now;

/** What points are given for, and what tells it from others of its kind. */
export interface AwardInput {
  readonly reason: AwardReason;
  readonly sourceKey: string;
}

/**
 * Gives a member what the programme offers for something they did. The same source gives once: again it is the same lot. Refusals:
 * not_found, customer_merged, customer_erased, loyalty_programme_missing, member_left, points_not_offered, points_source_taken
 * (somebody else has them).
 */
export function awardPoints(
  ctx: Ctx,
  customerId: string,
  { reason: source, sourceKey }: AwardInput,
): Promise<{ readonly lot: PointLot; readonly isNew: boolean }> {
  return inTransaction(ctx, async (tx) => {
    const { isErased } = await holdKnownCustomer(tx, ctx.shop.id, customerId);
    if (isErased) throw customersErrors.customer_erased();
    const programme = await requireProgramme(tx, ctx.shop.id);
    const member = await holdMember(tx, ctx, customerId);
    const given = await findLotBySource(tx, ctx.shop.id, source, sourceKey);
    if (given && given.customerId !== customerId) throw loyaltyErrors.points_source_taken();
    if (given) return { lot: given, isNew: false };
    const points = BigInt(POINTS_FOR[source](programme.rule));
    if (points === 0n) throw loyaltyErrors.points_not_offered();
    const activatesAt = activationOf(ctx, source, programme.rule);
    const grant = { points, source, sourceKey, activatesAt };
    const { lot } = await grantPoints(tx, ctx, member, programme, grant);
    return { lot, isNew: true };
  });
}
