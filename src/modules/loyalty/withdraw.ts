import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { grantedPoints, POINTS, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { pointEvents } from './events.ts';
import { findNextDue, insertPointMovements, listOpenLots, takeFromLots } from './lot-repository.ts';
import { findMember, updateMember } from './member-repository.ts';
import { holdMember } from './members.ts';
import { movementsOf } from './movements.ts';

/**
 * Building block: takes back what is left of a lot, whose member is held; what was spent of it stays spent, and makes no debt. False where
 * nothing is left, or the member has left.
 */
export async function withdrawLot(tx: Tx, ctx: Ctx, customerId: string, lotId: string): Promise<boolean> {
  const known = await findMember(tx, ctx.shop.id, customerId);
  if (!known || known.leftAt) return false;
  const member = await holdMember(tx, ctx, customerId);
  const lot = (await listOpenLots(tx, ctx.shop.id, customerId)).find(({ id }) => id === lotId);
  if (!lot || lot.left === 0n) return false;
  const [points, operationId] = [lot.left, newId()];
  await takeFromLots(tx, ctx.shop.id, [{ lotId, quantity: points }]);
  const moved = movementsOf(ctx, member, { kind: 'withdrawn', operationId }, [
    { id: lotId, points: -points },
  ]);
  await insertPointMovements(tx, moved);
  const balance = lot.state === 'pending' ? 'pendingPoints' : 'activePoints';
  const after = await updateMember(tx, member, {
    [balance]: member[balance] - points,
    movementCount: member.movementCount + moved.length,
    dueAt: await findNextDue(tx, ctx.shop.id, customerId),
    updatedAt: ctx.now,
  });
  const legs = [debit(pointsOf(customerId), points), credit(grantedPoints(), points)];
  await post(tx, ctx, { kind: 'points_withdrawn', subject: operationId, unit: POINTS, legs });
  const { activePoints, pendingPoints } = after;
  const told = {
    lotId,
    points: Number(points),
    activePoints: Number(activePoints),
    pendingPoints: Number(pendingPoints),
  };
  await appendEvents(tx, ctx, [eventRow(ctx, pointEvents.withdrawn, customerId, told)]);
  return true;
}
