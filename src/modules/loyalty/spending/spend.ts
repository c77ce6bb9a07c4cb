import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { POINTS, pointsOf, spentPoints } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { loyaltyErrors } from '../errors.ts';
import { pointEvents } from '../events.ts';
import { expiresAtOf } from '../expiry-rules.ts';
import { decideSpend, nextDueOf } from '../lot-rules.ts';
import {
  extendLots,
  findNextDue,
  insertPointMovements,
  listOpenLots,
  takeFromLots,
} from '../lot-repository.ts';
import { updateMember } from '../member-repository.ts';
import { movementsOf } from '../movements.ts';
import { policyOf } from '../programme-rules.ts';
import type { LoyaltyMember, LoyaltyProgramme } from '../tables.ts';
import { insertSpending } from './repository.ts';

/**
 * Building block: a member who is locked and brought to now spends points, from their lots in the order of spending, one movement for each.
 * Returns the spending, of which points can come back, and the member. Refusal: insufficient_points.
 */
export async function spendPoints(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  points: bigint,
): Promise<{ readonly spendingId: string; readonly member: LoyaltyMember }> {
  const { customerId } = member;
  const lots = await listOpenLots(tx, ctx.shop.id, customerId);
  const { parts, missing } = decideSpend(lots, points);
  if (missing > 0n)
    throw loyaltyErrors.insufficient_points(undefined, {
      extra: { availablePoints: Number(member.activePoints) },
    });
  const spendingId = newId();
  await takeFromLots(tx, ctx.shop.id, parts);
  const moved = parts.map(({ lotId, quantity }) => ({ id: lotId, points: -quantity }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'spent', operationId: spendingId }, moved));
  const isExtended = await extendByActivity(tx, ctx, programme, customerId);
  const spending = { shopId: ctx.shop.id, id: spendingId, customerId, points, givenBackPoints: 0n };
  await insertSpending(
    tx,
    { ...spending, version: 1, createdAt: ctx.now },
    parts.map(({ lotId, quantity }, at) => ({
      shopId: ctx.shop.id,
      spendingId,
      position: at + 1,
      lotId,
      points: quantity,
    })),
  );
  const after = await updateMember(tx, member, {
    activePoints: member.activePoints - points,
    movementCount: member.movementCount + moved.length,
    dueAt: isExtended ? await findNextDue(tx, ctx.shop.id, customerId) : nextDueOf(lots, parts),
    updatedAt: ctx.now,
  });
  await post(tx, ctx, {
    kind: 'points_spent',
    subject: spendingId,
    unit: POINTS,
    legs: [debit(pointsOf(customerId), points), credit(spentPoints(), points)],
  });
  const told = { points: Number(points), ...balancesOf(after) };
  await appendEvents(tx, ctx, [eventRow(ctx, pointEvents.spent, customerId, told)]);
  return { spendingId, member: after };
}

// With every sign of life everything that is left lasts as long as what would be given now.
async function extendByActivity(
  tx: Tx,
  ctx: Ctx,
  { rule }: LoyaltyProgramme,
  customerId: string,
): Promise<boolean> {
  const until = expiresAtOf(policyOf(rule.expiry), ctx.shop.timezone, ctx.now);
  if (rule.expiry.kind !== 'inactivity' || !until) return false;
  await extendLots(tx, ctx.shop.id, customerId, until);
  return true;
}

/** What a member has, as events tell it. */
export const balancesOf = ({ activePoints, pendingPoints }: LoyaltyMember) => ({
  activePoints: Number(activePoints),
  pendingPoints: Number(pendingPoints),
});
