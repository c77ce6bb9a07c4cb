import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { runCampaign, stopCampaign } from '../../support/campaign-rows.ts';
import { makeCustomer, makeFreightTemplate, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok } from '../orders/support.ts';

const app = await startApp(t);
const tenOff = { type: 'percent_off', rateBps: 1_000 } as const;

const quote = (shop: TestShop, body: object) => ok(shop.call('POST /v1/quotes', { body, key: null }));
const place = (shop: TestShop, body: object) => shop.call('POST /v1/orders', { body });
const read = (shop: TestShop, id: string) => ok(shop.call(`GET /v1/orders/${id}`));
const of = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });

t.test('a quote and the order that follows have the same price, and say why', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const id = await runCampaign(app, shop, tenOff);
  const dear = await runCampaign(
    app,
    shop,
    { type: 'amount_off', amount: 500, per: 'basket' },
    {
      minimumAmount: 10_000,
      stackingClass: 'order',
    },
  );
  const quoted = await quote(shop, of(hat.id, 3));
  t.match(quoted, {
    discountAmount: 300,
    totalAmount: 2_700,
    lines: [
      {
        adjustments: [
          {
            kind: 'campaign',
            reason: 'Campaign percent_off',
            amount: 300,
            campaignId: id,
            campaignVersion: 1,
          },
        ],
      },
    ],
    campaigns: [{ campaignId: id, discountAmount: 300, freightDiscountAmount: 0 }],
    campaignsNotApplied: [{ campaignId: dear, reason: 'below_minimum_amount' }],
  });
  const { body: order } = await place(shop, of(hat.id, 3));
  t.match(order, { discountAmount: 300, totalAmount: 2_700, campaigns: [{ campaignId: id }] });
  const { trace } = await ok(shop.call(`GET /v1/orders/${order.id}/price-trace`));
  t.match(trace, {
    method: 'exact',
    applied: [{ campaignId: id, discountAmount: 300, lines: [{ line: 0, amount: 300 }] }],
    rejected: [{ campaignId: dear, reason: 'below_minimum_amount' }],
  });
});

t.test(
  'a promotion that ended between quote and order is kept by the token, and without it is over',
  async (t) => {
    const shop = await app.createShop();
    const hat = await makeProduct(shop, { priceAmount: 1_000 });
    const id = await runCampaign(app, shop, tenOff);
    const { quoteToken } = await quote(shop, of(hat.id));
    await stopCampaign(app, shop, id);
    t.match((await place(shop, { ...of(hat.id), quoteToken })).body, {
      totalAmount: 900,
      campaigns: [{ campaignId: id }],
    });
    t.match((await place(shop, of(hat.id))).body, { totalAmount: 1_000, campaigns: [] });
    t.match((await place(shop, { ...of(hat.id), quoteToken, channel: 'app' })).body, {
      code: 'quote_mismatch',
    });
  },
);

t.test('a gift is a line at price 0 with stock, and is not promised when there is none', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 5_000, onHandQuantity: 10 });
  const pin = await makeProduct(shop, { priceAmount: 300, costAmount: 100, onHandQuantity: 1 });
  const id = await runCampaign(app, shop, {
    type: 'gift',
    steps: [{ fromAmount: 1, gifts: [{ productId: pin.id, quantity: 1 }] }],
  });
  const held = await quote(shop, of(hat.id));
  const { body: order } = await place(shop, of(hat.id));
  t.match(order.lines, [
    { productId: hat.id, netAmount: 5_000, giftCampaignId: null },
    { productId: pin.id, netAmount: 0, listUnitAmount: 0, giftCampaignId: id },
  ]);
  t.equal((await ok(shop.call(`GET /v1/products/${pin.id}/stock`))).reservedQuantity, 1);
  const { body: next } = await place(shop, of(hat.id));
  t.same([next.lines.length, next.totalAmount], [1, 5_000]);
  t.match((await quote(shop, of(hat.id))).campaignsNotApplied, [
    { campaignId: id, reason: 'gift_not_available' },
  ]);
  t.match((await place(shop, { ...of(hat.id), quoteToken: held.quoteToken })).body, {
    code: 'campaign_used_up',
    campaignIds: [id],
  });
});

