import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeMember, setProgramme } from '../../support/loyalty-world.ts';
import { claim, makeCustomer, makePolicy, makeProduct, must, pay, tokenOf } from '../../support/world.ts';
import { checkInvariants, ok, runJobs, tally, times } from '../orders/support.ts';

const app = await startApp(t);

/** One point for each 1.00. */
const EARNING = { earning: { points: 1, perAmount: 100 }, pendingDays: 7 };

const member = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/loyalty-members/${id}`));
const pointsOf = (shop: TestShop, orderId: string) => ok(shop.call(`GET /v1/orders/${orderId}/points`));
const statement = async (shop: TestShop, id: string) =>
  (await ok(shop.call(`GET /v1/loyalty-members/${id}/movements?limit=100`))).data
    .map((one: any) => [one.kind, one.points])
    .toReversed();
const advance = async (shop: TestShop, byMinutes: number) => {
  await must(shop.call('POST /v1/test-clock/advance', { body: { byMinutes } }));
  await app.settle();
};
const DAY = 24 * 60;

async function begin(programme: object = {}) {
  const shop = await app.createShop();
  await setProgramme(shop, { ...EARNING, ...programme });
  return { shop, customerId: await makeMember(shop) };
}

async function order(
  shop: TestShop,
  customerId: string,
  goods: readonly (readonly [number, number, object?])[],
) {
  const lines: object[] = [];
  for (const [priceAmount, quantity, fields] of goods)
    lines.push({ productId: (await makeProduct(shop, { priceAmount, ...fields })).id, quantity });
  return must(shop.call('POST /v1/orders', { body: { lines, customerId } }));
}

async function paidOrder(
  shop: TestShop,
  customerId: string,
  goods: readonly (readonly [number, number, object?])[],
) {
  const placed = await order(shop, customerId, goods);
  await pay(shop, placed.id);
  return placed;
}

async function deliver(shop: TestShop, orderId: string) {
  const shipped = await must(shop.call(`POST /v1/orders/${orderId}/ship`, { body: {} }));
  await must(shop.call(`POST /v1/orders/${orderId}/shipments/${shipped.shipments[0].id}/deliver`));
}

t.test(
  'an order earns when it is paid, and its points can be spent when it cannot be returned any more',
  async (t) => {
    const { shop, customerId } = await begin();
    const placed = await order(shop, customerId, [
      [1999, 1],
      [500, 3],
    ]);
    t.match(
      await member(shop, customerId),
      { activePoints: 0, pendingPoints: 0 },
      'nothing before it is paid',
    );
    await pay(shop, placed.id);
    t.match(await member(shop, customerId), { activePoints: 0, pendingPoints: 34 }, '34.99 are 34 points');
    t.match(await pointsOf(shop, placed.id), {
      earnedPoints: 34,
      lines: [{ earnedPoints: 19 }, { earnedPoints: 15 }],
      lots: [
        { source: 'order', state: 'pending', grantedPoints: 34, orderId: placed.id, isPromotional: false },
      ],
    });
    await advance(shop, 3 * DAY);
    await deliver(shop, placed.id);
    await advance(shop, 7 * DAY);
    t.match(await member(shop, customerId), { activePoints: 0, pendingPoints: 34 });
    await advance(shop, DAY);
    t.match(await member(shop, customerId), { activePoints: 34, pendingPoints: 0 });
    await checkInvariants(t, app);
  },
);

t.test('who does not take part earns nothing, also not afterwards', async (t) => {
  const { shop } = await begin();
  const { id } = await makeCustomer(shop);
  const placed = await paidOrder(shop, id, [[1000, 1]]);
  await makeMember(shop, id);
  t.match(await pointsOf(shop, placed.id), { earnedPoints: 0, lines: [], lots: [] });
  t.match(await member(shop, id), { pendingPoints: 0 });
});

t.test('units that are cancelled take their points along, to the same in one step or in two', async (t) => {
  const { shop, customerId } = await begin({ earning: { points: 10, perAmount: 333 } });
  const lost = async (steps: readonly number[]) => {
    const placed = await paidOrder(shop, customerId, [
      [333, 3],
      [1000, 1],
    ]);
    let left = 3;
    for (const units of steps) {
      left -= units;
      const line = placed.lines[0].id;
      await ok(
        shop.call(`POST /v1/orders/${placed.id}/edits`, {
          body: { lines: [{ lineId: line, quantity: left }] },
        }),
      );
    }
    return (await pointsOf(shop, placed.id)).unearnedPoints;
  };
  t.equal(await lost([3]), await lost([1, 2]));
  t.equal(await lost([2]), await lost([1, 1]));
  await checkInvariants(t, app);
});

t.test('a cancelled order takes everything back, from its own lot first', async (t) => {
  const { shop, customerId } = await begin();
  await ok(
    shop.call(`POST /v1/loyalty-members/${customerId}/grants`, { body: { points: 100, note: 'Welcome' } }),
  );
  const placed = await paidOrder(shop, customerId, [[2500, 1]]);
  await ok(shop.call(`POST /v1/orders/${placed.id}/cancel`, { body: {} }));
  t.match(await member(shop, customerId), { activePoints: 100, pendingPoints: 0, debtPoints: 0 });
  t.match(await pointsOf(shop, placed.id), { earnedPoints: 25, unearnedPoints: 25, forgivenPoints: 0 });
  t.same(await statement(shop, customerId), [
    ['granted', 100],
    ['granted', 25],
    ['taken_back', -25],
  ]);
  await ok(shop.call(`POST /v1/orders/${placed.id}/cancel`, { body: {} }));
  t.equal((await statement(shop, customerId)).length, 3, 'a second time changes nothing');
});

t.test('a price difference takes the points of its money, a favour takes none', async (t) => {
  const { shop, customerId } = await begin();
  await makePolicy(shop, { automaticAmount: 100_000 });
  const [product, other] = [await makeProduct(shop, { priceAmount: 1800 }), await makeProduct(shop)];
  const lines = [product, other].map(({ id }) => ({ productId: id, quantity: 1 }));
  const placed = await must(shop.call('POST /v1/orders', { body: { lines, customerId } }));
  await pay(shop, placed.id);
  t.match(await member(shop, customerId), { pendingPoints: 36 });
  await must(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 1500 } }));
  await claim(shop, placed.id);
  await advance(shop, 5);
  t.match(await pointsOf(shop, placed.id), { earnedPoints: 36, unearnedPoints: 3 }, '3.00 of 18.00 went');
  for (const { id } of (await ok(shop.call('GET /v1/refunds'))).data)
    await ok(shop.call(`POST /v1/refunds/${id}/confirm`, { body: {} }));
  await app.settle();
  const goodwill = { amount: 600, payoutMethod: 'original_payment' };
  await must(shop.call(`POST /v1/orders/${placed.id}/goodwill-settlements`, { body: goodwill }));
  await runJobs(app);
  t.match(await pointsOf(shop, placed.id), { unearnedPoints: 3 });
  await ok(shop.call(`POST /v1/orders/${placed.id}/cancel`, { body: {} }));
  t.match(await pointsOf(shop, placed.id), { unearnedPoints: 36 });
  t.match(await member(shop, customerId), { pendingPoints: 0 });
  await checkInvariants(t, app);
});

t.test('what is paid on top earns by the terms of the order', async (t) => {
  const { shop, customerId } = await begin();
  const placed = await paidOrder(shop, customerId, [[1000, 1]]);
  await setProgramme(shop, { ...EARNING, earning: { points: 100, perAmount: 100 } });
  const dearer = await makeProduct(shop, { priceAmount: 1500 });
  const token = await tokenOf(shop, customerId);
  await ok(
    shop.call(`POST /v1/orders/${placed.id}/lines/${placed.lines[0].id}/upgrade`, {
      body: { productId: dearer.id, payment: { provider: 'simulator' } },
      as: token,
    }),
  );
  await runJobs(app);
  t.match(await pointsOf(shop, placed.id), { earnedPoints: 25, unearnedPoints: 10, lots: [{}, {}] });
  t.match(await member(shop, customerId), { pendingPoints: 15 });
  await checkInvariants(t, app);
});

/** An order of 40.00 whose points can be spent, or have expired, and whose price falls by 10.00 afterwards. */
async function makeCheaperLater(programme: object, days: number) {
  const { shop, customerId } = await begin({ pendingDays: 0, ...programme });
  await makePolicy(shop, { windowDays: 90, automaticAmount: 100_000 });
  const product = await makeProduct(shop, { priceAmount: 4000 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const placed = await must(shop.call('POST /v1/orders', { body: { lines, customerId } }));
  await pay(shop, placed.id);
  await deliver(shop, placed.id);
  await advance(shop, days * DAY);
  await must(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 3000 } }));
  await claim(shop, placed.id);
  await advance(shop, 5);
  return { shop, customerId, placed };
}

t.test('points that can be spent: the policy says whether they are taken back', async (t) => {
  for (const [clawback, activePoints, forgivenPoints] of [
    ['only_pending', 40, 10],
    ['within_balance', 30, 0],
    ['unlimited', 30, 0],
  ] as const) {
    const { shop, customerId, placed } = await makeCheaperLater({ clawback }, 2);
    t.match(await member(shop, customerId), { activePoints, debtPoints: 0 }, clawback);
    t.match(await pointsOf(shop, placed.id), { unearnedPoints: 10, forgivenPoints }, clawback);
  }
  await checkInvariants(t, app);
});

t.test('points that are gone are let go of, or are a debt that new points repay', async (t) => {
  const expiry = { kind: 'rolling_months', months: 1 };
  const kind = await makeCheaperLater({ clawback: 'within_balance', expiry }, 60);
  t.match(await pointsOf(kind.shop, kind.placed.id), { unearnedPoints: 10, forgivenPoints: 10 });
  t.match(await member(kind.shop, kind.customerId), { activePoints: 0, debtPoints: 0 });

  const { shop, customerId, placed } = await makeCheaperLater({ clawback: 'unlimited', expiry }, 60);
  t.match(await pointsOf(shop, placed.id), { unearnedPoints: 10, forgivenPoints: 0 });
  t.match(await member(shop, customerId), { activePoints: 0, debtPoints: 10 });
  await paidOrder(shop, customerId, [[700, 1]]);
  t.match(await member(shop, customerId), { pendingPoints: 0, debtPoints: 3 });
  await paidOrder(shop, customerId, [[2000, 1]]);
  t.match(await member(shop, customerId), { pendingPoints: 17, debtPoints: 0 });
  t.same((await statement(shop, customerId)).slice(-4), [
    ['granted', 7],
    ['repaid', -7],
    ['granted', 20],
    ['repaid', -3],
  ]);
  await checkInvariants(t, app);
});

t.test('a debt moves with a merge, and is repaid with what the survivor has', async (t) => {
  const expiry = { kind: 'rolling_months', months: 1 };
  const { shop, customerId } = await makeCheaperLater({ clawback: 'unlimited', expiry }, 60);
  const survivor = await makeMember(shop);
  await ok(
    shop.call(`POST /v1/loyalty-members/${survivor}/grants`, { body: { points: 25, note: 'Welcome' } }),
  );
  await ok(shop.call(`POST /v1/customers/${survivor}/merge`, { body: { duplicateCustomerId: customerId } }));
  t.match(await member(shop, survivor), { activePoints: 15, debtPoints: 0 });
  await checkInvariants(t, app);
});

t.test('points of products, categories that earn nothing, and limits', async (t) => {
  const shop = await app.createShop();
  const special = await makeProduct(shop, { priceAmount: 500, category: 'Tea' });
  const excluded = await makeProduct(shop, { priceAmount: 9900, category: 'Tobacco' });
  const plain = await makeProduct(shop, { priceAmount: 1000 });
  await setProgramme(shop, {
    ...EARNING,
    productPoints: [{ productId: special.id, pointsPerUnit: 20 }],
    excludedCategories: ['Tobacco'],
    orderLimitPoints: 60,
    periodLimit: { period: 'month', points: 100 },
  });
  const customerId = await makeMember(shop);
  const token = await tokenOf(shop, customerId);
  const lines = (quantity: number) => [
    { productId: special.id, quantity },
    { productId: excluded.id, quantity: 1 },
    { productId: plain.id, quantity: 1 },
  ];
  const quote = (quantity: number, as?: string) =>
    ok(shop.call('POST /v1/quotes', { body: { lines: lines(quantity) }, ...(as ? { as } : {}) }));
  t.match(await quote(1, token), {
    points: { earnedPoints: 35, isMember: true, cappedBy: null, linePoints: [25, 0, 10] },
  });
  t.match(await quote(1), { points: { earnedPoints: 35, isMember: false } });
  t.match(await quote(3, token), { points: { earnedPoints: 60, cappedBy: 'order' } });
  const buy = async (quantity: number) => {
    const placed = await must(shop.call('POST /v1/orders', { body: { lines: lines(quantity), customerId } }));
    await pay(shop, placed.id);
    return (await pointsOf(shop, placed.id)).earnedPoints;
  };
  t.equal(await buy(3), 60);
  t.match(await quote(3, token), { points: { earnedPoints: 40, cappedBy: 'period' } });
  t.equal(await buy(3), 40);
  t.equal(await buy(3), 0);
  await advance(shop, 31 * DAY);
  t.equal(await buy(1), 35, 'another month');
  await checkInvariants(t, app);
});

t.test('an imported order of a member earns once, and may be active at once', async (t) => {
  const { shop, customerId } = await begin();
  const product = await makeProduct(shop);
  await advance(shop, 30 * DAY);
  const { now } = await ok(shop.call('GET /v1/test-clock'));
  const before = (days: number) => new Date(Date.parse(now) - days * DAY * 60_000).toISOString();
  const body = {
    externalId: 'taobao-1',
    number: 'TB-1',
    channel: 'taobao',
    customerId,
    terms: 'prepaid',
    lines: [{ productId: product.id, quantity: 2, unitAmount: 1800 }],
    freightAmount: 0,
    freightTaxRateBps: 0,
    placedAt: before(20),
    paidAt: before(20),
    shippedAt: before(18),
    deliveredAt: before(15),
  };
  const imported = async () => (await shop.call('POST /v1/orders/import', { body })).body;
  const first = await imported();
  t.match(await pointsOf(shop, first.id), { earnedPoints: 36, lots: [{ state: 'active' }] });
  await imported();
  t.match(await member(shop, customerId), { activePoints: 36, pendingPoints: 0 });
});

t.test('two payments of one order at once earn once', async (t) => {
  const { shop, customerId } = await begin();
  const placed = await order(shop, customerId, [[5000, 1]]);
  const paid = await Promise.all(
    times(8).map(() => shop.call(`POST /v1/orders/${placed.id}/payments`, { body: { provider: 'manual' } })),
  );
  t.equal(tally(paid)[201], 1);
  t.match(await member(shop, customerId), { pendingPoints: 50 });
  t.same(await statement(shop, customerId), [['granted', 50]]);
});
