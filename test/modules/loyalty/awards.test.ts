import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeCustomer, must, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}`));
const award = (shop: TestShop, id: string, sourceKey: string, reason = 'review') =>
  shop.call(`POST /v1/loyalty-members/${id}/awards`, { body: { reason, sourceKey } });
const setBirthday = (shop: TestShop, id: string, birthday: string | null) =>
  shop.call(`PUT /v1/loyalty-members/${id}/birthday`, { body: { birthday } });

/** Month and day of an instant, so many days later; test shops are in UTC. */
const dayAfter = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(5, 10);

const lotsOf = async (shop: TestShop, id: string, source: string): Promise<{ grantedAt: string }[]> =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/lots?limit=100`))).data.filter(
    (lot: { source: string }) => lot.source === source,
  );

t.test('a review and a referral give what the programme offers, once for each source', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { reviewPoints: 20, referralPoints: 300 });
  const id = await makeMember(shop);
  const first = await award(shop, id, 'r-1');
  t.match(first, { status: 201, body: { source: 'review', grantedPoints: 20, isPromotional: true } });
  t.match(await award(shop, id, 'r-1'), { status: 200, body: { id: first.body.id } });
  t.match(await award(shop, id, 'r-2'), { status: 201 });
  t.match(await award(shop, id, 'r-1', 'referral'), { status: 201, body: { grantedPoints: 300 } });
  const other = await makeMember(shop);
  t.match(await award(shop, other, 'r-1'), { status: 409, body: { code: 'points_source_taken' } });
  t.match(
    await read(shop, id),
    { activePoints: 40, pendingPoints: 300 },
    'what was bought may still come back',
  );
  t.match(await read(shop, other), { activePoints: 0 });
  await setProgramme(shop, { reviewPoints: 0 });
  t.match(await award(shop, id, 'r-3'), { status: 409, body: { code: 'points_not_offered' } });
  t.match(
    await award(shop, id, 'r-1'),
    { status: 200 },
    'what was given is told of, whatever is offered now',
  );
  await checkInvariants(t, app);
});

t.test('who takes no part, has left or is gone is awarded nothing', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { reviewPoints: 20 });
  const { id: stranger } = await makeCustomer(shop);
  t.match(await award(shop, stranger, 'r-1'), { status: 404 });
  const id = await makeMember(shop);
  await must(shop.call(`POST /v1/loyalty-members/${id}/leave`, { body: {} }));
  t.match(await award(shop, id, 'r-1'), { status: 409, body: { code: 'member_left' } });
  t.match(await setBirthday(shop, id, '06-30'), { status: 409, body: { code: 'member_left' } });
  await must(shop.call(`POST /v1/customers/${id}/erase`, { body: {} }));
  t.match(await award(shop, id, 'r-1'), { status: 422, body: { code: 'customer_erased' } });
});

t.test('the same award asked for by many at once is given once', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { reviewPoints: 20 });
  const [one, two] = [await makeMember(shop), await makeMember(shop)];
  const answers = await Promise.all(
    times(20).map((number) => award(shop, number % 2 === 0 ? one : two, 'r-1')),
  );
  t.same(tally(answers), { 200: 9, 201: 1, 409: 10 });
  const points = (await read(shop, one)).activePoints + (await read(shop, two)).activePoints;
  t.equal(points, 20);
});

t.test('a birthday gives points when it begins, once a year', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { birthdayPoints: 50 });
  const [today, soon, silent] = [await makeMember(shop), await makeMember(shop), await makeMember(shop)];
  t.match(await ok(setBirthday(shop, soon, dayAfter(3))), { birthday: dayAfter(3), activePoints: 0 });
  await ok(setBirthday(shop, today, dayAfter(0)));
  await advance(shop, 2 * DAY);
  t.match(await read(shop, soon), { activePoints: 0 });
  await advance(shop, 2 * DAY);
  await app.settle();
  t.match(await read(shop, soon), { activePoints: 50 });
  t.match(await read(shop, today), { activePoints: 0 }, 'not on the day on which it is said');
  const again = (await ok(setBirthday(shop, soon, dayAfter(20)))).version;
  t.equal(
    (await ok(setBirthday(shop, soon, dayAfter(20)))).version,
    again,
    'saying it again changes nothing',
  );
  await advance(shop, 380 * DAY);
  await app.settle();
  t.match(await lotsOf(shop, today, 'birthday'), [{ grantedPoints: 50 }]);
  const lots = await lotsOf(shop, soon, 'birthday');
  t.same(new Set(lots.map((lot) => lot.grantedAt.slice(0, 4))).size, lots.length, 'one in each year');
  t.match(await lotsOf(shop, silent, 'birthday'), []);
  await checkInvariants(t, app);
});

t.test('who leaves, is merged or erased takes the birthday along', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { birthdayPoints: 50 });
  const [stays, goes] = [await makeMember(shop), await makeMember(shop)];
  await ok(setBirthday(shop, goes, '02-29'));
  await must(shop.call(`POST /v1/customers/${stays}/merge`, { body: { duplicateCustomerId: goes } }));
  t.match(await read(shop, stays), { birthday: '02-29' });
  const held = await ok(shop.call(`GET /v1/customers/${stays}/personal-data`));
  t.match(JSON.stringify(held), '"birthday":"02-29"');
  await must(shop.call(`POST /v1/customers/${stays}/erase`, { body: {} }));
  t.match(await read(shop, stays), { birthday: null });
  const left = await makeMember(shop);
  await ok(setBirthday(shop, left, '06-30'));
  t.match(await ok(shop.call(`POST /v1/loyalty-members/${left}/leave`, { body: {} })), { birthday: null });
});

t.test('customers say their birthday once, and only a day that there is', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  const as = await tokenOf(shop, id);
  const say = (birthday: string, token = as) =>
    shop.call('PUT /v1/me/loyalty/birthday', { as: token, body: { birthday } });
  t.match(await say('04-31'), { status: 400 });
  t.match(await say('02-30'), { status: 400 });
  t.match(await say('02-29'), { status: 200, body: { customerId: id, birthday: '02-29' } });
  t.match(await say('02-29'), { status: 200 });
  t.match(await say('03-01'), { status: 409, body: { code: 'birthday_known' } });
  t.match(await ok(setBirthday(shop, id, '03-01')), { birthday: '03-01' });
  t.match(await ok(setBirthday(shop, id, null)), { birthday: null });
  const { id: stranger } = await makeCustomer(shop);
  t.match(await say('02-29', await tokenOf(shop, stranger)), { status: 404 });
});