t.test('free freight comes off what the templates say', async (t) => {
  const shop = await app.createShop();
  await makeFreightTemplate(shop, { firstAmount: 800 });
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  await runCampaign(app, shop, { type: 'free_freight', rateBps: 10_000 });
  const { body: order } = await place(shop, of(hat.id));
  t.match(order, {
    freightAmount: 0,
    freightDiscountAmount: 800,
    totalAmount: 1_000,
    freightParts: [{ amount: 800 }],
  });
});

t.test('limits are given back by a cancellation, once', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const hat = await makeProduct(shop, { priceAmount: 1_000, onHandQuantity: 10 });
  await runCampaign(app, shop, tenOff, { usesLimit: 1, usesPerCustomerLimit: 1, budgetAmount: 100 });
  const wish = { ...of(hat.id), customerId };
  const { body: first } = await place(shop, wish);
  t.equal(first.totalAmount, 900);
  t.equal((await place(shop, wish)).body.totalAmount, 1_000);
  t.match((await quote(shop, wish)).campaignsNotApplied, [{ reason: 'limit_reached' }]);
  await ok(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.equal((await place(shop, wish)).body.totalAmount, 900);
  t.equal((await place(shop, wish)).body.totalAmount, 1_000);
  await ok(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.equal((await place(shop, wish)).body.totalAmount, 1_000);
});

t.test('a flash sale has its own stock and a limit for each customer', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const hat = await makeProduct(shop, { priceAmount: 1_500, onHandQuantity: 100 });
  const items = [{ productId: hat.id, unitAmount: 990, stockQuantity: 5, perCustomerLimit: 3 }];
  await runCampaign(app, shop, { type: 'flash_sale', items });
  t.match((await quote(shop, of(hat.id))).campaignsNotApplied, [{ reason: 'customer_required' }]);
  const { body: first } = await place(shop, { ...of(hat.id, 4), customerId });
  t.match(first, { totalAmount: 3 * 990 + 1_500, lines: [{ isFlashSale: true }] });
  t.equal((await place(shop, { ...of(hat.id), customerId })).body.totalAmount, 1_500);
  const other = await makeCustomer(shop);
  t.equal((await place(shop, { ...of(hat.id, 3), customerId: other.id })).body.totalAmount, 2 * 990 + 1_500);
  await ok(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.equal((await place(shop, { ...of(hat.id), customerId })).body.totalAmount, 990);
});

t.test('what an order holds is used when it is paid', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  await runCampaign(app, shop, tenOff);
  const { body: order } = await place(shop, of(hat.id));
  const states = async () =>
    (await app.deps.db.$client.query('select state from campaign_uses where order_id = $1', [order.id])).rows;
  t.same(await states(), [{ state: 'held' }]);
  await pay(shop, order.id);
  t.same(await states(), [{ state: 'used' }]);
  t.equal((await read(shop, order.id)).status, 'paid');
});

t.test('a dry run tries drafts at another moment', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const id = await runCampaign(app, shop, tenOff, { startsAt: '2027-01-01T00:00:00.000Z' }, 'draft');
  const evaluate = (body: object) =>
    ok(shop.call('POST /v1/campaigns/evaluate', { body: { ...of(hat.id), ...body }, key: null }));
  t.match(await evaluate({}), { totalAmount: 1_000, trace: { rejected: [], otherCount: 0 } });
  t.match(await evaluate({ draftCampaignIds: [id] }), { trace: { rejected: [{ reason: 'not_started' }] } });
  t.match(await evaluate({ draftCampaignIds: [id], at: '2027-01-01T00:00:00.000Z' }), { totalAmount: 900 });
});

