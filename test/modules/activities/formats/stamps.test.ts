import t from 'tap';
import { startApp } from '../../../support/app.ts';
import { makeActivity, makeSomebody, TIN } from '../../../support/activities-world.ts';
import { buyFor } from '../../../support/draws-world.ts';
import { checkInvariants, ok } from '../../orders/support.ts';

const app = await startApp(t);
const STAMPS = { type: 'stamps', fromAmount: 5_000, steps: [{ key: 'card', at: 2, rewards: [TIN] }] };

t.test('an order of 50.00 is a stamp, two stamps are a tin', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, STAMPS);
  const customerId = await makeSomebody(shop);
  for (const amount of [4_999, 5_000, 25_000]) await buyFor(app, shop, customerId, amount);
  t.match(await ok(shop.call(`GET /v1/participants?customerId=${customerId}`)), { data: [{ progress: 2 }] });
  t.match(await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`)), {
    data: [{ activityId: id, earnedBy: 'step:card', reward: TIN, state: 'given' }],
  });
  await checkInvariants(t, app);
});

t.test('once it has begun, stamps become cheaper and cards shorter, and nothing else', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, STAMPS);
  const change = (format: object) =>
    shop.call(`PATCH /v1/activities/${id}`, { body: { format: { ...STAMPS, ...format } } });
  const steps = (at: number) => [{ key: 'card', at, rewards: [TIN] }];
  for (const worse of [{ fromAmount: 5_001 }, { steps: steps(3) }])
    t.match(await change(worse), { status: 409, body: { code: 'activity_worse_for_customers' } });
  t.equal((await change({ fromAmount: 4_000, steps: steps(1) })).status, 200);
});
