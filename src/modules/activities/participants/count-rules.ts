import type { Step } from '../format.ts';

/** What something counts for after it came to something else: what was used of it stays counted. */
export function decideUnits(
  current: { readonly units: number },
  wanted: number,
  participant: { readonly progress: number; readonly used: number },
): number {
  const unused = participant.progress - participant.used;
  return Math.max(wanted, current.units - unused);
}

/** The steps that are reached, and those that are not any more, from one progress to another. */
export const stepsBetween = (
  steps: readonly Step[],
  before: number,
  after: number,
): { readonly reached: readonly Step[]; readonly lost: readonly Step[] } => ({
  reached: steps.filter(({ at }) => at > before && at <= after),
  lost: steps.filter(({ at }) => at > after && at <= before),
});
