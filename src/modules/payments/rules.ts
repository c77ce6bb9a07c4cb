import { minOf } from '../../platform/money.ts';
import { after, DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { paymentStates } from './states.ts';
import type { Payment, Refund } from './tables.ts';

/** The state after a provider's statement, or undefined when it tells nothing new (late, repeated, out of order). */
export function decideState(
  state: Payment['state'],
  kind: 'succeeded' | 'processing' | 'failed',
): Payment['state'] | undefined {
  return paymentStates.canMove(state, kind) ? kind : undefined;
}

/**
 * The state of a refund after a provider's statement, or undefined when it changes nothing: it is about an earlier
 * attempt, it was known, or it is older than the failure, which with a provider is the end of an attempt.
 */
export function decideRefundState(
  refund: Pick<Refund, 'state' | 'attempt'>,
  said: { readonly attempt: number; readonly kind: 'succeeded' | 'pending' | 'failed' },
): 'succeeded' | 'failed' | undefined {
  if (said.attempt !== refund.attempt || said.kind === 'pending' || said.kind === refund.state)
    return undefined;
  return refund.state === 'failed' ? undefined : said.kind;
}

// Growing, so that a clock that is moved by a month stops seven times and not hundreds of times.
const ASKED_AFTER_HOURS = [1, 6, 24, 48, 96, 168] as const;

/** When a provider is asked about something for the next time, after it was asked `count` times. */
export const decideReconcileAt = (now: Date, count: number): Date =>
  after(now, (ASKED_AFTER_HOURS[count] ?? 168) * HOUR_MS);

const UNHEARD_FOR_DAYS = 1;
const OPEN_FOR_DAYS = 7;

/**
 * Whether an open attempt is given up: after a day when the provider never answered, because then no money can have
 * moved and nobody waits any more; after seven when it waits for the customer.
 */
export function decideGivingUp(
  payment: Pick<Payment, 'state' | 'createdAt'>,
  isKnown: boolean,
  now: Date,
): boolean {
  const days = payment.state === 'created' && !isKnown ? UNHEARD_FOR_DAYS : OPEN_FOR_DAYS;
  return now >= after(payment.createdAt, days * DAY_MS);
}

/**
 * What a provider's statement changes about a payment; undefined when nothing. A statement about an attempt that is
 * over moves it only to success, but whatever says that no money can move any more ends the asking.
 */
export function decideChanges(payment: Payment, said: Said, now: Date): Partial<Payment> | undefined {
  const state = decideState(payment.state, said.kind);
  if (said.kind === 'processing') return isOpen(payment) ? decideProgress(payment, said, state) : undefined;
  const isCertain = payment.state !== 'succeeded' && !said.staysOpen;
  if (state === undefined) return isCertain && payment.reconcileDueAt ? { reconcileDueAt: null } : undefined;
  return {
    state,
    reference: said.reference ?? payment.reference,
    failureCode: state === 'failed' ? said.failureCode : null,
    succeededAt: state === 'succeeded' ? now : null,
    providerStatus: null,
    // Without a success the provider is asked on until it says that the charge is closed there.
    ...(isCertain ? { reconcileDueAt: null } : {}),
  };
}

interface Said {
  readonly kind: 'succeeded' | 'processing' | 'failed';
  readonly reference: string | null;
  readonly failureCode: string | null;
  readonly providerStatus?: string;
  readonly saidAt?: Date;
  readonly staysOpen?: boolean;
}

/** Where an open attempt stands with its provider. What is older than what is known changes nothing but the first state. */
function decideProgress(
  payment: Payment,
  said: Said,
  state: Payment['state'] | undefined,
): Partial<Payment> | undefined {
  const isLate = said.saidAt && payment.providerSaidAt && said.saidAt < payment.providerSaidAt;
  if (isLate) return state && { state };
  const providerStatus = said.providerStatus ?? null;
  const isNew = providerStatus !== payment.providerStatus || said.failureCode !== payment.failureCode;
  if (state === undefined && !isNew) return undefined;
  return {
    ...(state ? { state } : {}),
    reference: said.reference ?? payment.reference,
    failureCode: said.failureCode,
    providerStatus,
    ...(said.saidAt ? { providerSaidAt: said.saidAt } : {}),
  };
}

interface Refundable {
  readonly id: string;
  readonly amount: bigint;
  readonly refundedAmount: bigint;
}

/**
 * Spreads a refund over the payments that it came from, newest first.
 * 1,500 over [newest 1,000, oldest 900] is 1,000 and 500. Undefined when they do not hold enough.
 */
export function spreadRefund<T extends Refundable>(
  amount: bigint,
  newestFirst: readonly T[],
): { payment: T; amount: bigint }[] | undefined {
  let rest = amount;
  const parts = newestFirst.flatMap((payment) => {
    const part = minOf(rest, payment.amount - payment.refundedAmount);
    rest -= part;
    return part > 0n ? [{ payment, amount: part }] : [];
  });
  return rest > 0n ? undefined : parts;
}

/** Whether a provider's key, such as `sk_test_…`, `rk_live_…` or `pk_test_…`, is for a shop of this mode. */
export const isKeyForMode = (key: string, mode: 'live' | 'test'): boolean => key.split('_')[1] === mode;

/** The ends of a key, by which a person tells keys apart: `sk_test_…4242`. */
export const hintOf = (key: string): string => `${key.slice(0, 8)}…${key.slice(-4)}`;

/** Whether money may still be wanted by an attempt. */
export const isOpen = ({ state }: Pick<Payment, 'state'>): boolean =>
  state === 'created' || state === 'processing';
