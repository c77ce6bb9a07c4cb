import assert from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import {
  type CalendarData,
  type HolidayData,
  makeCalendar,
} from '../../../src/modules/calendar/calendar-rules.ts';
import { dayNumberOf, dayTextOf, WEEKDAYS } from '../../../src/modules/calendar/day-rules.ts';
import {
  addBusinessMinutes,
  businessMinutesBetween,
  instantAt,
  isOpenAt,
  localTimeOf,
  nextClosing,
  nextOpening,
} from '../../../src/modules/calendar/hours-rules.ts';
import {
  ALWAYS_OPEN,
  findWeekFaults,
  type Opening,
  type Week,
} from '../../../src/modules/calendar/week-rules.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const MINUTE = 60_000;
const office: Opening[] = [{ opens: '09:00', closes: '18:00' }];
const OFFICE: Week = {
  monday: office,
  tuesday: office,
  wednesday: office,
  thursday: office,
  friday: office,
  saturday: [],
  sunday: [],
};
const calendarOf = (timezone: string, week: Week, holidays: HolidayData[] = []) =>
  makeCalendar({ version: 1, hours: [{ inForceOn: '2000-01-01', week }], holidays }, timezone);
const at = (text: string) => new Date(text);
const iso = (date: Date | undefined) => date?.toISOString();

t.test('a deadline passes over the night, the weekend and a holiday', async (t) => {
  const berlin = calendarOf('Europe/Berlin', OFFICE);
  const friday = at('2026-11-20T16:00:00Z');
  t.equal(iso(addBusinessMinutes(berlin, friday, 60)), '2026-11-20T17:00:00.000Z', 'Friday at 18:00');
  t.equal(iso(addBusinessMinutes(berlin, friday, 120)), '2026-11-23T09:00:00.000Z', 'Monday at 10:00');
  t.equal(iso(addBusinessMinutes(berlin, at('2026-11-21T12:00:00Z'), 0)), '2026-11-23T08:00:00.000Z');
  const closed = {
    name: 'Stocktaking',
    startsOn: '2026-11-23',
    endsOn: '2026-11-23',
    recursYearly: false,
    openings: [],
  };
  t.equal(
    iso(addBusinessMinutes(calendarOf('Europe/Berlin', OFFICE, [closed]), friday, 120)),
    '2026-11-24T09:00:00.000Z',
  );
  t.equal(businessMinutesBetween(berlin, friday, at('2026-11-23T09:00:00Z')), 120);
  t.equal(businessMinutesBetween(berlin, at('2026-11-23T09:00:00Z'), friday), -120);
});

t.test('a shop is open when it opens and closed when it closes', async (t) => {
  const berlin = calendarOf('Europe/Berlin', OFFICE);
  t.equal(isOpenAt(berlin, at('2026-11-20T08:00:00Z')), true);
  t.equal(isOpenAt(berlin, at('2026-11-20T07:59:59.999Z')), false);
  t.equal(isOpenAt(berlin, at('2026-11-20T16:59:59.999Z')), true);
  t.equal(isOpenAt(berlin, at('2026-11-20T17:00:00Z')), false);
  t.equal(iso(nextOpening(berlin, at('2026-11-20T17:00:00Z'))), '2026-11-23T08:00:00.000Z');
  t.equal(iso(nextClosing(berlin, at('2026-11-20T10:00:00Z'))), '2026-11-20T17:00:00.000Z');
  t.equal(nextClosing(berlin, at('2026-11-20T18:00:00Z')), undefined, 'it is closed');
  t.equal(
    nextClosing(calendarOf('UTC', ALWAYS_OPEN), at('2026-11-20T18:00:00Z')),
    undefined,
    'it never closes',
  );
});

t.test('a night belongs to the day on which it begins', async (t) => {
  const night: Opening[] = [{ opens: '22:00', closes: '02:00' }];
  const bar = calendarOf('UTC', { ...OFFICE, friday: night, saturday: night, sunday: [] });
  t.equal(isOpenAt(bar, at('2026-11-22T01:59:00Z')), true, 'the end of Saturday night is on Sunday');
  t.equal(isOpenAt(bar, at('2026-11-22T02:00:00Z')), false);
  t.equal(isOpenAt(bar, at('2026-11-22T22:30:00Z')), false, 'Sunday is closed');
  const closed = {
    name: 'Sunday',
    startsOn: '2026-11-22',
    endsOn: '2026-11-22',
    recursYearly: false,
    openings: [],
  };
  t.equal(
    isOpenAt(calendarOf('UTC', { ...OFFICE, saturday: night }, [closed]), at('2026-11-22T01:00:00Z')),
    true,
    'a holiday does not end the night before it',
  );
});

