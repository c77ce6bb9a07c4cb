import type { ReferralState } from './states.ts';
import type { ReferralPurchase } from './tables.ts';

/** How it stands with a friend who has claimed, before it is counted who is rewarded. */
export interface Standing {
  readonly state: ReferralState & ('claimed' | 'qualified' | 'taken_back' | 'expired');
  /** When it has to be looked at again; null: only when something is bought or goes back. */
  readonly dueAt: Date | null;
}

type Purchase = Pick<ReferralPurchase, 'qualifies' | 'returnableUntil'>;

/**
 * A friend is qualified by any purchase that is enough and cannot be returned any more. Until then they wait for the first that would be;
 * without one they have time until `closesAt`, or as long as the activity runs where that is null. Who was qualified and has none any more
 * is taken back.
 */
export function decideStanding(
  purchases: readonly Purchase[],
  {
    state,
    closesAt,
    now,
  }: { readonly state: ReferralState; readonly closesAt: Date | null; readonly now: Date },
): Standing {
  const enough = purchases.filter(({ qualifies }) => qualifies);
  if (enough.some(({ returnableUntil }) => returnableUntil <= now))
    return { state: 'qualified', dueAt: null };
  const [first] = enough.map(({ returnableUntil }) => returnableUntil.getTime()).toSorted((a, b) => a - b);
  if (first !== undefined) return { state: 'claimed', dueAt: new Date(first) };
  if (state === 'qualified' || state === 'rewarded' || state === 'taken_back')
    return { state: 'taken_back', dueAt: null };
  return closesAt !== null && closesAt <= now
    ? { state: 'expired', dueAt: null }
    : { state: 'claimed', dueAt: closesAt };
}

/** How many friends a participant is rewarded for: those of the last step that is reached. */
export const countRewarded = (steps: readonly { readonly at: number }[], progress: number): number =>
  Math.max(0, ...steps.map(({ at }) => at).filter((at) => at <= progress));
