import t from 'tap';
import { checkInvariants, ok } from '../modules/orders/support.ts';
import { makeSomebody } from '../support/activities-world.ts';
import { startApp } from '../support/app.ts';
import { decide, enter, makeEntry, makeShort, passDeadline } from '../support/contests-world.ts';
import { makeColleague } from '../support/loyalty-world.ts';
import { must } from '../support/world.ts';

const app = await startApp(t, { poolSize: 20 });
const times = (count: number) => Array.from({ length: count }, (_, at) => at);

t.test('many who enter at once have every number once, and a customer one entry', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  const people = await Promise.all(times(12).map(() => makeSomebody(shop)));
  const twice = [...people, ...people];
  const answers = await Promise.all(
    twice.map((one, at) => enter(shop, id, one, at % 2 === 0 ? 'home' : 'away')),
  );
  t.ok(answers.every(({ status }) => status === 201 || status === 200));
  t.equal(answers.filter(({ status }) => status === 201).length, 12);
  t.equal((await ok(shop.call(`GET /v1/activities/${id}/contest`))).entries, 12);
  await checkInvariants(t, app);
});

t.test('a result that many lock at once is locked once, and winners win once', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  for (const option of ['home', 'home', 'away']) await makeEntry(shop, id, option);
  await passDeadline(shop);
  const result = { resultKey: 'home', reason: 'Final score.' };
  await must(shop.call(`POST /v1/activities/${id}/contest/result`, { body: result }));
  const keys = await Promise.all(times(6).map(() => makeColleague(shop, ['activities:write'])));
  const body = { resultKey: 'home' };
  const answers = await Promise.all(
    keys.map((as) => shop.call(`POST /v1/activities/${id}/contest/result/lock`, { body, as })),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  await Promise.all(times(3).map(() => passDeadline(shop)));
  await app.settle();
  t.equal((await ok(shop.call(`GET /v1/activity-rewards?activityId=${id}`))).data.length, 2);
  await checkInvariants(t, app);
});

t.test('who enters while the result is entered is in before it, or not at all', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeShort(shop);
  const people = await Promise.all(times(10).map(() => makeSomebody(shop)));
  const entries = people.slice(0, 5).map((one) => enter(shop, id, one));
  const passed = passDeadline(shop);
  await Promise.all([...entries, passed]);
  const late = people.slice(5).map((one) => enter(shop, id, one));
  const [, answers] = await Promise.all([decide(app, shop, id, 'home'), Promise.all(late)]);
  t.same(
    answers.map(({ body }) => body.code),
    times(5).map(() => 'contest_closed'),
  );
  const { entries: count, rightEntries } = await ok(shop.call(`GET /v1/activities/${id}/contest`));
  t.equal(count, rightEntries);
  await checkInvariants(t, app);
});
