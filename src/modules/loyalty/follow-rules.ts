import { type AccruedLine, decideUnearned } from './accrual-rules.ts';
import { maxOf, sumOf } from '../../platform/money.ts';
import type { PurchaseLine } from './purchase.ts';

/** What was written down of a line. */
export type KnownLine = AccruedLine & { readonly lineId: string; readonly keptAmount: bigint };

/** What became of a line. */
export interface FollowedLine {
  readonly line: PurchaseLine;
  /** Undefined: it was added since. */
  readonly known: KnownLine | undefined;
  /** By how much it costs more than it did. */
  readonly extraAmount: bigint;
  /** How many of its points are not earned any more, beside those that were not before. */
  readonly lostPoints: bigint;
}

/** Compares the lines of an order with what was written down of them. */
export const decideFollowed = (known: readonly KnownLine[], lines: readonly PurchaseLine[]): FollowedLine[] =>
  lines.map((line) => {
    const before = known.find(({ lineId }) => lineId === line.lineId);
    const left = { amount: line.amount, isGone: line.quantity === 0 };
    return {
      line,
      known: before,
      extraAmount: maxOf(0n, line.amount - (before?.keptAmount ?? 0n)),
      lostPoints: before ? decideUnearned(before, left) - before.unearnedPoints : 0n,
    };
  });

/** A line as it is written down afterwards, with the points that came with what it costs more. */
export function afterwards<L extends KnownLine>(
  { line, known, extraAmount, lostPoints }: FollowedLine,
  extraPoints: bigint,
  fresh: L,
): L {
  const before = known ?? fresh;
  const earnedPoints = before.earnedPoints + extraPoints;
  const unearnedPoints = before.unearnedPoints + lostPoints;
  return {
    ...fresh,
    basisAmount:
      extraAmount === 0n
        ? before.basisAmount
        : basisOf(line.amount, earnedPoints, earnedPoints - unearnedPoints),
    keptAmount: line.amount,
    earnedPoints,
    unearnedPoints,
  };
}

/**
 * What a line that costs more now has to cost to keep the points that are left of it: what went before goes with none of what came. With
 * 5 of 10 points left and 7 more, for 12.00 now, that is 17.00.
 */
const basisOf = (amount: bigint, earnedPoints: bigint, leftPoints: bigint): bigint =>
  leftPoints === 0n ? amount : (amount * earnedPoints) / leftPoints;

/** What all lines cost as it stands. */
export const keptOf = (lines: readonly { readonly keptAmount: bigint }[]): bigint =>
  sumOf(lines.map((line) => line.keptAmount));
