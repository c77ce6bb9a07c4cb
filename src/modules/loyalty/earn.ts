import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { sumOf } from '../../platform/money.ts';
import { findAccrual, insertAccrual, sumEarnedWithin, writeAccrualLines } from './accrual-repository.ts';
import { decideActivation, periodOf } from './accrual-rules.ts';
import { decideEarning, type Earned, type EarningLimits, type EarningLine } from './earning-rules.ts';
import { grantPoints } from './grant.ts';
import { lockMember, updateMember } from './member-repository.ts';
import { bringToNow } from './members.ts';
import { findProgramme } from './programme-repository.ts';
import type { ProgrammeRule } from './programme-schemas.ts';
import type { Purchase, PurchaseLine } from './purchase.ts';
import { touchTier } from './tiers/follow.ts';
import { tierMultiplierBps } from './tiers/rules.ts';
import type { LoyaltyMember, LoyaltyProgramme, PointAccrual } from './tables.ts';

/**
 * Building block: gives a member what an order earns that is paid and locked, once. Nothing, where there is no programme, or where the
 * customer did not take part when it was paid.
 */
export async function earnPoints(tx: Tx, ctx: Ctx, purchase: Purchase): Promise<void> {
  // One behind the other on the same connection, and one answer to wait for.
  const [programme, member, known] = await Promise.all([
    findProgramme(tx, ctx.shop.id),
    lockMember(tx, ctx.shop.id, purchase.customerId),
    findAccrual(tx, ctx.shop.id, purchase.orderId),
  ]);
  if (!programme || !member || known || !wasMember(member, purchase.paidAt)) return;
  const current = await bringToNow(tx, ctx, member);
  const accrual = accrualOf(ctx, programme, current, purchase);
  const lines = purchase.lines.map((line) => earningLineOf(programme.rule, line, line.quantity, line.amount));
  const limits = await limitsOf(tx, ctx, programme.rule, accrual);
  const earned = earnedOf(programme.rule, lines, accrual, limits);
  await insertAccrual(tx, { ...accrual, earnedPoints: earned.points });
  await writeAccrualLines(
    tx,
    purchase.lines.map(({ lineId, amount }, at) => ({
      shopId: ctx.shop.id,
      orderId: purchase.orderId,
      lineId,
      basisAmount: amount,
      keptAmount: amount,
      earnedPoints: earned.shares[at] ?? 0n,
      unearnedPoints: 0n,
    })),
  );
  const points = { points: earned.points, sourceKey: purchase.orderId };
  const touched = { ...current, ...touchTier(ctx, programme.rule, current) };
  await grantEarned(tx, ctx, touched, programme, purchase, points);
}

const wasMember = ({ enrolledAt, leftAt }: LoyaltyMember, at: Date): boolean =>
  leftAt === null && enrolledAt <= at;

/** Building block: points of an order for a member who is locked and brought to now. Returns the member. */
export async function grantEarned(
  tx: Tx,
  ctx: Ctx,
  member: LoyaltyMember,
  programme: LoyaltyProgramme,
  purchase: Purchase,
  { points, sourceKey }: { readonly points: bigint; readonly sourceKey: string },
): Promise<LoyaltyMember> {
  // What it cost may count for a tier also where it earns nothing.
  if (points === 0n) return updateMember(tx, member, { updatedAt: ctx.now });
  const { orderId } = purchase;
  const activatesAt = decideActivation(ctx.shop.timezone, purchase, programme.rule);
  const grant = { points, source: 'order', sourceKey, orderId, activatesAt, isPromotional: false } as const;
  return (await grantPoints(tx, ctx, member, programme, grant)).member;
}

function accrualOf(
  ctx: Ctx,
  { version, rule }: LoyaltyProgramme,
  { customerId, tierKey }: LoyaltyMember,
  { orderId, paidAt, campaignMultiplierBps, lines }: Purchase,
): PointAccrual {
  return {
    shopId: ctx.shop.id,
    orderId,
    customerId,
    programmeVersion: version,
    tierMultiplierBps: tierMultiplierBps(rule.tiers, tierKey),
    campaignMultiplierBps,
    earnedPoints: 0n,
    unearnedPoints: 0n,
    forgivenPoints: 0n,
    keptAmount: sumOf(lines.map((line) => line.amount)),
    earnedAt: paidAt,
    followDueAt: null,
    version: 1,
  };
}

/** A line as the rule of earning takes it: so much money of it, and so many units. */
export function earningLineOf(
  { excludedCategories, productPoints }: ProgrammeRule,
  { productId, category, isGift }: Omit<PurchaseLine, 'lineId'>,
  units: number,
  amount: bigint,
): EarningLine {
  const isExcluded = category !== null && excludedCategories.includes(category);
  const own = productPoints.find((product) => product.productId === productId);
  return {
    netAmount: amount,
    quantity: units,
    earns: !isGift && !isExcluded && amount > 0n,
    pointsPerUnit: own?.pointsPerUnit ?? 0,
  };
}

type Terms = Pick<PointAccrual, 'tierMultiplierBps' | 'campaignMultiplierBps'>;

/** What lines earn by what a programme says. */
export const earnedOf = (
  { earning }: ProgrammeRule,
  lines: readonly EarningLine[],
  terms: Terms,
  limits: EarningLimits,
): Earned =>
  decideEarning(
    lines,
    { points: earning?.points ?? 0, perAmount: BigInt(earning?.perAmount ?? 1) },
    [terms.tierMultiplierBps, terms.campaignMultiplierBps],
    limits,
  );

/** An order as limits look at it; nobody has earned anything yet. */
type EarningOrder = Pick<PointAccrual, 'earnedPoints' | 'earnedAt'> & { readonly customerId: string | null };

/** How much an order of a member, who is locked where it counts, can earn beside what it did. */
export async function limitsOf(
  on: Reader,
  ctx: Ctx,
  { orderLimitPoints, periodLimit }: ProgrammeRule,
  { customerId, earnedPoints, earnedAt }: EarningOrder,
): Promise<EarningLimits> {
  const ofOrder = orderLimitPoints === null ? null : atLeastNone(BigInt(orderLimitPoints) - earnedPoints);
  if (!periodLimit) return { perOrder: ofOrder, leftInPeriod: null };
  const period = periodOf(ctx.shop.timezone, periodLimit.period, earnedAt);
  const used = customerId === null ? 0n : await sumEarnedWithin(on, ctx.shop.id, customerId, period);
  return { perOrder: ofOrder, leftInPeriod: atLeastNone(BigInt(periodLimit.points) - used) };
}

const atLeastNone = (points: bigint): bigint => (points < 0n ? 0n : points);
