import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow, type NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { newId } from '../../platform/ids.ts';
import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { endedPoints, POINTS, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { type Turned, turnDays } from './day-change-repository.ts';
import { pointEvents } from './events.ts';
import { lockDueMembers } from './member-repository.ts';
import { loyaltyMembers } from './tables.ts';

/** So many members at once: a statement of some 15,000 lots, well within the limit of 30 s and of memory. */
const BATCH = 5_000;

/**
 * Building block: brings the points of locked members to now, in the order of the day change: pending becomes active, then what is over
 * expires. Every flow that changes points does so first, so that nothing depends on when the sweep comes.
 */
export async function followDays(
  tx: Tx,
  ctx: Ctx,
  customerIds: readonly string[],
): Promise<readonly Turned[]> {
  const operationId = newId();
  const { shop, now, actor } = ctx;
  const turned = await turnDays(tx, { shopId: shop.id, customerIds, now, operationId, actor });
  const ended = turned.filter((one) => one.expiredPoints > 0n);
  const total = ended.reduce((sum, one) => sum + one.expiredPoints, 0n);
  await post(tx, ctx, {
    kind: 'points_expired',
    subject: operationId,
    unit: POINTS,
    legs: [
      ...ended.map((one) => debit(pointsOf(one.customerId), one.expiredPoints)),
      credit(endedPoints(), total),
    ],
  });
  await appendEvents(
    tx,
    ctx,
    turned.flatMap((one) => eventsOf(ctx, one)),
  );
  return turned;
}

function eventsOf(
  ctx: Ctx,
  { customerId, activatedPoints, expiredPoints: expired, ...left }: Turned,
): NewEvent[] {
  const balances = { activePoints: Number(left.activePoints), pendingPoints: Number(left.pendingPoints) };
  const told = [
    [pointEvents.activated, activatedPoints],
    [pointEvents.expired, expired],
  ] as const;
  return told.flatMap(([event, points]) =>
    points > 0n ? [eventRow(ctx, event, customerId, { points: Number(points), ...balances })] : [],
  );
}

/** Brings members to now of whom something is due. Returns how many. */
const changeDays = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, async (tx) => {
    const due = await lockDueMembers(tx, ctx.shop.id, ctx.now, BATCH);
    if (due.length > 0) await followDays(tx, ctx, due);
    return due.length;
  });

export const dayChangeSweep: Sweep = {
  name: 'loyalty.dayChange',
  due: loyaltyMembers.dueAt,
  run: changeDays,
};
