import t from 'tap';
import { shippingSweeps } from '../../../src/modules/shipping/sweeps.ts';
import { runDueSweeps } from '../../../src/platform/jobs/sweeps.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCarrier, makeMethod, makePriceList, makeSentOrder, STEP } from '../../support/world-shipping.ts';
import { advance, checkInvariants, DAY, ok, times } from '../orders/support.ts';
import { at, tell } from './support.ts';

const app = await startApp(t);
const scoresOf = async (shop: TestShop, day?: string) =>
  (await ok(shop.call(`GET /v1/carrier-scores${day ? `?day=${day}` : ''}`))).data;
const options = async (shop: TestShop, body: object = {}) =>
  ok(shop.call('POST /v1/delivery-options', { body: { country: 'DE', weightGrams: 1_000, ...body } }));
const promises = [{ fromDays: 1, toDays: 2 }];

/** A carrier that does it for so much, with one method. */
async function makeOffer(shop: TestShop, name: string, firstAmount: number, fields: object = {}) {
  const carrier = await makeCarrier(shop, { name, ...fields });
  const method = await makeMethod(shop, carrier.id, { dayKind: 'calendar', promises });
  const steps = [{ ...STEP, firstAmount }];
  await makePriceList(shop, method, { zones: [{ name: 'DE', areas: [{ country: 'DE' }], steps }] });
  return { carrierId: carrier.id as string, methodId: method.id as string };
}

const send = (shop: TestShop, carrierId: string, trackingNumber: string) =>
  makeSentOrder(shop, { carrierId, method: 'standard', parcels: undefined, trackingNumber });
const dayIn = (zone: string, time: Date) => time.toLocaleDateString('en-CA', { timeZone: zone });

const ZONE = 'Asia/Shanghai';
const numbers = times(4).map((i) => `P${i}`);

/** Two carriers with four parcels each. Five days later one has brought them all, the other two of them, and has lost one. */
async function makeFates(shop: TestShop) {
  const { carrierId: good } = await makeOffer(shop, 'Good', 600);
  const { carrierId: bad } = await makeOffer(shop, 'Bad', 300);
  for (const number of numbers) await send(shop, good, number);
  for (const number of numbers) await send(shop, bad, number);
  const { shippedAt } = (await ok(shop.call('GET /v1/parcels?limit=1'))).data[0];
  const isEarly = (await scoresOf(shop)).length > 0;
  await advance(shop, 5 * DAY);
  const told = (number: string, kind: string, hours: number) => ({
    id: `${kind}-${number}`,
    number,
    kind,
    at: at(shippedAt, hours),
  });
  await tell(
    shop,
    good,
    numbers.map((number) => told(number, 'delivered', 24)),
  );
  await tell(shop, bad, [
    told('P0', 'delivered', 24),
    told('P1', 'delivered', 4 * 24),
    told('P2', 'lost', 30),
  ]);
  const [first] = (await ok(shop.call(`GET /v1/parcels?carrierId=${good}&limit=1`))).data;
  await ok(shop.call(`POST /v1/orders/${first.orderId}/parcels/${first.id}/rating`, { body: { rating: 5 } }));
  await advance(shop, DAY);
  return { good, bad, isEarly, sentOn: dayIn(ZONE, new Date(shippedAt)) };
}

t.test('each day is scored once it is over in the time zone of the shop', async (t) => {
  const shop = await app.createShop({ timezone: ZONE });
  const { good, bad, isEarly, sentOn } = await makeFates(shop);
  t.notOk(isEarly, 'nothing is scored while the day is not over');
  const scores = await scoresOf(shop);
  t.same(
    scores.map(({ carrierId }: any) => carrierId),
    [good, bad],
    'best first',
  );
  t.match(scores[0], {
    parcelCount: 4,
    promisedCount: 4,
    onTimeCount: 4,
    deliveredCount: 4,
    transitDaysSum: 4,
  });
  t.match(scores[0], { spoiledCount: 0, ratingCount: 1, ratingSum: 5 });
  // One on time of four: one came on the fourth day, one is lost, and of the last one nothing was heard.
  t.match(scores[1], { parcelCount: 4, promisedCount: 4, onTimeCount: 1, deliveredCount: 2, endedCount: 3 });
  t.match(scores[1], { lostCount: 1, spoiledCount: 1, ratingCount: 0 });
  // (1 + 20 × 5/8) / 24 and (4 + 20 × 5/8) / 24.
  t.match([scores[1].onTimeBps, scores[0].onTimeBps], [5_625, 6_875], 'drawn toward the shop');
  const past = await scoresOf(shop, sentOn);
  t.match(
    past,
    [{ parcelCount: 4, promisedCount: 0, deliveredCount: 0 }, { parcelCount: 4 }],
    'what was scored stays',
  );

  const history = await ok(shop.call(`GET /v1/carriers/${good}/scores?limit=2`));
  t.equal(history.data.length, 2);
  const rest = await ok(shop.call(`GET /v1/carriers/${good}/scores?limit=200&cursor=${history.nextCursor}`));
  const days = [...history.data, ...rest.data].map(({ day }: any) => day);
  t.same(
    days,
    [...new Set<string>(days)].toSorted((a, b) => (a < b ? 1 : -1)),
    'one for each day',
  );
  t.equal(days.at(-1), sentOn);
});

