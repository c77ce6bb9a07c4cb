import { daysAfter } from '../../../platform/days.ts';
import { DAY_MS } from '../../../platform/time.ts';
import type { CardKind, CardRefusal } from './kinds.ts';
import type { CardState } from './states.ts';

interface Standing {
  readonly kind: CardKind;
  readonly customerId: string | null;
  readonly state: CardState;
  readonly expiresAt: Date | null;
}

/** Why a card does not pay for something of this customer; undefined when it does. */
export function findRefusal(card: Standing, payerId: string | null, now: Date): CardRefusal | undefined {
  if (card.kind === 'named' && card.customerId !== payerId) return 'not_theirs';
  if (card.state !== 'active') return card.state;
  return card.expiresAt !== null && card.expiresAt <= now ? 'expired' : undefined;
}

/** When a bearer card ends that was loaded or reactivated now: the same day so many years later, in the shop's zone. Never sooner than before. */
export function termOf(timezone: string, now: Date, years: number, before: Date | null): Date {
  const there = new Date(now);
  there.setUTCFullYear(now.getUTCFullYear() + years);
  const days = Math.round((there.getTime() - now.getTime()) / DAY_MS);
  const until = daysAfter(timezone, now, days);
  return before !== null && before > until ? before : until;
}

/** For how many days a card pays at least after something came back to it. */
const GRACE_DAYS = 30;

/** When a card ends to which something came back: an expired one has 30 days for it. */
export const withGrace = (expiresAt: Date | null, now: Date): Date | null => {
  const grace = new Date(now.getTime() + GRACE_DAYS * DAY_MS);
  return expiresAt !== null && expiresAt < grace ? grace : expiresAt;
};

/** What a load has to fit under. */
export const limitOf = (
  kind: CardKind,
  settings: { readonly namedCardLimitAmount: number; readonly bearerCardLimitAmount: number },
): bigint => BigInt(kind === 'named' ? settings.namedCardLimitAmount : settings.bearerCardLimitAmount);
