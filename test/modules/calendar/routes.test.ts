import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeAnnouncement, makeHoliday, setHours } from '../../support/calendar-world.ts';
import { makeCustomer, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, HOUR, ok, times } from '../orders/support.ts';

// A Friday, 17:00 in Berlin.
const app = await startApp(t, {
  clock: { now: () => new Date('2026-11-20T16:00:00Z') },
  shop: { timezone: 'Europe/Berlin' },
});
const berlin = () => app.createShop({ timezone: 'Europe/Berlin' });
const closed = { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] };
const deadline = async (shop: TestShop, minutes: number, from = '') =>
  (await ok(shop.call(`GET /v1/calendar/deadline?minutes=${minutes}${from && `&from=${from}`}`))).deadlineAt;

t.test('a shop that has said nothing is always open', async (t) => {
  const shop = await berlin();
  t.equal(await deadline(shop, 120), '2026-11-20T18:00:00.000Z');
  t.match(await ok(shop.call('GET /v1/calendar/open-state')), { isOpen: true, closesAt: null });
  const { data } = await ok(shop.call('GET /v1/calendar/days?from=2026-11-21&to=2026-11-22'));
  t.match(data, [
    {
      on: '2026-11-21',
      weekday: 'saturday',
      isWorkingDay: true,
      openings: [{ opens: '00:00', closes: '24:00' }],
    },
    { on: '2026-11-22', weekday: 'sunday', isWorkingDay: true },
  ]);
});

t.test('hours, holidays and what they do to a deadline are seen at once', async (t) => {
  const shop = await berlin();
  t.equal(await deadline(shop, 120), '2026-11-20T18:00:00.000Z');
  const { id: hoursId, version } = await setHours(shop, '2026-11-01');
  t.equal(version, 1);
  t.equal(await deadline(shop, 120), '2026-11-23T09:00:00.000Z');
  const holiday = await makeHoliday(shop, { startsOn: '2026-11-23', name: 'Moving house' });
  t.equal(await deadline(shop, 120), '2026-11-24T09:00:00.000Z');
  await ok(
    shop.call(`PATCH /v1/calendar/holidays/${holiday.id}`, {
      body: { openings: [{ opens: '12:00', closes: '14:00' }] },
    }),
  );
  t.equal(
    await deadline(shop, 120),
    '2026-11-23T12:00:00.000Z',
    'the last hour of Friday and the first of Monday',
  );
  await ok(shop.call(`DELETE /v1/calendar/holidays/${holiday.id}`));
  t.equal((await shop.call(`GET /v1/calendar/holidays/${holiday.id}`)).status, 404);
  t.equal(await deadline(shop, 120), '2026-11-23T09:00:00.000Z');
  t.equal(await deadline(shop, 60, '2026-12-24T10:00:00Z'), '2026-12-24T11:00:00.000Z');
  t.match(await ok(shop.call('GET /v1/calendar/open-state')), {
    isOpen: true,
    opensAt: '2026-11-20T16:00:00.000Z',
    closesAt: '2026-11-20T17:00:00.000Z',
  });
  await ok(shop.call(`DELETE /v1/calendar/business-hours/${hoursId}`));
  t.equal(await deadline(shop, 120), '2026-11-20T18:00:00.000Z');
  t.equal((await shop.call(`DELETE /v1/calendar/business-hours/${hoursId}`)).status, 404);
});

t.test('a shop that moves to another zone keeps its hours there', async (t) => {
  const shop = await berlin();
  await setHours(shop);
  t.equal(await deadline(shop, 120), '2026-11-23T09:00:00.000Z');
  await ok(shop.call('PATCH /v1/shop', { body: { timezone: 'America/New_York' } }));
  t.equal(await deadline(shop, 120), '2026-11-20T18:00:00.000Z', 'it is 11 o’clock in New York');
});

