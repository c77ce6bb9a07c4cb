import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import { endedPoints, POINTS, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { endLots, insertPointMovements } from './lot-repository.ts';
import { updateMember } from './member-repository.ts';
import { movementsOf } from './movements.ts';
import type { LoyaltyMember } from './tables.ts';

/** Building block: ends all points of a member who is locked and brought to now. */
export async function lapsePoints(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
): Promise<{ member: LoyaltyMember; points: bigint }> {
  const { customerId } = member;
  const ended = await endLots(tx, ctx.shop.id, customerId);
  const points = sumOf(ended.map((lot) => lot.points));
  if (points === 0n) return { member, points };
  const operationId = newId();
  const moved = ended.map((lot) => ({ id: lot.id, points: -lot.points }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'lapsed', operationId }, moved));
  await post(tx, ctx, {
    kind: 'points_lapsed',
    subject: operationId,
    unit: POINTS,
    legs: [debit(pointsOf(customerId), points), credit(endedPoints(), points)],
  });
  const after = await updateMember(tx, member, {
    activePoints: 0n,
    pendingPoints: 0n,
    movementCount: member.movementCount + ended.length,
    dueAt: null,
    updatedAt: ctx.now,
  });
  return { member: after, points };
}
