import ICAL from 'ical.js';
import { dayNumberOf, type DayNumber, weekdayOf, WEEKDAYS } from './day-rules.ts';

/** The days between which the days of a rule are written down, both of them with it. */
export interface Horizon {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/** How many days a file may have its rules look at: a rule may have begun long ago, and a file have thousands of them. */
export interface Budget {
  left: number;
}

export const DAY_CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** A rule that has not come to its end after so many days is not read. A daily one reaches 54 years. */
const MOST_OF_RULE = 20_000;
export const MOST_OF_FILE = 200_000;

const WEEKDAY = /^(MO|TU|WE|TH|FR|SA|SU)$/;
const NTH_WEEKDAY = /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/;
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

type Parts = ICAL.Recur['parts'];
const listOf = (parts: Parts, name: keyof Parts): readonly (string | number)[] => parts[name] ?? [];

/**
 * Which rules are run. The reader goes on for ever where a rule never comes true, such as every seventh day that is a Tuesday from a
 * Monday on, and makes the 2nd of March of a 30th of February; such rules are not among these.
 */
function isRunnable({ freq, interval, parts }: ICAL.Recur): boolean {
  const names = Object.keys(parts).filter((name) => name !== 'WKST');
  const only = (...allowed: string[]) => names.every((name) => allowed.includes(name));
  const days = listOf(parts, 'BYDAY').map(String);
  const monthDays = listOf(parts, 'BYMONTHDAY').map(Number);
  if (freq === 'DAILY')
    return (
      only('BYDAY') && days.every((day) => WEEKDAY.test(day)) && (days.length === 0 || interval % 7 !== 0)
    );
  if (freq === 'WEEKLY') return only('BYDAY') && days.every((day) => WEEKDAY.test(day));
  const isOneKind = days.length === 0 || monthDays.length === 0;
  if (!isOneKind || !days.every((day) => NTH_WEEKDAY.test(day))) return false;
  // Every month has the days until the 28th; of the others a rule of some months may never come to one.
  const isInMonth = (day: number) => Math.abs(day) >= 1 && Math.abs(day) <= (interval === 1 ? 31 : 28);
  if (freq === 'MONTHLY') return only('BYDAY', 'BYMONTHDAY') && monthDays.every(isInMonth);
  if (freq !== 'YEARLY' || !only('BYMONTH', 'BYDAY', 'BYMONTHDAY')) return false;
  const months = listOf(parts, 'BYMONTH').map(Number);
  if ((days.length > 0 || monthDays.length > 0) && months.length === 0) return false;
  return monthDays.every(
    (day) => day >= 1 && months.every((month) => day <= (LONGEST_MONTHS[month - 1] ?? 0)),
  );
}

/** Whether a day is one that the rule can mean: what the reader makes of a rule is not taken on trust. */
function isMeant(day: DayNumber, { parts }: ICAL.Recur): boolean {
  const date = new Date(day * 86_400_000);
  const weekday = DAY_CODES[WEEKDAYS.indexOf(weekdayOf(day))] ?? '';
  const isOf = (name: keyof Parts, found: (wanted: string | number) => boolean) => {
    const wanted = listOf(parts, name);
    return wanted.length === 0 || wanted.some(found);
  };
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const [ofMonth, toEnd] = [date.getUTCDate(), date.getUTCDate() - length - 1];
  return (
    isOf('BYDAY', (code) => String(code).endsWith(weekday)) &&
    isOf('BYMONTH', (month) => Number(month) === date.getUTCMonth() + 1) &&
    isOf('BYMONTHDAY', (wanted) => Number(wanted) === ofMonth || Number(wanted) === toEnd)
  );
}

/** The days that a property names; undefined where one of them is no whole day. */
function namedDays(component: ICAL.Component, name: 'rdate' | 'exdate'): DayNumber[] | undefined {
  const values = component.getAllProperties(name).flatMap((property) => property.getValues() as unknown[]);
  const days = values.map((value) =>
    value instanceof ICAL.Time && value.isDate ? dayNumberOf(value.toString()) : Number.NaN,
  );
  return days.some(Number.isNaN) ? undefined : days;
}

/**
 * The first days of the occurrences of an event within the horizon, with the days that it adds and without those that it leaves out.
 * Undefined where its rule is none that is read.
 */
export function occurrenceDays(
  component: ICAL.Component,
  horizon: Horizon,
  budget: Budget,
): DayNumber[] | undefined {
  const [added, left] = [namedDays(component, 'rdate'), namedDays(component, 'exdate')];
  const rules = component.getAllProperties('rrule').map((property) => property.getFirstValue() as unknown);
  const [rule] = rules;
  if (!added || !left || rules.length > 1 || component.hasProperty('exrule')) return undefined;
  if (rule !== undefined && !(rule instanceof ICAL.Recur && isRunnable(rule))) return undefined;
  const isWithin = (day: DayNumber) => day >= horizon.from && day <= horizon.to && !left.includes(day);
  // Without a rule the reader forgets the first day.
  if (rule === undefined) {
    const first = dayNumberOf(String(component.getFirstPropertyValue('dtstart')));
    return [...new Set([first, ...added])].filter(isWithin).toSorted((a, b) => a - b);
  }
  const iterator = new ICAL.Event(component).iterator();
  const days: DayNumber[] = [];
  for (let count = 0; count < MOST_OF_RULE && budget.left > 0; count += 1, budget.left -= 1) {
    const next = iterator.next() as ICAL.Time | undefined;
    const day = next ? dayNumberOf(next.toString()) : Number.NaN;
    if (next === undefined || next === null || day > horizon.to) return days;
    if (rule instanceof ICAL.Recur && !added.includes(day) && !isMeant(day, rule)) return undefined;
    if (isWithin(day) && days.at(-1) !== day) days.push(day);
  }
  return undefined;
}