t.test('hours in versions', async (t) => {
  const shop = await berlin();
  await setHours(shop, '2026-11-01');
  const friday = { friday: [{ opens: '09:00', closes: '12:00' }] };
  const put = { body: { inForceOn: '2026-11-27', week: { ...closed, ...friday } } };
  const first = await shop.call('PUT /v1/calendar/business-hours', put);
  t.match([first.status, first.headers['etag']], [201, '"1"']);
  const headers = { 'if-match': '"7"' };
  t.equal((await shop.call('PUT /v1/calendar/business-hours', { ...put, headers })).status, 412);
  t.equal((await shop.call('PUT /v1/calendar/business-hours', put)).status, 200);
  const { data } = await ok(shop.call('GET /v1/calendar/business-hours'));
  t.match(data, [
    { inForceOn: '2026-11-27', version: 2 },
    { inForceOn: '2026-11-01', version: 1 },
  ]);
  const days = await ok(shop.call('GET /v1/calendar/days?from=2026-11-20&to=2026-11-30'));
  t.same(
    days.data
      .filter(({ isWorkingDay }: { isWorkingDay: boolean }) => isWorkingDay)
      .map(({ on }: { on: string }) => on),
    ['2026-11-20', '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27'],
  );
});

t.test('hours that contradict each other are refused, each at its place', async (t) => {
  const shop = await berlin();
  const monday = [
    { opens: '09:00', closes: '12:00' },
    { opens: '11:00', closes: '18:00' },
  ];
  const refused = await shop.call('PUT /v1/calendar/business-hours', {
    body: { inForceOn: '2026-11-01', week: { ...closed, monday } },
  });
  t.match(refused, {
    status: 422,
    body: { code: 'business_hours_inconsistent', errors: [{ pointer: '/week/monday/1/opens' }] },
  });
  const never = await shop.call('PUT /v1/calendar/business-hours', {
    body: { inForceOn: '2026-11-01', week: closed },
  });
  t.match(never, { status: 422, body: { code: 'never_open', closedFromOn: '2026-11-01' } });
  t.same((await ok(shop.call('GET /v1/calendar/business-hours'))).data, [], 'and nothing was written');
  const far = await shop.call('PUT /v1/calendar/business-hours', {
    body: { inForceOn: '1969-12-31', week: closed },
  });
  t.match(far, { status: 422, body: { code: 'days_out_of_range' } });
  t.equal(
    (await shop.call('PUT /v1/calendar/business-hours', { body: { inForceOn: '2027-02-29', week: closed } }))
      .status,
    400,
  );
});

t.test('no two changes together close a shop for good', async (t) => {
  const shop = await berlin();
  const year = (of: number) => ({ name: 'Closed', startsOn: `${of}-01-01`, endsOn: `${of}-12-31` });
  const answers = await Promise.all(
    times(8).map((index) => shop.call('POST /v1/calendar/holidays', { body: year(2030 + index) })),
  );
  const placed = answers.filter(({ status }) => status === 201).length;
  t.ok(placed >= 1 && placed <= 4, `${placed} years may be closed, but no two that follow each other`);
  t.ok(answers.every(({ status, body }) => status === 201 || body.code === 'never_open'));
  await checkInvariants(t, app);
});

t.test('a shop has a limited number of holidays, also when they come together', async (t) => {
  const shop = await berlin();
  const items = (from: number) =>
    times(1000).map((index) => {
      const startsOn = new Date(Date.UTC(2027, 0, 1) + (from + index) * 2 * 86_400_000)
        .toISOString()
        .slice(0, 10);
      return { externalId: `h-${from + index}`, name: 'Every other day', startsOn };
    });
  const bulk = (from: number) =>
    shop.call('POST /v1/calendar/holidays/bulk', { body: { items: items(from) } });
  const answers = await Promise.all([bulk(0), bulk(1000), bulk(2000)]);
  t.same(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 200, 422],
  );
  t.equal(
    (await shop.call('POST /v1/calendar/holidays', { body: { name: 'x', startsOn: '2050-01-01' } })).body
      .code,
    'too_many_holidays',
  );
  const first = await ok(shop.call('GET /v1/calendar/holidays?limit=200'));
  const second = await ok(shop.call(`GET /v1/calendar/holidays?limit=200&cursor=${first.nextCursor}`));
  t.ok(first.data.at(-1).startsOn < second.data[0].startsOn);
});

