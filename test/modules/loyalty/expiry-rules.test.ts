import fc from 'fast-check';
import t from 'tap';
import { expiresAtOf, monthsLater } from '../../../src/modules/loyalty/expiry-rules.ts';
import { dayIn } from '../../../src/platform/days.ts';
import { DAY_MS } from '../../../src/platform/time.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const ZONES = Intl.supportedValuesOf('timeZone').filter((_, i, all) => i % Math.floor(all.length / 30) === 0);
const at = (text: string) => new Date(text);
const later = (text: string, months: number) =>
  new Date(monthsLater(Date.parse(`${text}T00:00:00Z`) / DAY_MS, months) * DAY_MS).toISOString().slice(0, 10);

t.test('months end where they end', async (t) => {
  t.same(
    [later('2027-01-31', 1), later('2028-01-31', 1), later('2028-02-29', 12), later('2027-12-31', 2)],
    ['2027-02-28', '2028-02-29', '2029-02-28', '2028-02-29'],
  );
});

t.test('points end with a day of the shop', async (t) => {
  const active = at('2026-03-01T17:00:00Z');
  const end = (policy: Parameters<typeof expiresAtOf>[0], activityAt?: Date) =>
    expiresAtOf(policy, 'Asia/Shanghai', active, activityAt)?.toISOString();
  t.equal(end({ kind: 'never' }), undefined);
  // It is the 2nd of March in Shanghai; its 2nd of March a year later is the last day.
  t.equal(end({ kind: 'rolling_months', months: 12 }), '2027-03-02T16:00:00.000Z');
  t.equal(end({ kind: 'inactivity', months: 1 }, at('2026-04-10T00:00:00Z')), '2026-05-10T16:00:00.000Z');
  const dates = [
    { month: 6, day: 30 },
    { month: 2, day: 29 },
  ];
  t.equal(end({ kind: 'fixed_dates', dates, minimumMonths: 0 }), '2026-06-30T16:00:00.000Z');
  t.equal(end({ kind: 'fixed_dates', dates, minimumMonths: 6 }), '2027-02-28T16:00:00.000Z');
});

t.test('in thirty zones: the last day is whole, and later points do not end earlier', async () => {
  const instant = fc
    .integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2029, 0, 1) })
    .map((ms) => new Date(ms));
  fc.assert(
    fc.property(
      instant,
      fc.integer({ min: 0, max: 90 * DAY_MS }),
      fc.integer({ min: 1, max: 36 }),
      fc.constantFrom(...ZONES),
      (from, more, months, zone) => {
        const policy = { kind: 'rolling_months', months } as const;
        const [end, next] = [from, new Date(from.getTime() + more)].map((one) =>
          expiresAtOf(policy, zone, one),
        );
        if (!end || !next) return false;
        const isFirst = dayIn(zone, new Date(end.getTime() - 1)) < dayIn(zone, end);
        return isFirst && next >= end && end > from;
      },
    ),
    runs,
  );
});
