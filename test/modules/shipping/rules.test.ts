import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import {
  addBusinessDays,
  addDays,
  dayIn,
  daysBetween,
  startOfDay,
} from '../../../src/modules/shipping/calendar-rules.ts';
import {
  areOverlapping,
  findPriceListFaults,
  type PriceStep,
  priceParcel,
} from '../../../src/modules/shipping/carriers/price-rules.ts';
import { makeCalendar } from '../../../src/modules/calendar/calendar-rules.ts';
import { placeOf } from '../../../src/modules/shipping/carriers/places.ts';
import {
  expectDays,
  findPromiseFaults,
  promiseFor,
  promisedDay,
} from '../../../src/modules/shipping/carriers/transit-rules.ts';
import {
  type OptionFacts,
  type Ranking,
  rankOptions,
  trialTurn,
} from '../../../src/modules/shipping/options/rules.ts';

const OPEN = makeCalendar({ version: 0, hours: [], holidays: [] }, 'UTC');
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);
const step = (fromGrams: number, toGrams: number | null, firstAmount = 600): PriceStep => ({
  fromGrams,
  toGrams,
  firstWeightGrams: 500,
  firstAmount,
  additionalWeightGrams: 500,
  additionalAmount: 150,
});
const pointers = (zones: Parameters<typeof findPriceListFaults>[0]['zones']) =>
  findPriceListFaults({ zones }).map(({ pointer }) => pointer);

t.test('days of a shop', async (t) => {
  t.equal(dayIn('Asia/Shanghai', new Date('1998-05-06T16:00:00Z')), '1998-05-07');
  t.equal(startOfDay('Asia/Shanghai', '1998-05-07').toISOString(), '1998-05-06T16:00:00.000Z');
  t.equal(
    startOfDay('America/Sao_Paulo', '2017-10-15').toISOString(),
    '2017-10-15T03:00:00.000Z',
    'it begins at one',
  );
  t.equal(addBusinessDays(OPEN, '1998-05-07', 3), '1998-05-12');
  t.equal(addBusinessDays(OPEN, '1998-05-09', 1), '1998-05-11', 'from a Saturday');
  t.equal(daysBetween('1998-02-28', '1998-03-01'), 1);
  t.equal(addDays('1998-12-31', 1), '1999-01-01');
});

t.test(
  'business days know the holidays on which the shop is closed, and nothing else of its calendar',
  async (t) => {
    const holiday = (
      startsOn: string,
      endsOn = startsOn,
      openings: { opens: string; closes: string }[] = [],
    ) => ({
      name: startsOn,
      startsOn,
      endsOn,
      recursYearly: false,
      openings,
    });
    const calendarOf = (...holidays: ReturnType<typeof holiday>[]) =>
      makeCalendar({ version: 1, hours: [], holidays }, 'UTC');
    const monday = calendarOf(holiday('1998-05-11'));
    t.equal(addBusinessDays(monday, '1998-05-07', 3), '1998-05-13');
    t.equal(addBusinessDays(monday, '1998-05-11', 0), '1998-05-11', 'no day at all is the day itself');
    t.equal(addBusinessDays(calendarOf(holiday('1998-05-09')), '1998-05-07', 3), '1998-05-12', 'a Saturday');
    const short = calendarOf(holiday('1998-05-11', '1998-05-11', [{ opens: '10:00', closes: '12:00' }]));
    t.equal(addBusinessDays(short, '1998-05-07', 3), '1998-05-12', 'short hours are hours');
    const promise = { fromDays: 1, toDays: 3 };
    t.equal(promisedDay(monday, '1998-05-07', promise, 'calendar'), '1998-05-10', 'all days count');
    t.match(expectDays(monday, '1998-05-07', undefined, promise, 'business', 20), {
      basis: 'promise',
      expectedDays: 6,
    });
    const endless = calendarOf(holiday('1998-01-01', '2018-01-01'));
    t.equal(addBusinessDays(endless, '1998-05-07', 1), undefined);
    t.match(expectDays(endless, '1998-05-07', undefined, promise, 'business', 20), {
      basis: 'unknown',
      expectedDays: null,
    });
  },
);

t.test('every day begins once, and is over when the next one begins', async () => {
  const zones = [
    'UTC',
    'Asia/Shanghai',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Pacific/Apia',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 8_000, max: 21_000 }), (zone, days) => {
      const day = addDays('1970-01-01', days);
      const start = startOfDay(zone, day);
      const next = startOfDay(zone, addDays(day, 1));
      assert.ok(dayIn(zone, new Date(start.getTime() - 1)) < day);
      assert.ok(dayIn(zone, start) >= day && start <= next);
      if (start < next) assert.equal(dayIn(zone, new Date(next.getTime() - 1)), day);
    }),
    { numRuns },
  );
});

