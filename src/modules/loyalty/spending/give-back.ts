import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { newId } from '../../../platform/ids.ts';
import { POINTS, pointsOf, spentPoints } from '../../ledger/accounts.ts';
import { post } from '../../ledger/post.ts';
import { credit, debit } from '../../ledger/rules.ts';
import { repayFromLots } from '../debt.ts';
import { pointEvents } from '../events.ts';
import { lapsePoints } from '../lapse.ts';
import { decideGiveBack } from '../lot-rules.ts';
import { findNextDue, giveToLots, insertPointMovements } from '../lot-repository.ts';
import { lockMember, updateMember } from '../member-repository.ts';
import { bringToNow } from '../members.ts';
import { movementsOf } from '../movements.ts';
import type { LoyaltyMember } from '../tables.ts';
import { listSpendingParts, takeGivenBack } from './repository.ts';
import { balancesOf } from './spend.ts';

/** So many days points that come back last at least. */
const GRACE_DAYS = 30;

/**
 * Building block: gives points of a spending back to the lots that they came from, the last ones first; a lot that expired meanwhile has 30
 * days more. They repay a debt at once, and lapse where the member has left. The caller holds what was bought with them. Throws where the
 * spending has not so many left.
 */
export async function giveBackPoints(tx: Tx, ctx: Ctx, spendingId: string, points: bigint): Promise<void> {
  if (points === 0n) return;
  const { customerId, before } = await takeGivenBack(tx, ctx.shop.id, spendingId, points);
  const locked = await lockMember(tx, ctx.shop.id, customerId);
  if (!locked) throw new Error(`${customerId} has spent points and is no member`);
  const member = await bringToNow(tx, ctx, locked);
  const parts = decideGiveBack(await listSpendingParts(tx, ctx.shop.id, spendingId), before, points);
  await giveToLots(tx, ctx.shop.id, parts, new Date(ctx.now.getTime() + GRACE_DAYS * 86_400_000));
  const operationId = newId();
  const moved = parts.map(({ lotId, quantity }) => ({ id: lotId, points: quantity }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind: 'given_back', operationId }, moved));
  const after = await updateMember(tx, member, {
    activePoints: member.activePoints + points,
    movementCount: member.movementCount + moved.length,
    dueAt: await findNextDue(tx, ctx.shop.id, customerId),
    // For a moment: what comes back to somebody who left lapses below.
    leftAt: null,
    updatedAt: ctx.now,
  });
  await post(tx, ctx, {
    kind: 'points_given_back',
    subject: operationId,
    unit: POINTS,
    legs: [debit(spentPoints(), points), credit(pointsOf(customerId), points)],
  });
  const left = await settle(tx, ctx, after, member.leftAt);
  const told = { points: Number(points), ...balancesOf(left) };
  await appendEvents(tx, ctx, [eventRow(ctx, pointEvents.givenBack, customerId, told)]);
}

async function settle(tx: Tx, ctx: Ctx, member: LoyaltyMember, leftAt: Date | null): Promise<LoyaltyMember> {
  if (leftAt === null) return repayFromLots(tx, ctx, member);
  const { member: empty } = await lapsePoints(tx, ctx, member);
  return updateMember(tx, empty, { leftAt, updatedAt: ctx.now });
}
