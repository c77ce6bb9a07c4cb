import t from 'tap';
import { newId } from '../../src/platform/ids.ts';
import { checkInvariants, ok } from '../modules/orders/support.ts';
import { makeActivity, makeParticipant, makeSomebody, TIN } from '../support/activities-world.ts';
import { startApp, type TestShop } from '../support/app.ts';
import { drawOne, makeDraw, makeLucky, WHEEL } from '../support/draws-world.ts';
import { must } from '../support/world.ts';

const app = await startApp(t, { poolSize: 20 });

const LIKES = {
  type: 'likes',
  steps: [{ key: 'first', at: 10, rewards: [TIN] }],
  openHours: null,
  helpsPerDay: 5,
  ringSize: 3,
};
const times = (count: number) => Array.from({ length: count }, (_, at) => at);
const countOf = (answers: readonly { status: number; body: any }[]) => {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = status < 300 ? 'done' : body.code;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};
const help = (shop: TestShop, participantId: string, body: object) =>
  shop.call(`POST /v1/participants/${participantId}/helps`, { body: { channel: 'web', ...body } });
const device = (value: string) => ({ identifiers: [{ kind: 'device', value }] });

t.test('the last place is taken by one of many', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES, { participantsLimit: 3 });
  const people = await Promise.all(times(20).map(() => makeSomebody(shop)));
  const answers = await Promise.all(
    people.map((customerId) =>
      shop.call(`POST /v1/activities/${id}/participants`, { body: { customerId, channel: 'web' } }),
    ),
  );
  t.same(countOf(answers), { done: 3, activity_full: 17 });
  await checkInvariants(t, app);
});

t.test('a helper who likes a collection many times at once has liked it once', async (t) => {
  const shop = await app.createShop();
  const collection = await makeParticipant(shop, (await makeActivity(shop, LIKES)).id);
  const answers = await Promise.all(times(20).map(() => help(shop, collection.id, device('one'))));
  t.same(countOf(answers), { done: 1, help_repeated: 19 });
  t.equal((await ok(shop.call(`GET /v1/participants/${collection.id}`))).progress, 1);
});

t.test('a step that many reach at once is earned once', async (t) => {
  const shop = await app.createShop();
  const customerId = await makeSomebody(shop);
  const collection = await makeParticipant(shop, (await makeActivity(shop, LIKES)).id, customerId);
  const answers = await Promise.all(times(25).map((at) => help(shop, collection.id, device(`d${at}`))));
  t.same(countOf(answers), { done: 25 });
  await app.settle();
  const { data } = await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`));
  t.match(data, [{ earnedBy: 'step:first', state: 'given' }]);
  t.equal(data.length, 1);
  await checkInvariants(t, app);
});

t.test('a helper likes as many collections at once as one can on a day', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES);
  const collections = await Promise.all(times(15).map(() => makeParticipant(shop, id)));
  const answers = await Promise.all(collections.map((one) => help(shop, one.id, device('busy'))));
  t.same(countOf(answers), { done: 5, help_limit_reached: 10 });
  await checkInvariants(t, app);
});

t.test('three who like each other at the same moment do not close a ring', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, LIKES);
  for (let round = 0; round < 8; round += 1) {
    const people = await Promise.all(times(3).map(() => makeSomebody(shop)));
    const own = await Promise.all(people.map((one) => makeParticipant(shop, id, one)));
    const answers = await Promise.all(
      people.map((helper, at) => help(shop, own[(at + 1) % 3].id, { helperCustomerId: helper })),
    );
    t.same(countOf(answers), { done: 2, help_in_ring: 1 });
  }
  await checkInvariants(t, app);
});

t.test('the last chance and the last prize go to one', async (t) => {
  const shop = await app.createShop();
  const prizes = [
    { ...WHEEL.prizes[0], weight: 1_000_000, stock: 2 },
    { ...WHEEL.prizes[2], weight: 1 },
  ];
  const { id } = await makeDraw(shop, { prizes });
  const one = await makeLucky(app, shop, 4);
  const spent = await Promise.all(times(16).map(() => drawOne(shop, id, one)));
  t.same(countOf(spent), { done: 4, no_chance_left: 12 });
  const people = await Promise.all(times(6).map(() => makeLucky(app, shop, 2)));
  const answers = await Promise.all(
    people.flatMap((person) => times(2).map(() => drawOne(shop, id, person))),
  );
  t.same(countOf(answers), { done: 12 });
  const all = [...spent, ...answers].filter(({ status }) => status < 300).map(({ body }) => body);
  t.equal(all.filter(({ prizeKey }) => prizeKey === 'kettle').length, 2, 'no more than there are');
  t.same(
    all.map(({ number }) => number).toSorted((a: number, b: number) => a - b),
    times(16).map((at) => at + 1),
    'numbers have no gaps',
  );
  await must(shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'Enough.' } }));
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/activities/${id}/draw/verify`)), { isValid: true, checked: 16 });
  await checkInvariants(t, app);
});

t.test('a nonce that is sent many times at once is drawn on once', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const customerId = await makeLucky(app, shop, 10);
  const nonce = newId();
  const answers = await Promise.all(times(10).map(() => drawOne(shop, id, customerId, nonce)));
  t.same(countOf(answers), { done: 1, nonce_used: 9 });
  await checkInvariants(t, app);
});

t.test('a draw that ends while tickets are drawn is whole', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeDraw(shop);
  const customerId = await makeLucky(app, shop, 20);
  const drawing = times(20).map(() => drawOne(shop, id, customerId));
  const ending = shop.call(`POST /v1/activities/${id}/end`, { body: { reason: 'Enough.' } });
  const answers = await Promise.all(drawing);
  t.equal((await ending).status, 200);
  const counts = countOf(answers);
  t.equal((counts['done'] ?? 0) + (counts['activity_not_running'] ?? 0), 20, JSON.stringify(counts));
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/activities/${id}/draw/verify`)), {
    isValid: true,
    checked: counts['done'] ?? 0,
  });
  await checkInvariants(t, app);
});
