import t from 'tap';
import { makeProgramme } from '../../support/campaigns-world.ts';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeActivity, makeHelp, makeSomebody, STAMPS, TIN } from '../../support/activities-world.ts';
import { buyFor } from '../../support/draws-world.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { must } from '../../support/world.ts';
import { advance, checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const LIKES = {
  type: 'likes',
  steps: [{ key: 'first', at: 2, rewards: [TIN, { kind: 'points', points: 5 }] }],
  openHours: null,
  helpsPerDay: 9,
  ringSize: 2,
};
const join = (shop: TestShop, activityId: string, customerId: string, where: object) =>
  must(shop.call(`POST /v1/activities/${activityId}/participants`, { body: { customerId, ...where } }));

/** Stamps and likes of one programme: Ana had ordered before, Bo had not, Cleo only looks on. */
async function runProgramme() {
  const shop = await app.createShop();
  const [ana, bo, cleo] = [await makeSomebody(shop), await makeSomebody(shop), await makeSomebody(shop)];
  await buyFor(app, shop, ana, 900);
  await advance(shop, 60);
  const { id: programmeId } = await makeProgramme(shop, {
    plan: { participants: 4, orders: 2, members: 1, revenueAmount: 20_000, discountAmount: 3_000 },
  });
  const stamps = await makeActivity(shop, STAMPS, { programmeId, plan: { orders: 4 } });
  const other = await makeActivity(shop, { ...STAMPS, fromAmount: 8_000 }, { programmeId });
  const likes = await makeActivity(shop, LIKES, { programmeId });
  await setProgramme(shop);
  await buyFor(app, shop, ana, 5_000);
  await buyFor(app, shop, ana, 9_000);
  await buyFor(app, shop, bo, 6_000);
  const collection = await join(shop, likes.id, bo, { channel: 'web', source: 'post-7' });
  await join(shop, likes.id, cleo, { channel: 'douyin' });
  await join(shop, likes.id, ana, { channel: 'douyin' });
  await makeHelp(shop, collection.id);
  await makeHelp(shop, collection.id);
  await app.settle();
  return { shop, programmeId, stamps, other, likes, ana, bo };
}

t.test('what activities brought, each and together, beside what was planned', async (t) => {
  const { shop, programmeId, stamps, likes, bo } = await runProgramme();
  const alone = await ok(shop.call(`GET /v1/activities/${stamps.id}/report`));
  t.match(alone, {
    since: stamps.startedAt,
    currency: 'USD',
    participants: 2,
    activeParticipants: 2,
    newCustomers: 1,
    newMembers: 0,
    counted: [{ sourceType: 'order', sources: 3, amount: 20_000 }],
    rewards: [{ kind: 'goods', state: 'given', rewards: 1, valueAmount: 1_500 }],
    originsCount: 1,
    plan: [{ goal: 'orders', planned: 4, actual: 3, reachedBps: 7_500 }],
  });
  t.same((await ok(shop.call(`GET /v1/activities/${likes.id}/report`))).origins, [
    { activityId: likes.id, channel: 'douyin', source: null, participants: 2, activeParticipants: 0 },
    { activityId: likes.id, channel: 'web', source: 'post-7', participants: 1, activeParticipants: 1 },
  ]);
  await makeMember(shop, bo);
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/programmes/${programmeId}/activity-report`)), {
    participants: 3,
    activeParticipants: 2,
    newCustomers: 1,
    newMembers: 1,
    counted: [
      { sourceType: 'help', sources: 2, amount: 0 },
      { sourceType: 'order', sources: 3, amount: 20_000 },
    ],
    rewards: [
      { kind: 'goods', state: 'given', rewards: 2, valueAmount: 3_000 },
      { kind: 'points', state: 'given', rewards: 1, valueAmount: 0 },
    ],
    originsCount: 4,
    plan: [
      { goal: 'orders', planned: 2, actual: 3, reachedBps: 15_000 },
      { goal: 'participants', planned: 4, actual: 3, reachedBps: 7_500 },
      { goal: 'members', planned: 1, actual: 1, reachedBps: 10_000 },
      { goal: 'revenueAmount', planned: 20_000, actual: 20_000, reachedBps: 10_000 },
      { goal: 'discountAmount', planned: 3_000, actual: 3_000, reachedBps: 10_000 },
    ],
  });
  await checkInvariants(t, app);
});

t.test('of what went back a report says nothing more', async (t) => {
  const { shop, stamps, ana } = await runProgramme();
  const { data } = await ok(shop.call(`GET /v1/orders?customerId=${ana}&limit=1`));
  await must(shop.call(`POST /v1/orders/${data[0].id}/cancel`, { body: {} }));
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/activities/${stamps.id}/report`)), {
    counted: [{ sourceType: 'order', sources: 2, amount: 11_000 }],
    rewards: [{ state: 'withdrawn', rewards: 1 }],
  });
  const draft = await must(shop.call('POST /v1/activities', { body: { name: 'Later', format: STAMPS } }));
  t.match(await ok(shop.call(`GET /v1/activities/${draft.id}/report`)), {
    since: null,
    participants: 0,
    counted: [],
    rewards: [],
    origins: [],
    plan: [],
  });
});
