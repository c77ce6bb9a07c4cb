import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { dayNumberOf, dayTextOf, WEEKDAYS, weekdayOf } from '../../../src/modules/calendar/day-rules.ts';
import { readCalendarFile } from '../../../src/modules/calendar/file-rules.ts';
import { DAY_CODES } from '../../../src/modules/calendar/recurrence-rules.ts';
import { startApp } from '../../support/app.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) };

const file = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//t//t//EN', ...lines, 'END:VCALENDAR'].join('\r\n');
const event = (uid: string, startsOn: string, ...fields: string[]) => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'SUMMARY:Closed',
  `DTSTART;VALUE=DATE:${startsOn.replaceAll('-', '')}`,
  ...fields,
  'END:VEVENT',
];
const daysOf = (startsOn: string, ...fields: string[]) => {
  const read = readCalendarFile(file(...event('x', startsOn, ...fields)), 2026);
  return read?.skipped[0]?.reason ?? read?.holidays.map((holiday) => holiday.startsOn);
};

t.test('rules of days, weeks and months, with what they add and leave out', async (t) => {
  t.same(daysOf('2026-01-05', 'RRULE:FREQ=DAILY;INTERVAL=3;COUNT=3'), [
    '2026-01-05',
    '2026-01-08',
    '2026-01-11',
  ]);
  t.same(daysOf('2026-01-05', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20260123'), [
    '2026-01-05',
    '2026-01-09',
    '2026-01-19',
    '2026-01-23',
  ]);
  t.same(daysOf('2026-01-30', 'RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3', 'EXDATE;VALUE=DATE:20260227'), [
    '2026-01-30',
    '2026-03-27',
  ]);
  t.same(daysOf('2026-01-31', 'RRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=31'), [
    '2026-01-31',
    '2026-03-31',
    '2026-05-31',
  ]);
  t.same(daysOf('2026-01-05', 'RDATE;VALUE=DATE:20260301,20260302'), [
    '2026-01-05',
    '2026-03-01',
    '2026-03-02',
  ]);
  t.same(daysOf('2026-05-01', 'RRULE:FREQ=YEARLY', 'EXDATE;VALUE=DATE:20270501'), [
    '2026-05-01',
    '2028-05-01',
    '2029-05-01',
    '2030-05-01',
  ]);
  t.same(daysOf('2026-05-01', 'RRULE:FREQ=YEARLY;INTERVAL=2'), ['2026-05-01', '2028-05-01', '2030-05-01']);
});

t.test('what cannot be read is named, and nothing runs for ever', async (t) => {
  for (const rule of [
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2',
    'FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31',
    'FREQ=WEEKLY;BYDAY=2MO',
    'FREQ=MONTHLY;BYDAY=6MO',
    'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
    'FREQ=HOURLY',
    'FREQ=DAILY;BYHOUR=9',
  ])
    t.ok(
      ['recurrence_not_supported', 'not_readable'].includes(String(daysOf('2026-02-02', `RRULE:${rule}`))),
      rule,
    );
  t.equal(daysOf('2001-01-01', 'RRULE:FREQ=DAILY;UNTIL=20051231'), 'out_of_range', 'it is over');
  const old = Array.from({ length: 60 }, (_, n) => event(`d${n}`, '2000-01-01', 'RRULE:FREQ=DAILY;BYDAY=MO'));
  const began = Date.now();
  const read = readCalendarFile(file(...old.flat()), 2199);
  t.ok(Date.now() - began < 20_000, 'a file has its bounds');
  t.equal(read?.holidays.length, 0);
  t.same([...new Set(read?.skipped.map(({ reason }) => reason))], ['recurrence_not_supported']);
});

t.test('a rule comes to the same days as looking at every day', async () => {
  const rule = fc.record({
    start: fc.integer({ min: 0, max: 1_500 }),
    codes: fc.uniqueArray(fc.constantFrom(...DAY_CODES), { minLength: 1, maxLength: 7 }),
    interval: fc.integer({ min: 1, max: 5 }),
    length: fc.integer({ min: 0, max: 900 }),
    without: fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(rule, ({ start, codes, interval, length, without }) => {
      const first = dayNumberOf('2025-01-06') + start;
      const codeOf = (day: number) => DAY_CODES[WEEKDAYS.indexOf(weekdayOf(day))] ?? '';
      const all = [...new Set([codeOf(first), ...codes])];
      const left = without.map((day) => first + day);
      const text = (day: number) => dayTextOf(day).replaceAll('-', '');
      const fields = [
        `RRULE:FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${all.join(',')};UNTIL=${text(first + length)}`,
        ...left.map((day) => `EXDATE;VALUE=DATE:${text(day)}`),
      ];
      const monday = first - WEEKDAYS.indexOf(weekdayOf(first));
      const wanted = Array.from({ length: length + 1 }, (_, n) => first + n).filter(
        (day) =>
          all.includes(codeOf(day)) &&
          Math.floor((day - monday) / 7) % interval === 0 &&
          !left.includes(day) &&
          day >= dayNumberOf('2026-01-01') &&
          day <= dayNumberOf('2030-12-31'),
      );
      const found = daysOf(dayTextOf(first), ...fields);
      assert.deepEqual(found, wanted.length === 0 ? 'out_of_range' : wanted.map(dayTextOf));
    }),
    runs,
  );
});

t.test('the answer says until when, and on which line something was not taken', async (t) => {
  const app = await startApp(t, { clock: { now: () => new Date('2026-11-20T10:00:00Z') } });
  const text = file(
    ...event('fridays', '2026-11-06', 'DTEND;VALUE=DATE:20261108', 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4'),
    ...event('never', '2026-11-06', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'),
  );
  const take = () => ok(app.call('POST /v1/calendar/holidays/import', { body: { text } }));
  t.match(await take(), {
    createdCount: 4,
    expandedFromOn: '2026-01-01',
    expandedToOn: '2030-12-31',
    skipped: [{ uid: 'never', reason: 'recurrence_not_supported', line: 11 }],
  });
  t.match(await take(), { createdCount: 0, knownCount: 4 });
  const { data } = await ok(app.call('GET /v1/calendar/holidays'));
  t.match(data[1], { externalId: 'fridays#2026-11-20', startsOn: '2026-11-20', endsOn: '2026-11-21' });
  await checkInvariants(t, app);
});
