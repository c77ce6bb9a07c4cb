import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import type { CustomerMove } from '../customers/ports.ts';
import { POINTS, pointsOf } from '../ledger/accounts.ts';
import { post } from '../ledger/post.ts';
import { credit, debit } from '../ledger/rules.ts';
import { moveAccruals } from './accrual-repository.ts';
import { NO_BIRTHDAY } from './birthday-rules.ts';
import { moveDebt, repayFromLots } from './debt.ts';
import { followDays } from './day-change.ts';
import { moveRequests } from './grant-request-repository.ts';
import { findNextDue, insertPointMovements, type MovedLot, moveLots } from './lot-repository.ts';
import { insertMember, lockMember, updateMember } from './member-repository.ts';
import { moveSpendings } from './spending/repository.ts';
import { movementsOf } from './movements.ts';
import { followTiers } from './tiers/follow.ts';
import { NO_TIER } from './tiers/rules.ts';
import type { LoyaltyMember } from './tables.ts';

/** The points of a duplicate go to the customer that stays, who takes part from then on if one of the two did. */
export const loyaltyCustomerMove: CustomerMove = {
  name: 'loyalty',
  async move(tx, ctx, from, to) {
    const duplicate = await lockMember(tx, ctx.shop.id, from);
    if (!duplicate) return 0;
    const { enrolledAt, leftAt } = duplicate;
    await insertMember(tx, { ...nobody(ctx), customerId: to, enrolledAt, leftAt });
    // Both customers are locked, so nobody waits for one member and holds the other.
    await lockMember(tx, ctx.shop.id, to);
    await followDays(tx, ctx, [from, to]);
    const lots = await moveLots(tx, ctx.shop.id, from, to);
    await write(tx, ctx, from, lots, 'merged_out', to);
    await write(tx, ctx, to, lots, 'merged_in', from);
    const points = sumOf(lots.map((lot) => lot.points));
    await post(tx, ctx, {
      kind: 'points_merged',
      subject: from,
      unit: POINTS,
      legs: [debit(pointsOf(from), points), credit(pointsOf(to), points)],
    });
    await moveAccruals(tx, ctx.shop.id, from, to);
    await moveSpendings(tx, ctx.shop.id, from, to);
    await mergeDebts(tx, ctx, from, to);
    await moveBirthday(tx, ctx, duplicate, to);
    await followTiers(tx, ctx, [from, to]);
    return lots.length + (await moveRequests(tx, ctx.shop.id, from, to));
  },
};

/** What both owe the survivor owes, and repays it with what both had. */
async function mergeDebts(tx: Tx, ctx: Ctx, from: string, to: string): Promise<void> {
  const [duplicate, survivor] = [
    await lockMember(tx, ctx.shop.id, from),
    await lockMember(tx, ctx.shop.id, to),
  ];
  if (duplicate && survivor) await repayFromLots(tx, ctx, await moveDebt(tx, ctx, duplicate, survivor));
}

/** Who stays has the birthday of the other where nobody has said theirs. */
async function moveBirthday(
  tx: Tx,
  ctx: Ctx,
  { birthday, birthdayDueAt }: LoyaltyMember,
  to: string,
): Promise<void> {
  const survivor = await lockMember(tx, ctx.shop.id, to);
  if (birthday && survivor && survivor.birthday === null && survivor.leftAt === null)
    await updateMember(tx, survivor, { birthday, birthdayDueAt, updatedAt: ctx.now });
}

const nobody = (ctx: Ctx): Omit<LoyaltyMember, 'customerId' | 'enrolledAt' | 'leftAt'> => ({
  shopId: ctx.shop.id,
  activePoints: 0n,
  pendingPoints: 0n,
  debtPoints: 0n,
  ...NO_TIER,
  movementCount: 0,
  dueAt: null,
  ...NO_BIRTHDAY,
  version: 1,
  updatedAt: ctx.now,
});

async function write(
  tx: Tx,
  ctx: Ctx,
  customerId: string,
  lots: readonly MovedLot[],
  kind: 'merged_in' | 'merged_out',
  otherId: string,
): Promise<void> {
  const member = await lockMember(tx, ctx.shop.id, customerId);
  if (!member) throw new Error(`${customerId} is no member, and points of ${otherId} move`);
  const sign = kind === 'merged_in' ? 1n : -1n;
  const moved = lots.map(({ id, points }) => ({ id, points: sign * points }));
  await insertPointMovements(tx, movementsOf(ctx, member, { kind, operationId: newId() }, moved));
  const of = (state: string) =>
    sign * sumOf(lots.filter((lot) => lot.state === state).map((lot) => lot.points));
  await updateMember(tx, member, {
    activePoints: member.activePoints + of('active'),
    pendingPoints: member.pendingPoints + of('pending'),
    movementCount: member.movementCount + lots.length,
    dueAt: await findNextDue(tx, ctx.shop.id, customerId),
    // The duplicate takes part no more; who left and has points again does.
    ...(kind === 'merged_out'
      ? { ...NO_BIRTHDAY, leftAt: member.leftAt ?? ctx.now }
      : lots.length > 0 && { leftAt: null }),
    updatedAt: ctx.now,
  });
}
