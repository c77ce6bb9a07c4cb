import { minOf, sumOf } from '../../platform/money.ts';

/** Points of one grant. Quantities are whole points. */
export interface Lot {
  readonly id: string;
  readonly state: 'pending' | 'active';
  /** What is there to spend: neither spent, nor held, nor taken back, nor expired. */
  readonly left: bigint;
  /** The higher is spent first. */
  readonly priority: number;
  /** Given away and not earned by buying. */
  readonly isPromotional: boolean;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly grantedAt: Date;
}

/** So many points of a lot. */
export interface LotPart {
  readonly lotId: string;
  readonly quantity: bigint;
}

/** Lots in the order in which they are spent: priority, soonest expiry, promotional before earned, age; then the id, so that it is one order. */
export const compareLots = (a: Lot, b: Lot): number =>
  b.priority - a.priority ||
  compareTimes(a.expiresAt, b.expiresAt) ||
  Number(b.isPromotional) - Number(a.isPromotional) ||
  a.grantedAt.getTime() - b.grantedAt.getTime() ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

// What never expires comes last.
const compareTimes = (a: Date | null, b: Date | null): number =>
  a === null || b === null ? Number(a === null) - Number(b === null) : a.getTime() - b.getTime();

/** Takes up to `quantity` from lots, in the given order. */
function takeFrom(lots: readonly Lot[], quantity: bigint): { parts: LotPart[]; missing: bigint } {
  const parts: LotPart[] = [];
  let missing = quantity;
  for (const { id, left } of lots) {
    const taken = minOf(left, missing);
    if (taken <= 0n) continue;
    parts.push({ lotId: id, quantity: taken });
    missing -= taken;
  }
  return { parts, missing };
}

/** The active lots that a spending takes from, in their order; `missing` is more than nothing where there are not enough points. */
export const decideSpend = (lots: readonly Lot[], quantity: bigint): { parts: LotPart[]; missing: bigint } =>
  takeFrom(lots.filter(({ state }) => state === 'active').toSorted(compareLots), quantity);

/**
 * Which lots have points of a spending back. What was taken last comes back first: it lasts longest, and lots that were taken from
 * together come back whole when all of it does, however many times it took. Of 30 and 50, 60 are 50 to the second and 10 to the first.
 */
export function decideGiveBack(spent: readonly LotPart[], alreadyBack: bigint, quantity: bigint): LotPart[] {
  if (alreadyBack + quantity > sumOf(spent.map((part) => part.quantity)))
    throw new RangeError('more is given back than was spent');
  const parts: LotPart[] = [];
  let [skip, wanted] = [alreadyBack, quantity];
  for (const { lotId, quantity: taken } of spent.toReversed()) {
    const open = taken - minOf(taken, skip);
    skip -= minOf(taken, skip);
    const back = minOf(open, wanted);
    wanted -= back;
    if (back > 0n) parts.push({ lotId, quantity: back });
  }
  return parts;
}

/** Until when points that come back may be spent: as before, and `graceDays` from now at least. Null: for ever. */
export const expiryAfterGiveBack = (expiresAt: Date | null, now: Date, graceDays: number): Date | null =>
  expiresAt === null ? null : new Date(Math.max(expiresAt.getTime(), now.getTime() + graceDays * 86_400_000));

/** What happens to earned points of goods that came back when they are spent already. */
export const CLAWBACK_POLICIES = ['only_pending', 'within_balance', 'unlimited'] as const;
export type ClawbackPolicy = (typeof CLAWBACK_POLICIES)[number];

export interface TakenBack {
  readonly parts: readonly LotPart[];
  /** What new points repay. */
  readonly debt: bigint;
  /** What the shop lets go of. Parts, debt and this are what was asked for. */
  readonly forgiven: bigint;
}

/**
 * Takes back points that were earned on goods that are refunded: from the lots of that order first, pending before active. With
 * `only_pending` nothing that is active is touched; with `within_balance` other active lots give the rest as far as they can, in the order
 * of spending; with `unlimited` what they cannot give becomes a debt.
 */
export function decideTakeBack(
  ofOrder: readonly Lot[],
  others: readonly Lot[],
  quantity: bigint,
  policy: ClawbackPolicy,
): TakenBack {
  const pending = takeFrom(
    ofOrder.filter(({ state }) => state === 'pending').toSorted(compareLots),
    quantity,
  );
  if (policy === 'only_pending') return { parts: pending.parts, debt: 0n, forgiven: pending.missing };
  const own = decideSpend(ofOrder, pending.missing);
  const rest = decideSpend(others, own.missing);
  const parts = [...pending.parts, ...own.parts, ...rest.parts];
  return policy === 'unlimited'
    ? { parts, debt: rest.missing, forgiven: 0n }
    : { parts, debt: 0n, forgiven: rest.missing };
}

/** How much of new points repays a debt, and how much is left to spend: 100 against a debt of 30 are 30 and 70. */
export const repayDebt = (
  granted: bigint,
  debt: bigint,
): { readonly repaid: bigint; readonly left: bigint } => {
  const repaid = minOf(granted, debt);
  return { repaid, left: granted - repaid };
};

/** When the first of lots becomes active or expires, once parts of them are gone. Null: none does. */
export function nextDueOf(
  lots: readonly (Lot & { readonly activatesAt: Date })[],
  gone: readonly LotPart[],
): Date | null {
  const taken = new Map(gone.map(({ lotId, quantity }) => [lotId, quantity]));
  const times = lots
    .filter(({ id, left }) => left > (taken.get(id) ?? 0n))
    .flatMap(({ state, activatesAt, expiresAt }) => [
      ...(state === 'pending' ? [activatesAt] : []),
      ...(expiresAt ? [expiresAt] : []),
    ]);
  return times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime())));
}
