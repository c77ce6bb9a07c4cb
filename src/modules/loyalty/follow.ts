import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { sumOf } from '../../platform/money.ts';
import { findAccrual, listAccrualLines, updateAccrual, writeAccrualLines } from './accrual-repository.ts';
import { basisAfterFavour, decideActivation } from './accrual-rules.ts';
import { earnedOf, earningLineOf, grantEarned, limitsOf } from './earn.ts';
import { expiresAtOf } from './expiry-rules.ts';
import { afterwards, decideFollowed, type FollowedLine, keptOf } from './follow-rules.ts';
import { findNextDue, planLotsOfOrder } from './lot-repository.ts';
import { lockMember, updateMember } from './member-repository.ts';
import { bringToNow } from './members.ts';
import { policyOf } from './programme-rules.ts';
import { getProgrammeVersion } from './programme-repository.ts';
import type { Purchase, PurchaseLine } from './purchase.ts';
import { takeBackPoints } from './take-back.ts';
import type { LoyaltyMember, LoyaltyProgramme, PointAccrual, PointAccrualLine } from './tables.ts';

/**
 * Building block: follows what became of an order that is locked and has earned: points of goods that came back, or that cost less now, are
 * taken back; what was paid on top earns by the terms of the order. Safe to call when nothing changed.
 */
export async function followPurchase(tx: Tx, ctx: Ctx, purchase: Purchase): Promise<void> {
  const accrual = await findAccrual(tx, ctx.shop.id, purchase.orderId);
  if (!accrual) return;
  const known = await listAccrualLines(tx, ctx.shop.id, accrual.orderId);
  const followed = decideFollowed(known, purchase.lines);
  const isSame = followed.every(({ line, known: before }) => before?.keptAmount === line.amount);
  if (isSame && followed.every(({ lostPoints }) => lostPoints === 0n)) {
    if (accrual.followDueAt) await updateAccrual(tx, accrual, { followDueAt: null });
    return;
  }
  const programme = await programmeOf(tx, accrual);
  const locked = await lockOf(tx, ctx, accrual);
  const { member, forgiven } = await loseBack(tx, ctx, locked, programme, accrual, followed);
  const extra = await earnExtra(tx, ctx, member, programme, accrual, purchase, followed);
  const lines = followed.map((one, at) =>
    afterwards(one, extra.shares[at] ?? 0n, freshLine(accrual, one.line)),
  );
  await writeAccrualLines(tx, lines);
  await updateAccrual(tx, accrual, {
    earnedPoints: accrual.earnedPoints + extra.points,
    unearnedPoints: accrual.unearnedPoints + sumOf(followed.map((one) => one.lostPoints)),
    forgivenPoints: accrual.forgivenPoints + forgiven,
    keptAmount: keptOf(lines),
    followDueAt: null,
  });
}

const freshLine = ({ shopId, orderId }: PointAccrual, { lineId }: PurchaseLine): PointAccrualLine => ({
  shopId,
  orderId,
  lineId,
  basisAmount: 0n,
  keptAmount: 0n,
  earnedPoints: 0n,
  unearnedPoints: 0n,
});

/** What the programme said when the order earned: that holds for all of it. */
async function programmeOf(tx: Tx, accrual: PointAccrual): Promise<LoyaltyProgramme> {
  const { rule, number, createdAt } = await getProgrammeVersion(tx, accrual.shopId, accrual.programmeVersion);
  return { shopId: accrual.shopId, rule, version: number, createdAt, updatedAt: createdAt };
}

async function lockOf(tx: Tx, ctx: Ctx, { customerId }: PointAccrual): Promise<LoyaltyMember> {
  const member = await lockMember(tx, ctx.shop.id, customerId);
  if (!member) throw new Error(`${customerId} has earned points and is no member`);
  return bringToNow(tx, ctx, member);
}

async function loseBack(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  { rule }: LoyaltyProgramme,
  { orderId }: PointAccrual,
  followed: readonly FollowedLine[],
): Promise<{ member: LoyaltyMember; forgiven: bigint }> {
  const points = sumOf(followed.map((one) => one.lostPoints));
  if (points === 0n) return { member, forgiven: 0n };
  const result = await takeBackPoints(tx, ctx, member, { orderId, points, policy: rule.clawback });
  return { member: result.member, forgiven: result.taken.forgiven };
}

/** What the order earns beside what it did, by the terms that it was paid under; nothing for who does not take part any more. */
async function earnExtra(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  accrual: PointAccrual,
  purchase: Purchase,
  followed: readonly FollowedLine[],
): Promise<{ points: bigint; shares: readonly bigint[] }> {
  if (member.leftAt || followed.every(({ extraAmount }) => extraAmount === 0n))
    return { points: 0n, shares: [] };
  const lines = followed.map(({ line, known, extraAmount }) =>
    earningLineOf(programme.rule, line, known ? 0 : line.quantity, extraAmount),
  );
  const limits = await limitsOf(tx, ctx, programme.rule, accrual);
  const earned = earnedOf(programme.rule, lines, accrual, limits);
  // The accrual changes with each of them, under the lock of its order.
  const sourceKey = `${accrual.orderId}:${accrual.version}`;
  await grantEarned(tx, ctx, member, programme, purchase, { points: earned.points, sourceKey });
  return earned;
}

/** Building block: the shop gave some of the money of lines away as a favour: they keep their points. */
export async function keepPoints(
  tx: Tx,
  ctx: Ctx,
  orderId: string,
  favours: readonly { readonly lineId: string; readonly before: bigint; readonly after: bigint }[],
): Promise<void> {
  const accrual = await findAccrual(tx, ctx.shop.id, orderId);
  if (!accrual) return;
  const known = await listAccrualLines(tx, ctx.shop.id, orderId);
  const lines = known.map((line) => {
    const favour = favours.find(({ lineId }) => lineId === line.lineId);
    if (!favour) return line;
    const basisAmount = basisAfterFavour(line.basisAmount, favour.before, favour.after);
    return { ...line, basisAmount, keptAmount: favour.after };
  });
  await writeAccrualLines(tx, lines);
  await updateAccrual(tx, accrual, { keptAmount: keptOf(lines) });
}

/** Building block: an order that earned has arrived, at another time, or not after all: its pending points wait accordingly. */
export async function planActivation(
  tx: Tx,
  ctx: Ctx,
  order: { readonly orderId: string; readonly paidAt: Date; readonly deliveredAt: Date | null },
): Promise<void> {
  const accrual = await findAccrual(tx, ctx.shop.id, order.orderId);
  if (!accrual || accrual.earnedPoints === accrual.unearnedPoints) return;
  const { rule } = await programmeOf(tx, accrual);
  const member = await lockOf(tx, ctx, accrual);
  const { timezone } = ctx.shop;
  const wished = decideActivation(timezone, order, rule);
  const activatesAt = wished > ctx.now ? wished : ctx.now;
  const expiresAt = expiresAtOf(policyOf(rule.expiry), timezone, activatesAt);
  const isNeverSooner = rule.expiry.kind === 'inactivity';
  const planned = await planLotsOfOrder(tx, ctx.shop.id, order.orderId, {
    activatesAt,
    expiresAt,
    isNeverSooner,
  });
  if (planned === 0) return;
  const dueAt = await findNextDue(tx, ctx.shop.id, member.customerId);
  await bringToNow(tx, ctx, await updateMember(tx, member, { dueAt, updatedAt: ctx.now }));
}
