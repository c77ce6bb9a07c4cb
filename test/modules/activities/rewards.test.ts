import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeActivity, makeParticipant, makeSomebody, STAMPS, TIN } from '../../support/activities-world.ts';
import { makeCard, loadCard } from '../../support/cards-world.ts';
import { makeCouponDefinition } from '../../support/coupons-world.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);

async function buy(shop: TestShop, customerId: string, priceAmount: number, quantity = 1) {
  const { id: productId } = await makeProduct(shop, { priceAmount });
  const order = await must(
    shop.call('POST /v1/orders', { body: { customerId, lines: [{ productId, quantity }] } }),
  );
  await pay(shop, order.id);
  await app.settle();
  return order;
}
const edit = async (shop: TestShop, order: any, quantity: number) => {
  const lines = [{ lineId: order.lines[0].id, quantity }];
  await must(shop.call(`POST /v1/orders/${order.id}/edits`, { body: { lines } }));
  await app.settle();
};
const participationOf = async (shop: TestShop, customerId: string) =>
  (await ok(shop.call(`GET /v1/participants?customerId=${customerId}`))).data[0];
const rewardsOf = async (shop: TestShop, customerId: string): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/activity-rewards?customerId=${customerId}`))).data;

t.test('orders count by themselves, once, and what they reach is given', async (t) => {
  const shop = await app.createShop();
  const definition = await makeCouponDefinition(shop, { assignment: 'assigned' });
  const rewards = [
    TIN,
    { kind: 'points', points: 50 },
    { kind: 'stored_value', amount: 700 },
    { kind: 'coupon', couponDefinitionId: definition.id },
  ];
  await makeActivity(shop, { ...STAMPS, steps: [{ key: 'card', at: 2, rewards }] });
  const customerId = await makeSomebody(shop);
  await buy(shop, customerId, 4_999);
  t.equal(await participationOf(shop, customerId), undefined, 'too little for a stamp');
  await buy(shop, customerId, 5_000);
  t.equal((await participationOf(shop, customerId)).progress, 1);
  t.same(await rewardsOf(shop, customerId), []);
  await buy(shop, customerId, 9_000);
  const participant = await participationOf(shop, customerId);
  t.equal(participant.progress, 2);
  const counts = await ok(shop.call(`GET /v1/participants/${participant.id}/counts`));
  t.match(counts.data, [
    { sourceType: 'order', units: 1, sourceAmount: 9_000 },
    { sourceType: 'order', units: 1, sourceAmount: 5_000 },
  ]);

  const standings = async () =>
    Object.fromEntries((await rewardsOf(shop, customerId)).map((one) => [one.reward.kind, one]));
  const before = await standings();
  t.match(before, {
    goods: { state: 'given', valueAmount: 1_500 },
    stored_value: { state: 'given' },
    coupon: { state: 'given' },
    points: { state: 'owed', heldReason: 'loyalty_programme_missing' },
  });
  t.match(await ok(shop.call(`GET /v1/gift-grants/${before['goods'].givenId}`)), {
    state: 'open',
    source: 'activity',
    name: 'Tea tin',
  });
  t.equal((await ok(shop.call(`GET /v1/customers/${customerId}/wallet`))).balanceAmount, 700);
  t.equal((await ok(shop.call(`GET /v1/coupons/${before['coupon'].givenId}`))).customerId, customerId);

  await setProgramme(shop);
  await makeMember(shop, customerId);
  await app.settle();
  t.match((await standings())['points'], { state: 'given', heldReason: null });
  t.equal((await ok(shop.call(`GET /v1/loyalty-members/${customerId}`))).activePoints, 50);
  const own = await tokenOf(shop, customerId);
  t.equal((await ok(shop.call('GET /v1/me/activity-rewards', { as: own }))).data.length, 4);
  t.equal((await ok(shop.call('GET /v1/me/participations', { as: own }))).data[0].id, participant.id);
  await checkInvariants(t, app);
});

t.test('goods that come back take along what they had earned, as far as it is still there', async (t) => {
  const shop = await app.createShop();
  await setProgramme(shop);
  const definition = await makeCouponDefinition(shop, { assignment: 'assigned' });
  const rewards = [
    TIN,
    { kind: 'points', points: 50 },
    { kind: 'stored_value', amount: 700 },
    { kind: 'coupon', couponDefinitionId: definition.id },
  ];
  await makeActivity(shop, { ...STAMPS, steps: [{ key: 'card', at: 1, rewards }] });
  const customerId = await makeMember(shop);
  const order = await buy(shop, customerId, 2_500, 4);
  const kindsIn = async (state: string) =>
    (await rewardsOf(shop, customerId))
      .filter((one) => one.state === state)
      .map((one) => one.reward.kind)
      .toSorted((a, b) => a.localeCompare(b));
  t.same(await kindsIn('given'), ['coupon', 'goods', 'points', 'stored_value']);
  await edit(shop, order, 2);
  t.same(await kindsIn('given'), ['coupon', 'goods', 'points', 'stored_value'], '50.00 are still worth one');
  await edit(shop, order, 1);
  t.same(await kindsIn('withdrawn'), ['coupon', 'goods', 'points']);
  t.same(await kindsIn('given'), ['stored_value'], 'stored value stays');
  t.equal((await participationOf(shop, customerId)).progress, 0);
  t.equal((await ok(shop.call(`GET /v1/loyalty-members/${customerId}`))).activePoints, 0);
  t.equal((await ok(shop.call(`GET /v1/gift-grants?customerId=${customerId}`))).data[0].state, 'cancelled');

  await buy(shop, customerId, 6_000);
  t.same(await kindsIn('given'), ['coupon', 'goods', 'points', 'stored_value'], 'earned again, given again');
  t.equal((await ok(shop.call(`GET /v1/customers/${customerId}/wallet`))).balanceAmount, 700, 'but once');
  await checkInvariants(t, app);
});

t.test('a step that is lowered is reached by who has passed it, once', async (t) => {
  const shop = await app.createShop();
  const format = { ...STAMPS, steps: [{ key: 'card', at: 5, rewards: [TIN] }] };
  const { id } = await makeActivity(shop, format);
  const [ana, bo] = [await makeSomebody(shop), await makeSomebody(shop)];
  for (let count = 0; count < 3; count += 1) await buy(shop, ana, 5_000);
  await buy(shop, bo, 5_000);
  t.same(await rewardsOf(shop, ana), []);
  const lower = (at: number) =>
    shop.call(`PATCH /v1/activities/${id}`, {
      body: { format: { ...format, steps: [{ ...format.steps[0], at }] } },
    });
  await must(lower(3));
  await app.settle();
  t.match(await rewardsOf(shop, ana), [{ earnedBy: 'step:card', state: 'given' }]);
  t.same(await rewardsOf(shop, bo), []);
  await must(lower(2));
  await app.settle();
  await buy(shop, ana, 5_000);
  t.equal((await rewardsOf(shop, ana)).length, 1);
  await checkInvariants(t, app);
});

t.test('what a settlement gives back is the shop’s, and takes no stamp', async (t) => {
  const shop = await app.createShop();
  await makeActivity(shop, { ...STAMPS, steps: [{ key: 'card', at: 1, rewards: [TIN] }] });
  const customerId = await makeSomebody(shop);
  const order = await buy(shop, customerId, 2_500, 4);
  await must(shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body: { amount: 3_000 } }));
  const [refund] = (await ok(shop.call('GET /v1/refunds'))).data;
  await must(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  await app.settle();
  await edit(shop, order, 2);
  t.match(
    await rewardsOf(shop, customerId),
    [{ state: 'given' }],
    '50.00 were paid for the two that are left',
  );
  await edit(shop, order, 1);
  t.match(await rewardsOf(shop, customerId), [{ state: 'withdrawn' }]);
  await checkInvariants(t, app);
});

t.test('loads of cards count without their bonus, and not any more once they are paid back', async (t) => {
  const shop = await app.createShop();
  const format = {
    type: 'top_up',
    unitAmount: 50_000,
    steps: [
      { key: 'five', at: 1, rewards: [TIN] },
      { key: 'ten', at: 2, rewards: [{ ...TIN, name: 'Teapot' }] },
    ],
  };
  await makeActivity(shop, format);
  const customerId = await makeSomebody(shop);
  const card = await makeCard(shop, 'named', customerId);
  await loadCard(shop, card.id, 50_000);
  await app.settle();
  t.same(
    (await rewardsOf(shop, customerId)).map((one) => one.reward.name),
    ['Tea tin'],
  );
  await loadCard(shop, card.id, 70_000);
  await app.settle();
  t.same(
    (await rewardsOf(shop, customerId)).map((one) => one.reward.name),
    ['Teapot', 'Tea tin'],
  );
  await must(shop.call(`POST /v1/cards/${card.id}/refund`, { body: { cause: 'merchant' } }));
  await app.settle();
  t.same(
    (await rewardsOf(shop, customerId)).map((one) => one.state),
    ['withdrawn', 'withdrawn'],
  );
  await checkInvariants(t, app);
});

t.test('places and budget are taken when somebody joins, or nobody joins', async (t) => {
  const shop = await app.createShop();
  const { id } = await makeActivity(shop, undefined, { budgetAmount: 4_000, participantsLimit: 10 });
  const [first] = [await makeSomebody(shop)];
  const joined = await makeParticipant(shop, id, first);
  t.match(joined, { progress: 0, customerId: first });
  const again = await shop.call(`POST /v1/activities/${id}/participants`, {
    body: { customerId: first, channel: 'web' },
  });
  t.same([again.status, again.body.id], [200, joined.id], 'who takes part stays as they are');
  await makeParticipant(shop, id);
  const late = { customerId: await makeSomebody(shop), channel: 'web' };
  const refused = await shop.call(`POST /v1/activities/${id}/participants`, { body: late });
  t.same([refused.status, refused.body.code], [409, 'activity_budget_used_up'], '15.00 each, 10.00 are left');
  await must(
    shop.call(`PATCH /v1/activities/${id}`, { body: { budgetAmount: 4_500, participantsLimit: null } }),
  );
  t.equal((await shop.call(`POST /v1/activities/${id}/participants`, { body: late })).status, 201);
  const forbidden = await shop.call(`POST /v1/activities/${id}/participants`, {
    body: { customerId: await makeSomebody(shop), channel: 'wechat' },
  });
  t.same([forbidden.status, forbidden.body.code], [422, 'activity_sharing_forbidden']);
  const lower = await shop.call(`PATCH /v1/activities/${id}`, { body: { budgetAmount: 4_400 } });
  t.same([lower.status, lower.body.code], [409, 'activity_worse_for_customers']);
  await checkInvariants(t, app);
});
