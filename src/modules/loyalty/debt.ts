import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { minOf, sumOf } from '../../platform/money.ts';
import { endedPoints, POINTS, pointsDebtOf, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { findNextDue, insertPointMovements, listOpenLots, takeFromLots } from './lot-repository.ts';
import { decideSpend } from './lot-rules.ts';
import { updateMember } from './member-repository.ts';
import { movementsOf } from './movements.ts';
import type { LoyaltyMember } from './tables.ts';

/**
 * Building block: points that came to a member in another way than by a grant repay what the member owes, in the order of spending. The
 * member is locked and brought to now. Returns them.
 */
export async function repayFromLots(tx: Tx, ctx: Ctx, member: LoyaltyMember): Promise<LoyaltyMember> {
  const points = minOf(member.debtPoints, member.activePoints);
  if (points === 0n) return member;
  const { customerId } = member;
  const { parts } = decideSpend(await listOpenLots(tx, ctx.shop.id, customerId), points);
  const repaid = sumOf(parts.map((part) => part.quantity));
  const operationId = newId();
  await takeFromLots(tx, ctx.shop.id, parts);
  const moved = parts.map(({ lotId, quantity }) => ({ id: lotId, points: -quantity }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'repaid', operationId }, moved));
  await post(tx, ctx, {
    kind: 'points_repaid',
    subject: operationId,
    unit: POINTS,
    legs: [debit(pointsOf(customerId), repaid), credit(pointsDebtOf(customerId), repaid)],
  });
  return updateMember(tx, member, {
    activePoints: member.activePoints - repaid,
    debtPoints: member.debtPoints - repaid,
    movementCount: member.movementCount + moved.length,
    dueAt: await findNextDue(tx, ctx.shop.id, customerId),
    updatedAt: ctx.now,
  });
}

/** Building block: what one locked member owes, another one owes from now on. Returns that one. */
export async function moveDebt(
  tx: Tx,
  ctx: Ctx,
  from: LoyaltyMember,
  to: LoyaltyMember,
): Promise<LoyaltyMember> {
  const { debtPoints } = from;
  if (debtPoints === 0n) return to;
  await post(tx, ctx, {
    kind: 'points_debt_merged',
    subject: from.customerId,
    unit: POINTS,
    legs: [debit(pointsDebtOf(to.customerId), debtPoints), credit(pointsDebtOf(from.customerId), debtPoints)],
  });
  await updateMember(tx, from, { debtPoints: 0n, updatedAt: ctx.now });
  return updateMember(tx, to, { debtPoints: to.debtPoints + debtPoints, updatedAt: ctx.now });
}

/** Building block: what a locked member owes is given up: nobody will repay it. Returns the member. */
export async function writeOffDebt(tx: Tx, ctx: Ctx, member: LoyaltyMember): Promise<LoyaltyMember> {
  const { customerId, debtPoints } = member;
  if (debtPoints === 0n) return member;
  await post(tx, ctx, {
    kind: 'points_debt_written_off',
    subject: newId(),
    unit: POINTS,
    legs: [debit(endedPoints(), debtPoints), credit(pointsDebtOf(customerId), debtPoints)],
  });
  return updateMember(tx, member, { debtPoints: 0n, updatedAt: ctx.now });
}
