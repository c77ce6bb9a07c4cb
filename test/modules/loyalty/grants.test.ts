import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import {
  givePoints,
  makeColleague,
  makeMember,
  requestPoints,
  setProgramme,
} from '../../support/loyalty-world.ts';
import { makeCustomer, must } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, tally, times } from '../orders/support.ts';

const app = await startApp(t, { poolSize: 24 });
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}`));
const decide = (shop: TestShop, { id }: { id: string }, step: string, as?: string) =>
  shop.call(`POST /v1/point-grant-requests/${id}/${step}`, as === undefined ? {} : { as });

t.test('more than one person may give waits for a second one', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  const colleague = await makeColleague(shop);
  const grant = (points: number) =>
    shop.call(`POST /v1/loyalty-members/${id}/grants`, { body: { points, note: 'For the wait' } });
  t.match(await grant(1_000), { status: 201, body: { lot: { leftPoints: 1_000 }, request: null } });
  const asked = await grant(1_001);
  t.match(asked, { status: 202, body: { lot: null, request: { state: 'requested', points: 1_001 } } });
  const { request } = asked.body;
  t.match(await decide(shop, request, 'approve'), { status: 403, body: { code: 'second_person_required' } });
  t.match(await read(shop, id), { activePoints: 1_000 });
  const { body } = await decide(shop, request, 'approve', colleague);
  t.match(body, { state: 'approved', lotId: String, lapsesAt: null });
  t.match(await read(shop, id), { activePoints: 2_001 });
  t.match(await decide(shop, request, 'approve', colleague), {
    status: 409,
    body: { code: 'grant_request_decided' },
  });
  const second = (await grant(5_000)).body.request;
  t.match(await decide(shop, second, 'refuse'), { status: 200, body: { state: 'refused', lotId: null } });
  const { data } = await ok(shop.call('GET /v1/point-grant-requests?state=refused'));
  t.same(
    data.map((one: { id: string }) => one.id),
    [second.id],
  );
  await checkInvariants(t, app);
});

t.test('a request that nobody decides lapses', async (t) => {
  const shop = await app.createShop();
  const request = await requestPoints(shop, await makeMember(shop), shop.secretKey);
  const clock = { body: { toAt: request.lapsesAt } };
  await must(shop.call('POST /v1/test-clock/advance', clock));
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/point-grant-requests/${request.id}`)), {
    state: 'lapsed',
    lotId: null,
  });
});

t.test('points are for who takes part', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop);
  const { id } = await makeCustomer(shop);
  const grant = () => shop.call(`POST /v1/loyalty-members/${id}/grants`, { body: { points: 1, note: 'x' } });
  t.match(await grant(), { status: 404 });
  await must(shop.call(`POST /v1/customers/${id}/erase`, { body: {} }));
  t.match(await grant(), { status: 422, body: { code: 'customer_erased' } });
});

t.test('a request that many approve at once gives its points once', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  const request = await requestPoints(shop, id, shop.secretKey);
  const colleague = await makeColleague(shop);
  const answers = await Promise.all(times(12).map(() => decide(shop, request, 'approve', colleague)));
  t.same(tally(answers), { 200: 1, 409: 11 });
  t.match(await read(shop, id), { activePoints: 5_000 });
  await checkInvariants(t, app);
});

t.test('grants at once, while days change, are all there', async (t) => {
  const shop = await app.createShop();
  const id = await makeMember(shop);
  await givePoints(shop, id, 7, { pendingDays: 1 });
  await advance(shop, 3 * DAY);
  const grants = times(20).map(() => givePoints(shop, id, 10));
  await Promise.all([...grants, app.settle(), app.settle()]);
  t.match(await read(shop, id), { activePoints: 207, pendingPoints: 0 });
  const { data } = await ok(shop.call(`GET /v1/loyalty-members/${id}/movements?limit=100`));
  t.equal(data.length, 21);
  await checkInvariants(t, app);
});

t.test('one enrols once, however many ask', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop, { signUpPoints: 100 });
  const { id } = await makeCustomer(shop);
  const enrol = () => shop.call('POST /v1/loyalty-members', { body: { customerId: id } });
  t.same(tally(await Promise.all(times(12).map(enrol))), { 200: 11, 201: 1 });
  t.match(await read(shop, id), { activePoints: 100 });
  await checkInvariants(t, app);
});
