import { type Account, funds, goodwill } from '../ledger/accounts.ts';

/** Why staff gives stored value to a customer. */
export const CREDIT_REASONS = ['goodwill', 'cash'] as const;
export type CreditReason = (typeof CREDIT_REASONS)[number];

/** Why value was credited: by staff, because a price was not what it should have been, or as a reward of an activity. */
export const MOVEMENT_REASONS = [...CREDIT_REASONS, 'price_difference', 'reward'] as const;
export type MovementReason = (typeof MOVEMENT_REASONS)[number];

/** What happened to the value. What came in is counted up, what left is counted down. */
export const MOVEMENT_KINDS = [
  'credited',
  'spent',
  'refunded',
  'withdrawn',
  'merged_in',
  'merged_out',
] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** The account whose debit pays for value that staff gives: the shop gave it away, or the money lies in the till. */
export const decideSource = (reason: CreditReason): Account =>
  reason === 'goodwill' ? goodwill() : funds('manual');

/** What an entry of a wallet means to its customer: a credit of the books, which is negative there, is value that came in. */
export const amountToOwner = (entry: { readonly amount: bigint }): bigint => -entry.amount;