t.test('a shop front sees the offers that touch a product, and no code, cost or mystery', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000, costAmount: 950 });
  const offers = (query = '', as = shop.publishableKey) =>
    shop.call(`GET /v1/products/${hat.id}/offers${query}`, { as });
  const everywhere = { combinesWith: ['product', 'order', 'freight'] as const };
  const ten = await runCampaign(app, shop, tenOff, { ...everywhere, combinesWith: ['product'] });
  const two = await runCampaign(app, shop, { type: 'nth_item', n: 2, rateBps: 5_000, across: 'basket' });
  const sale = await runCampaign(app, shop, {
    type: 'flash_sale',
    items: [{ productId: hat.id, unitAmount: 970, stockQuantity: 7 }],
  });
  await runCampaign(app, shop, tenOff, { isCouponRequired: true });
  await runCampaign(app, shop, tenOff, { startsAt: '2099-01-01T00:00:00.000Z' });
  await runCampaign(app, shop, tenOff, { excludedProductIds: [hat.id] });
  const seed = 'a-seed-of-16-or-more';
  const steps = [1, 2].map((weight) => ({ rateBps: 100 * weight, weight }));
  const mystery = await runCampaign(app, shop, { type: 'mystery_price', seed, steps });
  const { body } = await offers();
  t.match(body, { listUnitAmount: 1_000, unitAmount: 950 });
  const byId = new Map(body.data.map((one: { campaignId: string }) => [one.campaignId, one]));
  t.same([...byId.keys()].map(String).toSorted(), [ten, two, sale, mystery].toSorted());
  // Never below the floor, and nobody is told that there is one.
  t.match(byId.get(ten), { unitAmount: 950, reason: null });
  t.match(byId.get(two), { unitAmount: null, reason: 'below_minimum_quantity' });
  t.match(byId.get(sale), { unitAmount: 970, leftQuantity: 7 });
  t.match(byId.get(mystery), { unitAmount: null });
  t.notOk(JSON.stringify(body).includes('seed'));
  const { id: customerId } = await makeCustomer(shop);
  t.match(await offers(`?customerId=${customerId}`), {
    status: 422,
    body: { code: 'customer_not_nameable' },
  });
  t.equal((await offers(`?customerId=${customerId}`, shop.secretKey)).status, 200);
});

t.test('the books and the counters are in order', (t) => checkInvariants(t, app));

t.test('what is bought is there, though not of the same thing as a gift beside it', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 5_000 });
  const pin = await makeProduct(shop, { priceAmount: 500, onHandQuantity: 3 });
  const steps = [{ fromAmount: 1, gifts: [{ productId: pin.id, quantity: 2 }] }];
  await runCampaign(app, shop, { type: 'gift', steps }, { productIds: [hat.id] });
  const lines = [
    { productId: hat.id, quantity: 1 },
    { productId: pin.id, quantity: 2 },
  ];
  const quoted = await quote(shop, { lines });
  t.match(quoted, { totalAmount: 6_000, campaignsNotApplied: [{ reason: 'gift_not_available' }] });
  t.match(await place(shop, { lines }), { status: 201, body: { totalAmount: 6_000 } });
  t.match(
    await place(shop, { lines }),
    { status: 409, body: { code: 'out_of_stock', errors: [{ pointer: '/lines/1/quantity' }] } },
    'one is left, and two are wanted',
  );
});

t.test('a customer whom staff names is one of the shop', async (t) => {
  const [shop, other] = [await app.createShop(), await app.createShop()];
  const hat = await makeProduct(shop);
  const stranger = await makeCustomer(other);
  const refused = { status: 422, body: { code: 'customer_not_found', errors: [{ pointer: '/customerId' }] } };
  const body = { ...of(hat.id), customerId: stranger.id };
  t.match(await shop.call('POST /v1/quotes', { body, key: null }), refused);
  t.match(await shop.call('POST /v1/campaigns/evaluate', { body, key: null }), refused);
  const offers = `GET /v1/products/${hat.id}/offers?channel=web&customerId=${stranger.id}`;
  t.match(await shop.call(offers), { status: 422, body: { code: 'customer_not_found' } });
});

t.test('a quote of a large basket under many campaigns can be ordered by its token', async (t) => {
  const shop = await app.createShop();
  const products = await Promise.all(
    Array.from({ length: 10 }, () => makeProduct(shop, { priceAmount: 100_000, onHandQuantity: 1_000 })),
  );
  for (let i = 0; i < 12; i += 1)
    await runCampaign(app, shop, { type: 'percent_off', rateBps: 100 + i }, { combinesWith: ['product'] });
  const lines = Array.from({ length: 200 }, (_, i) => ({
    productId: products[i % products.length]?.id,
    quantity: 1,
  }));
  const { quoteToken, totalAmount, lines: quoted } = await quote(shop, { lines });
  t.equal(quoted[0].adjustments.length, 12);
  t.ok(quoteToken.length < 60_000, `${quoteToken.length} characters`);
  t.match(await place(shop, { lines, quoteToken }), { status: 201, body: { totalAmount } });
});
