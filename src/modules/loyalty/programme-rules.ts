import type { ExpiryPolicy, YearDay } from './expiry-rules.ts';
import type { ProgrammeRule } from './programme-schemas.ts';

type Expiry = ProgrammeRule['expiry'];

const TAKES: Readonly<Record<Expiry['kind'], { needed: readonly string[]; allowed: readonly string[] }>> = {
  never: { needed: [], allowed: [] },
  rolling_months: { needed: ['months'], allowed: [] },
  inactivity: { needed: ['months'], allowed: [] },
  fixed_dates: { needed: ['yearDays'], allowed: ['minimumMonths'] },
};

/** What an expiry lacks or has too much for its kind, each at its field. */
export function findExpiryFaults(expiry: Expiry): { readonly pointer: string; readonly detail: string }[] {
  const { needed, allowed } = TAKES[expiry.kind];
  const given = Object.keys(expiry).filter((field) => field !== 'kind');
  const missing = needed.filter((field) => !given.includes(field));
  const idle = given.filter((field) => ![...needed, ...allowed].includes(field));
  return [
    ...missing.map((field) => ({ pointer: `/expiry/${field}`, detail: `${expiry.kind} needs it` })),
    ...idle.map((field) => ({ pointer: `/expiry/${field}`, detail: `${expiry.kind} does not take it` })),
  ];
}

/** A day of each year, written as `12-31`. */
export const yearDayOf = (text: string): YearDay => {
  const [month = 1, day = 1] = text.split('-').map(Number);
  return { month, day };
};

/** The expiry as the rules take it. */
export function policyOf({ kind, months = 0, yearDays = [], minimumMonths = 0 }: Expiry): ExpiryPolicy {
  if (kind === 'never') return { kind };
  if (kind === 'fixed_dates') return { kind, dates: yearDays.map(yearDayOf), minimumMonths };
  return { kind, months };
}