t.test('prices by weight and place', async (t) => {
  const list = {
    volumetricDivisor: 6000,
    zones: [
      { name: 'US', areas: [{ country: 'US' }], steps: [step(0, 1_000), step(1_000, 20_000, 500)] },
      { name: 'far', areas: [{ country: 'US', regions: ['US-HI', 'ak'] }], steps: [step(0, null, 2_000)] },
    ],
  };
  const price = (region: string | null, grams: number, volume: number | null = null) => {
    const found = priceParcel(
      list,
      { country: 'US', regions: region === null ? [] : [region] },
      grams,
      volume,
    );
    return 'fault' in found ? found.fault : [Number(found.amount), found.chargedGrams, found.zoneName];
  };
  t.same(price(null, 500), [600, 500, 'US']);
  t.same(price(null, 501), [750, 501, 'US']);
  t.same(price('NY', 1_000), [750, 1_000, 'US'], 'the end belongs to the step');
  t.same(price('NY', 1_001), [500 + 2 * 150, 1_001, 'US']);
  t.same(price('HI', 500), [2_000, 500, 'far'], 'the region goes before its country');
  t.same(price('AK', 500), [2_000, 500, 'far']);
  t.same(price(null, 900, 36_000_000), [500 + 11 * 150, 6_000, 'US'], 'by size');
  t.same(price(null, 20_001), 'too_heavy');
  t.same(price('HI', 10_000_001), 'too_heavy');
  t.same(priceParcel(list, { country: 'DE', regions: [] }, 1, null), { fault: 'not_served' });
});

t.test('regions around a place, narrowest first', async (t) => {
  const zone = (...regions: string[]) => ({
    name: regions.join(),
    areas: [{ country: 'CN', ...(regions.length > 0 ? { regions } : {}) }],
    steps: [step(0, null)],
  });
  const zones = [zone(), zone('440000'), zone('440300')];
  const nameIn = async (region: string | null) => {
    const place = await placeOf({ country: 'CN', region }, zones);
    const found = priceParcel({ zones, volumetricDivisor: null }, place, 1, null);
    return 'fault' in found ? found.fault : found.zoneName;
  };
  t.equal(await nameIn('440305'), '440300', 'a district of Shenzhen');
  t.equal(await nameIn('CN-GD'), '440000', 'a province has two codes');
  t.equal(await nameIn('gd'), '440000');
  t.equal(await nameIn('440100'), '440000', 'Guangzhou');
  t.equal(await nameIn('Guangdong'), '', 'a name is no code');
  t.equal(await nameIn(null), '');
});

t.test('what contradicts itself in a price list', async (t) => {
  const zone = (areas: { country: string; regions?: string[] }[], steps = [step(0, null)]) => ({
    name: 'z',
    areas,
    steps,
  });
  t.same(pointers([zone([{ country: 'DE' }]), zone([{ country: 'US' }, { country: 'DE' }])]), [
    '/zones/1/areas/1',
  ]);
  t.same(pointers([zone([{ country: 'US', regions: ['CA', 'us-ca'] }])]), ['/zones/0/areas/0/regions/1']);
  t.same(
    pointers([zone([{ country: 'US' }]), zone([{ country: 'US', regions: ['CA'] }])]),
    [],
    'a part of it is no overlap',
  );
  const steps = (...list: PriceStep[]) => pointers([zone([{ country: 'DE' }], list)]);
  t.same(steps(step(10, null)), ['/zones/0/steps/0/fromGrams']);
  t.same(steps(step(0, 10), step(20, 30)), ['/zones/0/steps/1/fromGrams']);
  t.same(steps(step(0, 10), step(5, 30)), ['/zones/0/steps/1/fromGrams']);
  t.same(steps(step(0, null), step(5, 5)), ['/zones/0/steps/1/fromGrams', '/zones/0/steps/1/toGrams']);
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  t.ok(areOverlapping({ validFrom: at(1), validTo: null }, { validFrom: at(9), validTo: at(10) }));
  t.notOk(
    areOverlapping({ validFrom: at(1), validTo: at(9) }, { validFrom: at(9), validTo: null }),
    'the end is free',
  );
});

t.test('a ladder without faults prices every weight, and never less for more within a step', async () => {
  const ends = fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(ends, fc.integer({ min: 1, max: 5_000 }), (unsorted, grams) => {
      const sorted = unsorted.toSorted((a, b) => a - b);
      const steps = sorted.map((end, i) => step(sorted[i - 1] ?? 0, i === sorted.length - 1 ? null : end));
      const zones = [{ name: 'z', areas: [{ country: 'DE' }], steps }];
      assert.deepEqual(findPriceListFaults({ zones }), []);
      const amount = (weight: number) => {
        const found = priceParcel(
          { zones, volumetricDivisor: null },
          { country: 'DE', regions: [] },
          weight,
          null,
        );
        assert.ok('amount' in found);
        return found.amount;
      };
      assert.ok(amount(grams + 1) >= amount(grams));
    }),
    { numRuns },
  );
});

