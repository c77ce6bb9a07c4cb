import type { Account } from './accounts.ts';
import { nameOf } from './accounts.ts';

/** One side of a transfer: a debit is positive, a credit negative. */
export interface Leg extends Account {
  readonly amount: bigint;
}

/** The debit of an account. */
export const debit = (account: Account, amount: bigint): Leg => ({ ...account, amount });
/** The credit of an account. */
export const credit = (account: Account, amount: bigint): Leg => ({ ...account, amount: -amount });

/**
 * The legs as they are written: those of the same account together, none of nothing, in the order of their accounts, which is
 * the order in which accounts are locked. Throws when they do not sum to zero: that is a mistake in the code.
 * Debit receivable 5,400 and credit sales 5,400 with credit receivable 400 and debit sales 400 is 5,000 and 5,000.
 */
export function normalizeLegs(legs: readonly Leg[]): Leg[] {
  const sums = new Map<string, Leg>();
  for (const leg of legs) {
    const name = nameOf(leg);
    const known = sums.get(name);
    sums.set(name, known ? { ...known, amount: known.amount + leg.amount } : leg);
  }
  const written = [...sums.values()].filter(({ amount }) => amount !== 0n);
  const sum = written.reduce((total, { amount }) => total + amount, 0n);
  if (sum !== 0n) throw new Error(`the legs of a transfer sum to ${sum}`);
  return written.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** The legs that take a transfer back. */
export const reverseLegs = (legs: readonly Leg[]): Leg[] =>
  legs.map((leg) => ({ ...leg, amount: -leg.amount }));
