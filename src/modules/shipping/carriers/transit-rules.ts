import type { Calendar } from '../../calendar/calendar-rules.ts';
import { addBusinessDays, addDays, type Day, daysBetween } from '../calendar-rules.ts';
import type { Fault } from './price-rules.ts';
import type { DayKind } from './states.ts';

/** How many days a carrier promises for some countries. */
export interface TransitPromise {
  /** Absent: every country that no other promise names. */
  readonly countries?: readonly string[];
  readonly fromDays: number;
  readonly toDays: number;
}

/** What contradicts itself in the promises of a method: a country that is promised twice, and an end before its beginning. */
export function findPromiseFaults(promises: readonly TransitPromise[]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const [at, { countries, fromDays, toDays }] of promises.entries()) {
    if (toDays < fromDays)
      faults.push({ pointer: `/promises/${at}/toDays`, detail: 'It ends before it begins.' });
    for (const [place, country] of (countries ?? ['']).entries()) {
      const pointer = countries ? `/promises/${at}/countries/${place}` : `/promises/${at}`;
      const what = country === '' ? 'Every other country' : country;
      if (seen.has(country)) faults.push({ pointer, detail: `${what} is promised already.` });
      seen.add(country);
    }
  }
  return faults;
}

/** What is promised for a country: by name, else for every other one. */
export const promiseFor = (
  promises: readonly TransitPromise[],
  country: string,
): TransitPromise | undefined =>
  promises.find(({ countries }) => countries?.includes(country)) ??
  promises.find(({ countries }) => countries === undefined);

/**
 * The last day that is promised: 3 business days from Thursday the 7th of May 1998 are Tuesday the 12th, and Wednesday the 13th where
 * Monday is a holiday. Undefined when that is beyond all calendars.
 */
export const promisedDay = (
  calendar: Calendar,
  shippedOn: Day,
  { toDays }: TransitPromise,
  kind: DayKind,
): Day | undefined =>
  kind === 'business' ? addBusinessDays(calendar, shippedOn, toDays) : addDays(shippedOn, toDays);

/** Own history of a carrier, method and country. */
export interface TransitHistory {
  readonly caseCount: number;
  /** One of ten parcels took no longer; half of them; nine of ten. */
  readonly tenthDays: number;
  readonly medianDays: number;
  readonly ninetiethDays: number;
}

/** Where an expectation comes from. */
export const EXPECTATION_BASES = ['history', 'promise', 'unknown'] as const;

export interface ExpectedDays {
  readonly basis: (typeof EXPECTATION_BASES)[number];
  /** How many parcels of its own the shop has behind it, also where they are too few to go by. */
  readonly caseCount: number;
  /** Calendar days; null when nothing is known. */
  readonly expectedDays: number | null;
  /** As quick as it may be: one of ten parcels, or the beginning of what is promised. */
  readonly earliestDays: number | null;
  /** How long it may take: nine of ten parcels, or the end of what is promised. */
  readonly latestDays: number | null;
}

/**
 * How many calendar days a parcel that leaves on a day takes: the median of own parcels where there are enough of them, else the
 * carrier's promise, of which the end counts.
 */
export function expectDays(
  calendar: Calendar,
  leavesOn: Day,
  history: TransitHistory | undefined,
  promise: TransitPromise | undefined,
  kind: DayKind,
  minimumCases: number,
): ExpectedDays {
  const caseCount = history?.caseCount ?? 0;
  if (history && caseCount >= minimumCases) {
    const { tenthDays, medianDays, ninetiethDays } = history;
    return {
      basis: 'history',
      caseCount,
      earliestDays: tenthDays,
      expectedDays: medianDays,
      latestDays: ninetiethDays,
    };
  }
  const promisedOn = promise && promisedDay(calendar, leavesOn, promise, kind);
  if (promise === undefined || promisedOn === undefined)
    return { basis: 'unknown', caseCount, earliestDays: null, expectedDays: null, latestDays: null };
  const days = daysBetween(leavesOn, promisedOn);
  const firstOn = promisedDay(calendar, leavesOn, { ...promise, toDays: promise.fromDays }, kind);
  const earliestDays = firstOn === undefined ? days : daysBetween(leavesOn, firstOn);
  return { basis: 'promise', caseCount, earliestDays, expectedDays: days, latestDays: days };
}
