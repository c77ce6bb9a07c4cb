import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import { grantedPoints, POINTS, pointsDebtOf, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { pointEvents } from './events.ts';
import { findNextDue, insertPointMovements, listOpenLots, takeFromLots } from './lot-repository.ts';
import { type ClawbackPolicy, decideTakeBack, type Lot, type LotPart, type TakenBack } from './lot-rules.ts';
import { updateMember } from './member-repository.ts';
import { movementsOf } from './movements.ts';
import type { LoyaltyMember } from './tables.ts';

interface TakeBack {
  readonly orderId: string;
  readonly points: bigint;
  readonly policy: ClawbackPolicy;
}

/**
 * Building block: takes back points that an order gave, from a member who is locked and brought to now: from the lots of that order first.
 * What is missing becomes a debt or is let go of, as the policy says. Returns the member and what became of the points.
 */
export async function takeBackPoints(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  { orderId, points, policy }: TakeBack,
): Promise<{ readonly member: LoyaltyMember; readonly taken: TakenBack }> {
  const { customerId } = member;
  const lots = await listOpenLots(tx, ctx.shop.id, customerId);
  const [own, others] = [lots.filter(isOf(orderId)), lots.filter((lot) => !isOf(orderId)(lot))];
  const taken = decideTakeBack(own, others, points, policy);
  const operationId = newId();
  await takeFromLots(tx, ctx.shop.id, taken.parts);
  const moved = taken.parts.map(({ lotId, quantity }) => ({ id: lotId, points: -quantity }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'taken_back', operationId }, moved));
  const after = await updateMember(tx, member, {
    activePoints: member.activePoints - sumIn(taken.parts, lots, 'active'),
    pendingPoints: member.pendingPoints - sumIn(taken.parts, lots, 'pending'),
    debtPoints: member.debtPoints + taken.debt,
    movementCount: member.movementCount + moved.length,
    dueAt: await findNextDue(tx, ctx.shop.id, customerId),
    updatedAt: ctx.now,
  });
  const had = sumOf(taken.parts.map((part) => part.quantity));
  await post(tx, ctx, {
    kind: 'points_taken_back',
    subject: operationId,
    unit: POINTS,
    legs: [
      debit(pointsOf(customerId), had),
      debit(pointsDebtOf(customerId), taken.debt),
      credit(grantedPoints(), had + taken.debt),
    ],
  });
  const told = { orderId, points: Number(had), ...afterwards(after, taken) };
  await appendEvents(tx, ctx, [eventRow(ctx, pointEvents.takenBack, customerId, told)]);
  return { member: after, taken };
}

const isOf =
  (orderId: string) =>
  (lot: { readonly orderId: string | null }): boolean =>
    lot.orderId === orderId;

const sumIn = (parts: readonly LotPart[], lots: readonly Lot[], state: Lot['state']): bigint =>
  sumOf(
    parts
      .filter(({ lotId }) => lots.some(({ id, state: of }) => id === lotId && of === state))
      .map((part) => part.quantity),
  );

const afterwards = ({ activePoints, pendingPoints }: LoyaltyMember, { debt, forgiven }: TakenBack) => ({
  debtPoints: Number(debt),
  forgivenPoints: Number(forgiven),
  activePoints: Number(activePoints),
  pendingPoints: Number(pendingPoints),
});