t.test('bulk by external id', async (t) => {
  const shop = await berlin();
  const items = [
    { externalId: 'a', name: 'A', startsOn: '2027-01-01', recursYearly: true },
    { externalId: 'b', name: 'B', startsOn: '2027-02-05', endsOn: '2027-02-01' },
    { externalId: 'a', name: 'Again', startsOn: '2027-01-02' },
  ];
  const atomic = await shop.call('POST /v1/calendar/holidays/bulk', { body: { items } });
  t.match(atomic, {
    status: 422,
    body: {
      code: 'holiday_inconsistent',
      errors: [{ pointer: '/items/1/endsOn' }, { pointer: '/items/2/externalId' }],
    },
  });
  const each = await shop.call('POST /v1/calendar/holidays/bulk', { body: { mode: 'perItem', items } });
  t.equal(each.status, 207);
  t.match(each.body.results, [
    { status: 201 },
    { status: 422, error: { errors: [{ pointer: '/endsOn' }] } },
    { status: 422 },
  ]);
  const again = await shop.call('POST /v1/calendar/holidays/bulk', { body: { items: items.slice(0, 1) } });
  t.match(again.body.results, [{ status: 200, id: each.body.results[0].id }]);
  t.match(
    (await ok(shop.call(`GET /v1/calendar/holidays/${each.body.results[0].id}`))).version,
    1,
    'as it was',
  );
  const taken = await shop.call('POST /v1/calendar/holidays', {
    body: { externalId: 'a', name: 'x', startsOn: '2027-01-01' },
  });
  t.match(taken, {
    status: 409,
    body: { code: 'holiday_external_id_taken', errors: [{ pointer: '/externalId' }] },
  });
});

