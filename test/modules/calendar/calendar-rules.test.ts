import assert from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import {
  findEndlessClosing,
  type HolidayData,
  isWorkingDay,
  makeCalendar,
} from '../../../src/modules/calendar/calendar-rules.ts';
import { dayNumberOf, dayTextOf, sameDayIn, weekdayOf } from '../../../src/modules/calendar/day-rules.ts';
import {
  addWorkingDays,
  expectedDelivery,
  expectedShipOn,
} from '../../../src/modules/calendar/lead-rules.ts';
import {
  ALWAYS_OPEN,
  findWeekFaults,
  type Opening,
  type Week,
} from '../../../src/modules/calendar/week-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const office: Opening[] = [{ opens: '09:00', closes: '18:00' }];
const NEVER: Week = {
  monday: [],
  tuesday: [],
  wednesday: [],
  thursday: [],
  friday: [],
  saturday: [],
  sunday: [],
};
const OFFICE: Week = {
  ...NEVER,
  monday: office,
  tuesday: office,
  wednesday: office,
  thursday: office,
  friday: office,
};
const holiday = (fields: Partial<HolidayData> & { startsOn: string }): HolidayData => ({
  name: 'Holiday',
  endsOn: fields.startsOn,
  recursYearly: false,
  openings: [],
  ...fields,
});
const calendarOf = (week: Week, holidays: HolidayData[] = [], timezone = 'UTC') =>
  makeCalendar({ version: 1, hours: [{ inForceOn: '2020-01-01', week }], holidays }, timezone);
const works = (calendar: ReturnType<typeof calendarOf>, on: string) =>
  isWorkingDay(calendar, dayNumberOf(on));

t.test('days', async (t) => {
  t.equal(weekdayOf(dayNumberOf('2026-11-22')), 'sunday');
  t.equal(weekdayOf(dayNumberOf('1969-12-31')), 'wednesday');
  t.equal(dayTextOf(sameDayIn(2027, dayNumberOf('2024-02-29'))), '2027-02-28');
  t.equal(dayTextOf(sameDayIn(2028, dayNumberOf('2024-02-29'))), '2028-02-29');
});

t.test('a week is refused where openings meet, at the opening that comes too early', async (t) => {
  const faults = (week: Partial<Week>) =>
    findWeekFaults({ ...OFFICE, ...week }, '/week').map(({ pointer }) => pointer);
  t.same(faults({}), []);
  t.same(faults({ monday: [...office, { opens: '17:59', closes: '20:00' }] }), ['/week/monday/1/opens']);
  t.same(faults({ monday: [...office, { opens: '18:00', closes: '20:00' }] }), []);
  t.same(faults({ monday: [{ opens: '09:00', closes: '09:00' }] }), ['/week/monday/0/closes']);
  t.same(faults({ monday: [{ opens: '22:00', closes: '09:01' }] }), ['/week/tuesday/0/opens']);
  t.same(faults({ monday: [{ opens: '22:00', closes: '09:00' }] }), []);
  t.same(
    faults({ sunday: [{ opens: '20:00', closes: '10:00' }] }),
    ['/week/monday/0/opens'],
    'the week is a ring',
  );
  t.same(findWeekFaults(ALWAYS_OPEN), []);
});

t.test('holidays of one year and of every year', async (t) => {
  const calendar = calendarOf(OFFICE, [
    holiday({ startsOn: '2024-12-24', endsOn: '2025-01-02', recursYearly: true }),
    holiday({ startsOn: '2026-12-29', name: 'Stocktaking', openings: office }),
    holiday({ startsOn: '2024-02-29', recursYearly: true }),
  ]);
  t.equal(works(calendar, '2026-12-23'), true);
  t.equal(works(calendar, '2026-12-24'), false);
  t.equal(works(calendar, '2027-01-01'), false, 'it runs over the new year');
  t.equal(works(calendar, '2024-01-02'), true, 'it did not in the year before it began');
  t.equal(works(calendar, '2026-12-29'), true, 'the more particular one counts');
  t.equal(calendar.dayAt(dayNumberOf('2026-12-29')).holidayName, 'Stocktaking');
  t.equal(works(calendar, '2028-02-29'), false);
  t.equal(works(calendar, '2025-02-28'), false);
  t.equal(works(calendar, '2028-02-28'), true);
});

