import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { makeCustomer, makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const DAY = 24 * 60;
const tier = (key: string, threshold: number, multiplierBps = 10_000) => ({
  key,
  name: key.toUpperCase(),
  threshold,
  multiplierBps,
  serviceLevel: null,
});
const CLUB = {
  earning: { points: 1, perAmount: 100 },
  tierBasis: 'spend',
  tierPeriodMonths: 3,
  tiers: [tier('bronze', 0), tier('silver', 10_000, 15_000), tier('gold', 50_000, 20_000)],
};

const advance = async (shop: TestShop, byMinutes: number) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { byMinutes } }));
  await app.settle();
};
const tierOf = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}`))).tierKey;
const standing = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}/tier`));
const changes = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/tier-changes`))).data.map((one: any) => [
    one.fromTierKey,
    one.toTierKey,
    one.countedQuantity,
  ]);
async function buy(shop: TestShop, customerId: string, priceAmount: number) {
  const { id: productId } = await makeProduct(shop, { priceAmount });
  const order = await must(
    shop.call('POST /v1/orders', { body: { customerId, lines: [{ productId, quantity: 1 }] } }),
  );
  await pay(shop, order.id);
  return order;
}

async function begin(programme: object = {}) {
  const shop = await app.createShop();
  await setProgramme(shop, { ...CLUB, ...programme });
  return { shop, customerId: await makeMember(shop) };
}

t.test(
  'a tier is reached the day after, multiplies what orders earn, and goes when it is over',
  async (t) => {
    const { shop, customerId } = await begin();
    t.equal(await tierOf(shop, customerId), 'bronze', 'the lowest begins with nothing');
    await buy(shop, customerId, 12_000);
    t.equal(await tierOf(shop, customerId), 'bronze', 'nothing of the day itself counts');
    t.match(await standing(shop, customerId), {
      countedQuantity: 0,
      nextTier: { key: 'silver', missingQuantity: 10_000 },
    });
    await advance(shop, DAY);
    t.equal(await tierOf(shop, customerId), 'silver');
    t.match(await standing(shop, customerId), {
      basis: 'spend',
      countedQuantity: 12_000,
      tier: { key: 'silver', name: 'SILVER' },
      nextTier: { key: 'gold', missingQuantity: 38_000 },
    });
    const order = await buy(shop, customerId, 1_000);
    t.match(await ok(shop.call(`GET /v1/orders/${order.id}/points`)), {
      earnedPoints: 15,
      tierMultiplierBps: 15_000,
    });
    const token = await tokenOf(shop, customerId);
    t.match(await ok(shop.call('GET /v1/me/loyalty/tier', { as: token })), { tier: { key: 'silver' } });
    await advance(shop, 100 * DAY);
    t.equal(await tierOf(shop, customerId), 'bronze', 'three months later it counts no more');
    t.same(await changes(shop, customerId), [
      ['silver', 'bronze', 1_000],
      ['bronze', 'silver', 12_000],
      [null, 'bronze', 0],
    ]);
    t.match((await ok(shop.call('GET /v1/me/loyalty/tier-changes', { as: token }))).data, [
      { position: 3 },
      {},
      {},
    ]);
    await checkInvariants(t, app);
  },
);

t.test('what comes back does not count, whatever happened first on its day', async (t) => {
  const results: unknown[] = [];
  for (const isReversed of [false, true]) {
    const { shop, customerId } = await begin();
    const first = await buy(shop, customerId, 30_000);
    await advance(shop, DAY);
    t.equal(await tierOf(shop, customerId), 'silver');
    const acts = [
      () => must(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} })),
      () => buy(shop, customerId, 60_000),
    ];
    for (const act of isReversed ? acts.toReversed() : acts) await act();
    t.equal(await tierOf(shop, customerId), 'silver', 'until the day is over');
    await advance(shop, DAY);
    t.equal(await tierOf(shop, customerId), 'gold');
    results.push(await changes(shop, customerId));
  }
  t.same(results[0], results[1]);
});

t.test('new tiers are for everybody at once, and refused where they contradict each other', async (t) => {
  const { shop, customerId } = await begin();
  await buy(shop, customerId, 20_000);
  await advance(shop, DAY);
  t.equal(await tierOf(shop, customerId), 'silver');
  await setProgramme(shop, { ...CLUB, tiers: [tier('star', 15_000)] });
  await advance(shop, 1);
  t.equal(await tierOf(shop, customerId), 'star');
  t.match((await ok(shop.call('GET /v1/loyalty-members?tierKey=star'))).data, [{ customerId }]);
  t.same((await ok(shop.call('GET /v1/loyalty-members?tierKey=silver'))).data, []);
  const tiers = [tier('a', 10), tier('a', 10)];
  const refused = await shop.call('PUT /v1/loyalty-programme', {
    body: { name: 'X', signUpPoints: 0, staffGrantLimit: 0, expiry: { kind: 'never' }, tiers },
  });
  t.match(refused, {
    status: 422,
    body: {
      code: 'tiers_contradictory',
      errors: [{ pointer: '/tiers/1/key' }, { pointer: '/tiers/1/threshold' }],
    },
  });
});

t.test('a merge counts what both bought', async (t) => {
  const { shop, customerId } = await begin();
  const other = await makeMember(shop);
  await buy(shop, customerId, 6_000);
  await buy(shop, other, 5_000);
  await advance(shop, DAY);
  t.equal(await tierOf(shop, customerId), 'bronze');
  await ok(shop.call(`POST /v1/customers/${customerId}/merge`, { body: { duplicateCustomerId: other } }));
  t.equal(await tierOf(shop, customerId), 'silver');
  await checkInvariants(t, app);
});

t.test('who does not take part has no tier', async (t) => {
  const { shop } = await begin();
  const { id } = await makeCustomer(shop);
  const token = await tokenOf(shop, id);
  t.match(await ok(shop.call('GET /v1/me/loyalty/tier', { as: token })), { countedQuantity: 0, tier: null });
  t.same((await ok(shop.call('GET /v1/me/loyalty/tier-changes', { as: token }))).data, []);
});
