import type { PolicyRule } from './policy-rules.ts';
import { minOf, splitByLargestRemainder, sumOf } from '../../platform/money.ts';
import type { Direction, Side } from './offer-rules.ts';

/** Why staff declines a claim. Nothing that a policy promises is refused without one of these. */
const CLAIM_REASONS = [
  'suspected_fraud',
  'price_was_not_ours',
  'settled_elsewhere',
  'withdrawn_by_customer',
] as const;
/** Why an offer is declined. */
const OFFER_REASONS_OF = {
  shop: [...CLAIM_REASONS, 'amount_refused'],
  customer: ['amount_not_right', 'reason_not_right', 'no_longer_wanted'],
} as const satisfies Readonly<Record<Side, readonly string[]>>;
export const DECLINE_REASONS = [...OFFER_REASONS_OF.shop, ...OFFER_REASONS_OF.customer] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** Whether one who declines may give a reason: a claim is not refused for its amount, which the policy's rule has decided. */
export const isReasonOf = (side: Side, isClaim: boolean, reason: DeclineReason): boolean =>
  (isClaim ? CLAIM_REASONS : OFFER_REASONS_OF[side]).some((known) => known === reason);

/**
 * Whether what a policy promises is accepted by rule, or waits for a person: what is above the automatic amount, and everything of an
 * order for which a claim was declined on suspicion of fraud. 3.00 under an automatic amount of 5.00 is paid at once.
 */
export const isAutomatic = (
  { automaticAmount }: Pick<PolicyRule, 'automaticAmount'>,
  amount: bigint,
  isSuspected: boolean,
): boolean => !isSuspected && amount <= BigInt(automaticAmount);

/** What is left of a line with its customer. */
export interface GoodwillLine {
  readonly lineId: string;
  readonly quantity: number;
  readonly paidNetAmount: bigint;
  readonly settledAmount: bigint;
}

interface GoodwillShare extends GoodwillLine {
  readonly amount: bigint;
}

/**
 * Spreads what is given without an obligation over the lines, by what is left of what was paid net. Undefined when that is
 * less: 5.00 over lines with 30.00 and 10.00 left is 3.75 and 1.25.
 */
export function spreadGoodwill(amount: bigint, lines: readonly GoodwillLine[]): GoodwillShare[] | undefined {
  const left = lines.map((line) => line.paidNetAmount - line.settledAmount);
  const most = sumOf(left);
  if (amount > most || most === 0n) return undefined;
  const shares = splitByLargestRemainder(amount, left);
  return lines.flatMap((line, index) => {
    const share = minOf(shares[index] ?? 0n, left[index] ?? 0n);
    return share > 0n ? [{ ...line, amount: share }] : [];
  });
}

/** Where a settlement stands by the refunds that carry its money; undefined while one is on its way. */
export function decidePayout(
  states: readonly ('pending' | 'succeeded' | 'failed')[],
): 'settled' | 'failed' | undefined {
  if (states.every((state) => state === 'succeeded')) return 'settled';
  return states.includes('failed') ? 'failed' : undefined;
}

/** Whether the customer has accepted to pay and has not paid yet. */
export const isAwaitingMoney = ({
  state,
  direction,
}: {
  readonly state: string;
  readonly direction: Direction;
}): boolean => direction === 'from_customer' && ['accepted', 'paying', 'failed'].includes(state);