t.test('promises and expectations', async (t) => {
  const promises = [
    { countries: ['DE'], fromDays: 1, toDays: 2 },
    { fromDays: 3, toDays: 6 },
  ];
  t.same(findPromiseFaults(promises), []);
  t.same(
    findPromiseFaults([
      ...promises,
      { fromDays: 3, toDays: 1 },
      { countries: ['FR', 'DE'], fromDays: 0, toDays: 1 },
    ]).map(({ pointer }) => pointer),
    ['/promises/2/toDays', '/promises/2', '/promises/3/countries/1'],
  );
  t.equal(promiseFor(promises, 'DE')?.toDays, 2);
  t.equal(promiseFor(promises, 'FR')?.toDays, 6);
  t.equal(promisedDay(OPEN, '1998-05-07', { fromDays: 1, toDays: 3 }, 'business'), '1998-05-12');
  const history = { caseCount: 20, tenthDays: 2, medianDays: 4, ninetiethDays: 9 };
  t.same(expectDays(OPEN, '1998-05-07', history, promises[0], 'business', 20), {
    basis: 'history',
    caseCount: 20,
    earliestDays: 2,
    expectedDays: 4,
    latestDays: 9,
  });
  t.match(
    expectDays(OPEN, '1998-05-07', { ...history, caseCount: 19 }, promises[0], 'business', 20),
    {
      basis: 'promise',
      caseCount: 19,
      earliestDays: 1,
      expectedDays: 4,
    },
    'two business days from a Thursday are four days',
  );
  t.match(expectDays(OPEN, '1998-05-07', undefined, undefined, 'business', 20), {
    basis: 'unknown',
    expectedDays: null,
  });
});

const option = (
  carrierId: string,
  amount: number,
  days: number | null,
  scoreBps: number | null,
  isOnTrial = false,
  scoreCaseCount = scoreBps === null ? 0 : 20,
): OptionFacts => ({
  carrierId,
  methodId: 'm',
  isOnTrial,
  amount: BigInt(amount),
  expected: {
    basis: days === null ? 'unknown' : 'promise',
    caseCount: 0,
    earliestDays: days,
    expectedDays: days,
    latestDays: days,
  },
  scoreBps,
  scoreCaseCount,
});
const ranked = (options: readonly OptionFacts[], ranking: Ranking, turn?: string) =>
  rankOptions(options, ranking, turn, 20).map(
    ({ option: { carrierId }, reason }) => `${carrierId} ${reason}`,
  );

t.test('ranking, and why', async (t) => {
  const options = [
    option('a', 900, 2, null),
    option('b', 600, 5, 8_000),
    option('c', 600, null, 9_000),
    option('n', 100, 1, null, true),
  ];
  t.same(ranked(options, 'cost', undefined), ['c best', 'b tied', 'a behind', 'n trial_waits']);
  t.same(ranked(options, 'speed', undefined), ['a best', 'b behind', 'c no_figure', 'n trial_waits']);
  t.same(ranked(options, 'score', 'n'), ['n trial_turn', 'c best', 'b behind', 'a no_figure']);
  // Three parcels, all perfect: above the mean of the shop, and behind those of whom more is known.
  const lucky = option('l', 600, 5, 9_500, false, 3);
  t.same(ranked([...options, lucky], 'score'), [
    'c best',
    'b behind',
    'l few_cases',
    'a no_figure',
    'n trial_waits',
  ]);
  t.equal(ranked([...options, lucky], 'cost')[0], 'c best');
});

t.test('carriers on trial get their shares, the same for the same key', async (t) => {
  const trials = [
    { carrierId: 'b', shareBps: 1_000 },
    { carrierId: 'a', shareBps: 500 },
  ];
  const turns = Array.from({ length: 20_000 }, (_, i) => trialTurn('shop', `basket-${i}`, trials));
  const share = (carrier: string) => turns.filter((turn) => turn === carrier).length / turns.length;
  t.ok(Math.abs(share('a') - 0.05) < 0.006, `${share('a')} of 0.05`);
  t.ok(Math.abs(share('b') - 0.1) < 0.008, `${share('b')} of 0.1`);
  t.equal(trialTurn('shop', 'basket-7', trials), trialTurn('shop', 'basket-7', trials.toReversed()));
  t.equal(trialTurn('shop', 'x', [{ carrierId: 'a', shareBps: 10_000 }]), 'a');
  t.equal(trialTurn('shop', 'x', [{ carrierId: 'a', shareBps: 0 }]), undefined);
});