t.test('hours are in force from their day on, and before the first the shop is always open', async (t) => {
  const calendar = makeCalendar(
    {
      version: 1,
      hours: [
        { inForceOn: '2026-11-23', week: { ...OFFICE, monday: [] } },
        { inForceOn: '2026-11-16', week: OFFICE },
      ],
      holidays: [],
    },
    'UTC',
  );
  t.equal(works(calendar, '2026-11-15'), true, 'a Sunday before anything was said');
  t.equal(works(calendar, '2026-11-16'), true);
  t.equal(works(calendar, '2026-11-22'), false);
  t.equal(works(calendar, '2026-11-23'), false, 'Mondays are closed from here on');
});

t.test('a shop that is closed for longer than a year', async (t) => {
  const closing = (week: Week, holidays: HolidayData[] = []) => {
    const found = findEndlessClosing({ version: 1, hours: [{ inForceOn: '2026-01-01', week }], holidays });
    return found === undefined ? undefined : dayTextOf(found);
  };
  t.equal(closing(NEVER), '2026-01-01');
  t.equal(closing(OFFICE), undefined);
  t.equal(
    closing(OFFICE, [holiday({ startsOn: '2027-01-01', endsOn: '2027-12-30' })]),
    undefined,
    'a year is not',
  );
  t.equal(
    closing(OFFICE, [holiday({ startsOn: '2027-01-01', endsOn: '2027-12-31', recursYearly: true })]),
    '2027-01-01',
  );
  const years = [2030, 2031].map((year) => holiday({ startsOn: `${year}-01-01`, endsOn: `${year}-12-31` }));
  t.equal(closing(OFFICE, years), '2030-01-01', 'two years, one after the other');
  t.equal(
    closing(NEVER, [holiday({ startsOn: '2026-06-01', openings: office, recursYearly: true })]),
    undefined,
  );
  t.equal(findEndlessClosing({ version: 0, hours: [], holidays: [] }), undefined);
});

t.test('what is ordered before the hour counts as of the day', async (t) => {
  const berlin = calendarOf(OFFICE, [holiday({ startsOn: '2026-11-24' })], 'Europe/Berlin');
  const ships = (at: string, leadDays: number) => expectedShipOn(berlin, new Date(at), leadDays, 14);
  t.equal(ships('2026-11-20T12:59:59Z', 0), '2026-11-20', 'Friday before 14:00');
  t.equal(ships('2026-11-20T13:00:00Z', 0), '2026-11-23', 'Friday at 14:00');
  t.equal(ships('2026-11-21T08:00:00Z', 0), '2026-11-23', 'Saturday');
  t.equal(ships('2026-11-21T08:00:00Z', 1), '2026-11-25', 'the holiday is no working day');
  t.equal(ships('2026-11-20T08:00:00Z', 3), '2026-11-26');
  t.equal(ships('2026-11-22T23:30:00Z', 0), '2026-11-23', 'Monday has begun in Berlin');
  t.equal(expectedShipOn(berlin, new Date('2026-11-20T08:00:00Z'), 0, 0), '2026-11-23', 'never of the day');
  t.equal(expectedShipOn(berlin, new Date('2026-11-20T22:59:00Z'), 0, 24), '2026-11-20', 'the whole day');
});

t.test('days on the way are not those of the shop', async (t) => {
  t.same(expectedDelivery('2026-11-20', { minimumDays: 1, maximumDays: 3 }), {
    dispatchOn: '2026-11-20',
    earliestOn: '2026-11-21',
    latestOn: '2026-11-23',
  });
  t.same(expectedDelivery('2026-11-20'), { dispatchOn: '2026-11-20', earliestOn: null, latestOn: null });
});

t.test('working days: one after the other is both together, and each is one', async () => {
  const calendar = calendarOf(OFFICE, [
    holiday({ startsOn: '2026-05-01', endsOn: '2026-05-20', recursYearly: true }),
  ]);
  const day = fc.integer({ min: dayNumberOf('2026-01-01'), max: dayNumberOf('2029-01-01') }).map(dayTextOf);
  const few = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(day, few, few, (from, one, other) => {
      const first = addWorkingDays(calendar, from, one) ?? '';
      assert.ok(works(calendar, first));
      assert.ok(first >= from);
      if (one > 0)
        assert.equal(addWorkingDays(calendar, first, other), addWorkingDays(calendar, from, one + other));
      let counted = 0;
      for (let at = dayNumberOf(from) + 1; at <= dayNumberOf(first); at += 1)
        if (isWorkingDay(calendar, at)) counted += 1;
      if (one > 0) assert.equal(counted, one);
    }),
    runs,
  );
});
