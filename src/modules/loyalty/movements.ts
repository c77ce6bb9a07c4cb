import type { Ctx } from '../../platform/context.ts';
import type { MovementKind } from './kinds.ts';
import type { LoyaltyMember, PointMovement } from './tables.ts';

/** Points of a lot that come in, or leave as less than nothing. */
export interface Moved {
  readonly id: string;
  readonly points: bigint;
}

/** One movement for each lot, after those that a locked member has. */
export function movementsOf(
  ctx: Ctx,
  { customerId, activePoints, pendingPoints, movementCount }: LoyaltyMember,
  { kind, operationId }: { readonly kind: MovementKind; readonly operationId: string },
  moved: readonly Moved[],
): PointMovement[] {
  let balance = activePoints + pendingPoints;
  return moved.map(({ id, points }, at): PointMovement => {
    balance += points;
    return {
      shopId: ctx.shop.id,
      customerId,
      position: movementCount + at + 1,
      kind,
      lotId: id,
      points,
      balanceAfter: balance,
      operationId,
      actorKind: ctx.actor.kind,
      actorId: ctx.actor.id,
      createdAt: ctx.now,
    };
  });
}
