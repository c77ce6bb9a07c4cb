import { divideRounded, maxOf, minOf, splitByLargestRemainder } from '../../../platform/money.ts';
import type { CardLotKind, SpendOrder } from './kinds.ts';

export interface Lot {
  readonly id: string;
  readonly loadId: string;
  readonly kind: CardLotKind;
  readonly grantedAmount: bigint;
  readonly leftAmount: bigint;
}

/** What of a lot moves. */
export interface LotPart {
  readonly lot: Lot;
  /** More than nothing. */
  readonly amount: bigint;
}

/**
 * What a payment takes of which lot. The oldest load first, so that a newer one stays unused and can be given back in full; within a load
 * as the shop says. Throws where the lots do not hold so much: the books have refused that before.
 */
export function spendLots(order: SpendOrder, lots: readonly Lot[], amount: bigint): LotPart[] {
  // Ids sort by time.
  const loadIds = [...new Set(lots.map(({ loadId }) => loadId))].toSorted();
  let rest = amount;
  const parts: LotPart[] = [];
  for (const loadId of loadIds) {
    for (const part of spendLoad(
      order,
      lots.filter((lot) => lot.loadId === loadId),
      rest,
    )) {
      parts.push(part);
      rest -= part.amount;
    }
  }
  if (rest > 0n) throw new Error(`the lots of a card are short of ${rest}`);
  return parts;
}

function spendLoad(order: SpendOrder, lots: readonly Lot[], wanted: bigint): LotPart[] {
  const principal = lots.find(({ kind }) => kind === 'principal');
  const bonus = lots.find(({ kind }) => kind === 'bonus');
  const [ofPrincipal, ofBonus] = [principal?.leftAmount ?? 0n, bonus?.leftAmount ?? 0n];
  const amount = minOf(wanted, ofPrincipal + ofBonus);
  const fromPrincipal = principalOf(order, { principal, bonus, amount, ofPrincipal, ofBonus });
  const parts: (LotPart | undefined)[] = [
    principal && { lot: principal, amount: fromPrincipal },
    bonus && { lot: bonus, amount: amount - fromPrincipal },
  ];
  return parts.flatMap((part) => (part && part.amount > 0n ? [part] : []));
}

interface Take {
  readonly principal: Lot | undefined;
  readonly bonus: Lot | undefined;
  readonly amount: bigint;
  readonly ofPrincipal: bigint;
  readonly ofBonus: bigint;
}

function principalOf(order: SpendOrder, { principal, bonus, amount, ofPrincipal, ofBonus }: Take): bigint {
  const [least, most] = [maxOf(0n, amount - ofBonus), minOf(amount, ofPrincipal)];
  if (order === 'principal_first') return most;
  if (order === 'bonus_first') return least;
  const granted = principal?.grantedAmount ?? 0n;
  const face = granted + (bonus?.grantedAmount ?? 0n);
  if (face === 0n) return 0n;
  // From what is used in all, so that many small payments take what one large one does.
  const used = face - ofPrincipal - ofBonus + amount;
  return maxOf(least, minOf(most, divideRounded(used * granted, face) - (granted - ofPrincipal)));
}

/** What a payment took of a lot, as far as it did not come back. */
export interface TakenPart {
  readonly lotId: string;
  readonly lotKind: CardLotKind;
  readonly faceAmount: bigint;
  readonly returnedAmount: bigint;
}

/**
 * What a refund gives back to which lot of those that its payment was taken from: bonus before principal, of those the newest first. Two
 * refunds give back what one of both does. Throws where the payment did not take so much.
 */
export function returnToLots<T extends TakenPart>(
  taken: readonly T[],
  amount: bigint,
): { of: T; amount: bigint }[] {
  let rest = amount;
  const parts = taken
    .toSorted((a, b) =>
      a.lotKind === b.lotKind ? (a.lotId < b.lotId ? 1 : -1) : a.lotKind === 'bonus' ? -1 : 1,
    )
    .flatMap((of) => {
      const part = minOf(rest, of.faceAmount - of.returnedAmount);
      rest -= part;
      return part > 0n ? [{ of, amount: part }] : [];
    });
  if (rest > 0n) throw new Error(`${rest} is given back that was never taken`);
  return parts;
}

/** What cards have paid of the same thing before, as far as it did not come back. */
export interface PaidBefore {
  readonly faceAmount: bigint;
  readonly listAmount: bigint;
}

/**
 * What the parts of a payment would have cost without discounts: the share of the list price of what it pays, never less than their face
 * value. Counted from what cards have paid of it in all, so that many small payments cost what one large one does. Sums exactly.
 */
export function listShares(
  parts: readonly { readonly amount: bigint }[],
  amount: bigint,
  prices: { readonly totalAmount: bigint; readonly listAmount: bigint },
  before: PaidBefore,
): bigint[] {
  const { totalAmount, listAmount } = prices;
  const paid = before.faceAmount + amount;
  const share = totalAmount === 0n ? paid : divideRounded(paid * listAmount, totalAmount);
  const more = maxOf(0n, share - before.listAmount - amount);
  const extras = splitByLargestRemainder(
    more,
    parts.map((part) => part.amount),
  );
  return parts.map((part, at) => part.amount + (extras[at] ?? 0n));
}

/** What is left of a use after a part of it came back: as large a part of the price before discount. */
export const listLeft = (use: {
  readonly faceAmount: bigint;
  readonly listAmount: bigint;
  readonly returnedAmount: bigint;
}): bigint => divideRounded(use.listAmount * (use.faceAmount - use.returnedAmount), use.faceAmount);