t.test('clocks that are changed', async (t) => {
  // On 29 March 2026 the clock of Berlin goes from 2:00 to 3:00, on 25 October from 3:00 back to 2:00.
  const spring = dayNumberOf('2026-03-29');
  t.equal(new Date(instantAt('Europe/Berlin', spring, 150)).toISOString(), '2026-03-29T01:00:00.000Z');
  t.equal(new Date(instantAt('Europe/Berlin', spring, 180)).toISOString(), '2026-03-29T01:00:00.000Z');
  t.equal(new Date(instantAt('Europe/Berlin', spring, 119)).toISOString(), '2026-03-29T00:59:00.000Z');
  const autumn = dayNumberOf('2026-10-25');
  t.equal(
    new Date(instantAt('Europe/Berlin', autumn, 150)).toISOString(),
    '2026-10-25T00:30:00.000Z',
    'the first',
  );
  t.equal(new Date(instantAt('Europe/Berlin', autumn, 180)).toISOString(), '2026-10-25T02:00:00.000Z');
  const always = calendarOf('Europe/Berlin', ALWAYS_OPEN);
  const day = (on: string) =>
    businessMinutesBetween(
      always,
      new Date(instantAt('Europe/Berlin', dayNumberOf(on), 0)),
      new Date(instantAt('Europe/Berlin', dayNumberOf(on) + 1, 0)),
    );
  t.same([day('2026-03-28'), day('2026-03-29'), day('2026-10-25')], [1_440, 1_380, 1_500]);
  const night = calendarOf('Europe/Berlin', { ...OFFICE, sunday: [{ opens: '01:00', closes: '04:00' }] });
  const from = at('2026-10-24T12:00:00Z');
  t.equal(
    businessMinutesBetween(night, from, at('2026-10-25T12:00:00Z')),
    240,
    'an hour that comes twice counts twice',
  );
  const leap = calendarOf('Europe/Berlin', { ...OFFICE, sunday: [{ opens: '02:15', closes: '02:45' }] });
  t.equal(businessMinutesBetween(leap, at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z')), 0);
  t.equal(
    iso(nextOpening(leap, at('2026-03-28T12:00:00Z'))),
    '2026-03-30T07:00:00.000Z',
    'not in a time that is not',
  );
});

t.test('a day that a zone left out', async (t) => {
  // Samoa went from 29 to 31 December 2011.
  const apia = calendarOf('Pacific/Apia', ALWAYS_OPEN);
  const start = at('2011-12-30T09:00:00Z');
  t.equal(localTimeOf('Pacific/Apia', start).day, dayNumberOf('2011-12-29'));
  t.equal(iso(addBusinessMinutes(apia, start, 120)), '2011-12-30T11:00:00.000Z');
  t.equal(localTimeOf('Pacific/Apia', at('2011-12-30T11:00:00Z')).day, dayNumberOf('2011-12-31'));
});

const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'Antarctica/Troll',
);
const clockOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
/** Times of a day in order, two of which make an opening; the last may run past midnight. */
const openings = fc
  .uniqueArray(fc.integer({ min: 0, max: 95 }), { maxLength: 6 })
  .map((quarters) => quarters.toSorted((a, b) => a - b).map((quarter) => clockOf(quarter * 15)))
  .map((times) =>
    times.flatMap((opens, index): Opening[] => {
      if (index % 2 === 1) return [];
      const closes = times[index + 1] ?? (times[0] === opens ? '24:00' : times[0]);
      return closes === undefined ? [] : [{ opens, closes }];
    }),
  );
const week = fc
  .record(Object.fromEntries(WEEKDAYS.map((day) => [day, openings])) as Record<keyof Week, typeof openings>)
  .filter((made) => findWeekFaults(made).length === 0 && WEEKDAYS.some((day) => made[day].length > 0));
const day = fc.integer({ min: dayNumberOf('2024-01-01'), max: dayNumberOf('2028-12-31') });
const holiday = fc
  .record({ start: day, length: fc.integer({ min: 0, max: 20 }), recursYearly: fc.boolean(), openings })
  .map(({ start, length, ...rest }) => ({
    name: 'Holiday',
    startsOn: dayTextOf(start),
    endsOn: dayTextOf(start + length),
    ...rest,
  }));
const data = fc.record({ week, holidays: fc.array(holiday, { maxLength: 4 }), timezone: zone });
// Half of the moments are near a change of clocks somewhere.
const moment = fc.oneof(
  day.chain((found) =>
    fc.integer({ min: 0, max: 86_399 }).map((second) => new Date(found * 86_400_000 + second * 1000)),
  ),
  fc
    .tuple(
      fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04'),
      fc.integer({ min: -1440, max: 2880 }),
    )
    .map(([on, minute]) => new Date(dayNumberOf(on) * 86_400_000 + minute * MINUTE)),
);
const minutes = fc.integer({ min: 0, max: 5_000 });
const make = ({
  week: made,
  holidays,
  timezone,
}: {
  week: Week;
  holidays: HolidayData[];
  timezone: string;
}) => calendarOf(timezone, made, holidays);

t.test('adding minutes and measuring them gives the same, in an open time', async () => {
  fc.assert(
    fc.property(data, moment, minutes, (given, start, added) => {
      const calendar = make(given);
      const deadline = addBusinessMinutes(calendar, start, added);
      if (!deadline) return;
      assert.equal(businessMinutesBetween(calendar, start, deadline), added);
      assert.ok(deadline >= start);
      const before = new Date(deadline.getTime() - 1);
      assert.ok(isOpenAt(calendar, deadline) || isOpenAt(calendar, before), 'never in a closed time');
    }),
    runs,
  );
});

t.test('more minutes and a later start never end earlier, and parts add up', async () => {
  fc.assert(
    fc.property(data, moment, moment, minutes, minutes, (given, one, other, few, more) => {
      const calendar = make(given);
      const [first, second] = one <= other ? [one, other] : [other, one];
      const [early, late] = [
        addBusinessMinutes(calendar, first, few),
        addBusinessMinutes(calendar, second, few),
      ];
      const longer = addBusinessMinutes(calendar, first, few + more);
      if (!early || !late || !longer) return;
      assert.ok(early <= late && early <= longer);
      const inTwo = addBusinessMinutes(calendar, early, more);
      // At a closing time nothing is open any more, and nothing at all has to be added there.
      if (more > 0) assert.deepEqual(inTwo, longer);
    }),
    runs,
  );
});

t.test('the next opening is the first moment at which it is open', async () => {
  fc.assert(
    fc.property(data, moment, (given, start) => {
      const calendar = make(given);
      const opening = nextOpening(calendar, start);
      if (!opening) return;
      assert.ok(isOpenAt(calendar, opening));
      assert.equal(businessMinutesBetween(calendar, start, opening), 0);
      const closing = nextClosing(calendar, opening);
      if (closing) {
        assert.ok(!isOpenAt(calendar, closing) && isOpenAt(calendar, new Date(closing.getTime() - 1)));
        const open = (closing.getTime() - opening.getTime()) / MINUTE;
        assert.equal(businessMinutesBetween(calendar, opening, closing), Math.floor(open));
      }
    }),
    runs,
  );
});

t.test('a later time of a clock is never an earlier instant', async () => {
  fc.assert(
    fc.property(
      zone,
      moment,
      fc.integer({ min: 0, max: 2880 }),
      fc.integer({ min: 0, max: 300 }),
      (timezone, on, minute, more) => {
        const { day: found } = localTimeOf(timezone, on);
        assert.ok(instantAt(timezone, found, minute) <= instantAt(timezone, found, minute + more));
        const { day: back, minute: shown } = localTimeOf(timezone, on);
        const first = instantAt(timezone, back, shown);
        const clock = localTimeOf(timezone, new Date(first));
        assert.deepEqual(clock, { day: back, minute: shown }, 'what a clock showed, it shows then');
      },
    ),
    runs,
  );
});

// What is said of a calendar is data: the same data in any order is the same calendar.
t.test('the order in which a calendar was said does not matter', async () => {
  fc.assert(
    fc.property(data, moment, minutes, (given, start, added) => {
      const said: CalendarData = {
        version: 1,
        hours: [{ inForceOn: '2000-01-01', week: given.week }],
        holidays: given.holidays.map((one, index) => ({ ...one, name: String(index) })),
      };
      const turned = { ...said, holidays: said.holidays.toReversed() };
      const [one, other] = [makeCalendar(said, given.timezone), makeCalendar(turned, given.timezone)];
      assert.deepEqual(addBusinessMinutes(one, start, added), addBusinessMinutes(other, start, added));
    }),
    runs,
  );
});