t.test('scores sleep when there is nothing to count, and a parcel wakes them', async (t) => {
  const shop = await app.createShop();
  const { carrierId } = await makeOffer(shop, 'One', 600);
  t.equal((await advance(shop, 3 * DAY)).changed ?? 0, 0);
  await send(shop, carrierId, 'S1');
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { shipping: { scoreWindowDays: 7 } } } }));
  await advance(shop, 30 * DAY);
  const count = async () =>
    (await ok(shop.call(`GET /v1/carriers/${carrierId}/scores?limit=200`))).data.length;
  const asleep = await count();
  t.ok(asleep <= 9, `${asleep} days of 30`);
  await send(shop, carrierId, 'S2');
  await advance(shop, 2 * DAY);
  t.equal(await count(), asleep + 2);
});

t.test('many who score at once score each day once', async (t) => {
  const shop = await app.createShop();
  const { carrierId } = await makeOffer(shop, 'One', 600);
  await send(shop, carrierId, 'M1');
  await app.deps.db.$client.query('update shops set clock_offset_ms = $2 where id = $1', [
    shop.shopId,
    5 * 86_400_000,
  ]);
  const runs = await Promise.all(times(8).map(() => runDueSweeps(app.deps, shippingSweeps)));
  t.equal(
    runs.reduce((sum, done) => sum + done, 0),
    5,
  );
  t.equal((await ok(shop.call(`GET /v1/carriers/${carrierId}/scores`))).data.length, 5);
});

t.test('own history counts from enough cases on, else the promise, and the answer says which', async (t) => {
  const shop = await app.createShop();
  await ok(shop.call('PATCH /v1/shop', { body: { settings: { shipping: { transitMinimumCases: 3 } } } }));
  const { carrierId, methodId } = await makeOffer(shop, 'One', 600);
  const silent = await makeCarrier(shop, { name: 'Silent' });
  const plain = await makeMethod(shop, silent.id, { promises: [] });
  await makePriceList(shop, plain);
  for (const number of ['H0', 'H1', 'H2']) await send(shop, carrierId, number);
  const { shippedAt } = (await ok(shop.call('GET /v1/parcels?limit=1'))).data[0];
  await advance(shop, 10 * DAY);
  const arrive = (number: string, day: number) =>
    tell(shop, carrierId, [{ id: number, number, kind: 'delivered', at: at(shippedAt, day * 24) }]);
  await arrive('H0', 3);
  await arrive('H1', 4);
  await advance(shop, DAY);
  const expectedOf = async () => (await options(shop)).data.map(({ expected }: any) => expected);
  t.match(await expectedOf(), [
    { basis: 'promise', caseCount: 2, expectedDays: 2 },
    { basis: 'unknown', caseCount: 0, expectedDays: null, expectedOn: null },
  ]);
  await arrive('H2', 9);
  await advance(shop, DAY);
  t.match(await expectedOf(), [
    { basis: 'history', caseCount: 3, expectedDays: 4, latestDays: 9 },
    { basis: 'unknown' },
  ]);
  t.match((await ok(shop.call(`GET /v1/carriers/${carrierId}/transit-days`))).data, [
    { methodId, country: 'DE', caseCount: 3, medianDays: 4, ninetiethDays: 9 },
  ]);
});

t.test('ways to send something are ranked, and those that do not do say why', async (t) => {
  const shop = await app.createShop();
  const { carrierId: cheap } = await makeOffer(shop, 'Cheap', 300);
  const { carrierId: dear } = await makeOffer(shop, 'Dear', 900);
  const { carrierId: fresh } = await makeOffer(shop, 'Fresh', 100, { status: 'trial', trialShareBps: 5_000 });
  const resting = await makeOffer(shop, 'Resting', 1);
  await ok(shop.call(`POST /v1/carriers/${resting.carrierId}/pause`));
  const bare = await makeCarrier(shop, { name: 'Bare' });
  await makeMethod(shop, bare.id);
  const found = await options(shop);
  t.same(
    found.data.map(({ carrierId, reason, rank, priceAmount }: any) => [carrierId, reason, rank, priceAmount]),
    [
      [cheap, 'best', 1, 450],
      [dear, 'behind', 2, 1_050],
      [fresh, 'trial_waits', 3, 250],
    ],
  );
  t.match(found.unavailable, [{ carrierId: bare.id, reason: 'no_price_list' }]);
  const heavy = await options(shop, { weightGrams: 40_000 });
  t.same(heavy.data, []);
  t.same(
    heavy.unavailable.map(({ reason }: any) => reason),
    ['too_heavy', 'too_heavy', 'too_heavy', 'no_price_list'],
  );
  t.match((await options(shop, { country: 'FR' })).unavailable[0], { reason: 'not_served' });
  const sized = await options(shop, { volumeMm3: 36_000_000 });
  t.equal(sized.data[0].chargedGrams, 1_000, 'without a divisor only the scales count');

  const firsts = await Promise.all(
    times(60).map(async (i) => (await options(shop, { key: `basket-${i}` })).data[0]),
  );
  const turns = firsts.filter(({ carrierId }) => carrierId === fresh);
  t.ok(turns.length > 15 && turns.length < 45, `${turns.length} of 60 with a share of half`);
  t.ok(turns.every(({ reason }) => reason === 'trial_turn'));
  const again = await Promise.all(
    times(60).map(async (i) => (await options(shop, { key: `basket-${i}` })).data[0].carrierId),
  );
  t.same(
    again,
    firsts.map(({ carrierId }) => carrierId),
    'the same key is always the same one’s turn',
  );
});

t.test('at the end everything holds', async (t) => {
  await app.settle();
  await checkInvariants(t, app);
});