const event = (uid: string, ...lines: string[]) => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  `SUMMARY:${uid}`,
  ...lines,
  'END:VEVENT',
];
const file = (...events: string[][]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//t//t//EN', ...events.flat(), 'END:VCALENDAR'].join('\r\n');

t.test('an iCalendar file becomes holidays, once', async (t) => {
  const shop = await berlin();
  const text = file(
    event('may', 'DTSTART;VALUE=DATE:20270501', 'DTEND;VALUE=DATE:20270506', 'RRULE:FREQ=YEARLY'),
    event('one', 'DTSTART;VALUE=DATE:20270607'),
    event(
      'thanks',
      'DTSTART;VALUE=DATE:20261126',
      'DTEND;VALUE=DATE:20261127',
      'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH',
    ),
    event('party', 'DTSTART:20270607T180000Z', 'DTEND:20270607T200000Z'),
    event('gone', 'DTSTART;VALUE=DATE:20270608', 'STATUS:CANCELLED'),
    event('daily', 'DTSTART;VALUE=DATE:20270608', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'),
    event('one', 'DTSTART;VALUE=DATE:20270609'),
    event('old', 'DTSTART;VALUE=DATE:19691231'),
    event('nowhere', 'DTSTART;VALUE=DATE:20271340'),
    event('february', 'DTSTART;VALUE=DATE:20270228', 'DTEND;VALUE=DATE:20270230'),
    event('backwards', 'DTSTART;VALUE=DATE:20270607', 'DTEND;VALUE=DATE:20270601'),
  );
  const first = await ok(shop.call('POST /v1/calendar/holidays/import', { body: { text } }));
  t.match(first, { createdCount: 7, knownCount: 0 });
  t.same(
    first.skipped.map(({ uid, reason }: { uid: string; reason: string }) => [uid, reason]),
    [
      ['party', 'not_all_day'],
      ['gone', 'cancelled'],
      ['daily', 'recurrence_not_supported'],
      ['one', 'repeated_uid'],
      ['old', 'out_of_range'],
      ['nowhere', 'not_readable'],
      ['february', 'not_readable'],
      ['backwards', 'not_readable'],
    ],
  );
  t.match(await ok(shop.call('POST /v1/calendar/holidays/import', { body: { text } })), {
    createdCount: 0,
    knownCount: 7,
  });
  const { data } = await ok(shop.call('GET /v1/calendar/holidays'));
  t.same(
    data.map(({ externalId, startsOn, endsOn, recursYearly }: Record<string, unknown>) => [
      externalId,
      startsOn,
      endsOn,
      recursYearly,
    ]),
    [
      ['thanks#2026', '2026-11-26', '2026-11-26', false],
      ['may', '2027-05-01', '2027-05-05', true],
      ['one', '2027-06-07', '2027-06-07', false],
      ['thanks#2027', '2027-11-25', '2027-11-25', false],
      ['thanks#2028', '2028-11-23', '2028-11-23', false],
      ['thanks#2029', '2029-11-22', '2029-11-22', false],
      ['thanks#2030', '2030-11-28', '2030-11-28', false],
    ],
  );
});

t.test('what is no calendar is refused, and what is no day is told', async (t) => {
  const shop = await berlin();
  for (const broken of [
    'nonsense',
    'BEGIN:VCALENDAR\r\nEND:VCALENDAR',
    file(event('x')),
    'BEGIN:VCALENDAR\r\nBEGIN:VEVENT',
  ]) {
    const answer = await shop.call('POST /v1/calendar/holidays/import', { body: { text: broken } });
    t.ok(
      answer.status === 422 || answer.body.skipped?.length === 1,
      `${answer.status} for ${broken.slice(0, 30)}`,
    );
  }
});

t.test('announcements are shown for their time, to their readers, on their channel', async (t) => {
  const shop = await app.createShop();
  const until = new Date(Date.UTC(2026, 10, 20, 18)).toISOString();
  const open = await makeAnnouncement(shop, { visibleUntil: until });
  await makeAnnouncement(shop, { audience: 'staff' });
  await makeAnnouncement(shop, { visibleFrom: until, channel: 'douyin' });
  const customer = await tokenOf(shop, (await makeCustomer(shop)).id);
  const shown = async (query = '', as = shop.publishableKey) =>
    (await ok(shop.call(`GET /v1/public-announcements${query}`, { as }))).data.map(
      ({ id }: { id: string }) => id,
    );
  t.same(await shown(), [open.id]);
  t.same(await shown('', customer), [open.id]);
  t.equal((await shop.call('GET /v1/announcements', { as: shop.publishableKey })).status, 403);
  t.equal((await ok(shop.call('GET /v1/announcements'))).data.length, 3);
  t.equal((await ok(shop.call('GET /v1/announcements?audience=staff'))).data.length, 1);
  await advance(shop, 2 * HOUR);
  t.equal((await shown()).length, 1, 'one is over, the other has begun');
  t.same(await shown('?channel=web'), []);
  t.equal((await shown('?channel=douyin')).length, 1);
  const changed = await ok(shop.call(`PATCH /v1/announcements/${open.id}`, { body: { visibleUntil: null } }));
  t.equal(changed.version, 2);
  t.equal((await shown()).length, 2);
  await ok(shop.call(`DELETE /v1/announcements/${open.id}`));
  t.equal((await shown()).length, 1);
  const twice = [
    { language: 'en', title: 'a', body: 'b' },
    { language: 'EN', title: 'a', body: 'b' },
  ];
  const refused = await shop.call('POST /v1/announcements', {
    body: { audience: 'public', texts: twice, visibleUntil: '2020-01-01T00:00:00Z' },
  });
  t.match(refused, { status: 422, body: { code: 'announcement_inconsistent' } });
  t.same(
    refused.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/texts/1/language', '/visibleUntil'],
  );
});

t.test('deadlines and days that are too far away', async (t) => {
  const shop = await berlin();
  await setHours(shop, '2020-01-01', { ...closed, monday: [{ opens: '09:00', closes: '09:01' }] });
  t.equal(await deadline(shop, 100), '2028-10-16T07:01:00.000Z', 'a minute a week');
  t.match(await shop.call('GET /v1/calendar/deadline?minutes=600'), {
    status: 422,
    body: { code: 'deadline_too_far' },
  });
  t.match(await shop.call('GET /v1/calendar/deadline?minutes=1&from=9999-12-31T23:00:00Z'), {
    status: 422,
    body: { code: 'days_out_of_range', errors: [{ pointer: '/from' }] },
  });
  for (const query of [
    'from=2026-01-01&to=2027-01-02',
    'from=2026-01-02&to=2026-01-01',
    'from=1969-01-01&to=1969-01-02',
  ])
    t.match(await shop.call(`GET /v1/calendar/days?${query}`), {
      status: 422,
      body: { code: 'days_out_of_range' },
    });
  t.equal((await ok(shop.call('GET /v1/calendar/days?from=2028-01-01&to=2028-12-31'))).data.length, 366);
});
