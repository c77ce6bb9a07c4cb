import t from 'tap';
import { startApp } from '../../support/app.ts';
import {
  makeCheaper,
  makeCustomer,
  makeOrder,
  makePolicy,
  makeProduct,
  pay,
  tokenOf,
} from '../../support/world.ts';
import { advance, DAY, ok, times } from '../orders/support.ts';

const app = await startApp(t);
const policyPath = (id: string) => `/v1/price-difference-policies/${id}`;
const preview = (orderId: string, body: object = { reason: 'price_drop' }, as?: string) =>
  app.call(`POST /v1/orders/${orderId}/price-differences/preview`, { body, ...(as ? { as } : {}) });

async function makePaid(fields: object = {}) {
  const product = await makeProduct(app);
  const lines = [{ productId: product.id, quantity: 2 }];
  const order = await ok(app.call('POST /v1/orders', { body: { lines, ...fields } }));
  await pay(app, order.id);
  return { product, order };
}
const reprice = (id: string, priceAmount: number) =>
  ok(app.call(`PATCH /v1/products/${id}`, { body: { priceAmount } }));

t.test('what is used up of a policy moves with claims, and comes back with what is withdrawn', async (t) => {
  const shop = await app.createShop();
  const [customer, other] = [await makeCustomer(shop), await makeCustomer(shop)];
  const limits = { budgetAmount: 1_000, customerYearCapAmount: 800 };
  const { order } = await makeCheaper(shop, limits, { customerId: customer.id });
  const [policy] = (await ok(shop.call('GET /v1/price-difference-policies'))).data;
  const usage = (query = '') => ok(shop.call(`GET ${policyPath(policy.id)}/usage${query}`));
  t.same(await usage(), {
    policyId: policy.id,
    currency: 'USD',
    ...limits,
    budgetUsedAmount: 0,
    budgetRemainingAmount: 1_000,
    customerYearUsedAmount: null,
  });
  const claim = await ok(
    shop.call(`POST /v1/orders/${order.id}/settlements`, { body: { reason: 'price_drop' } }),
  );
  t.match(await usage(`?customerId=${customer.id}`), {
    budgetUsedAmount: 600,
    budgetRemainingAmount: 400,
    customerYearUsedAmount: 600,
  });
  t.match(await usage(`?customerId=${other.id}`), { budgetUsedAmount: 600, customerYearUsedAmount: 0 });
  await ok(shop.call(`POST /v1/settlements/${claim.id}/cancel`));
  t.match(await usage(`?customerId=${customer.id}`), { budgetUsedAmount: 0, customerYearUsedAmount: 0 });
  t.match(await app.call(`GET ${policyPath(policy.id)}/usage`), { status: 404 });
});

t.test('a policy, its words and its versions', async (t) => {
  const made = await makePolicy(app);
  t.match(made, {
    ruleVersion: 1,
    windowFrom: 'paid',
    compareWith: 'list_price',
    rateBps: 10_000,
    tiers: [],
    budgetAmount: null,
    words: { en: /^If the price falls within 30 days of payment/, zh: /^付款后30天内/ },
    archivedAt: null,
  });
  t.same(await ok(app.call(`GET ${policyPath(made.id)}`)), made);
  const changed = await ok(app.call(`PATCH ${policyPath(made.id)}`, { body: { windowDays: 60 } }));
  t.match(changed, { ruleVersion: 2, windowDays: 60, version: 2, words: { en: /within 60 days/ } });
  const renamed = await ok(app.call(`PATCH ${policyPath(made.id)}`, { body: { name: 'Sixty' } }));
  t.match(renamed, { name: 'Sixty', ruleVersion: 2 }, 'a name is no promise');
  const { data } = await ok(app.call(`GET ${policyPath(made.id)}/versions`));
  t.same(
    data.map((row: { windowDays: number }) => row.windowDays),
    [60, 30],
  );
  t.match(
    await app.call(`PATCH ${policyPath(made.id)}`, {
      body: { windowDays: 1 },
      headers: { 'if-match': '"1"' },
    }),
    {
      status: 412,
    },
  );
  const archived = await ok(app.call(`POST ${policyPath(made.id)}/archive`));
  t.ok(archived.archivedAt);
  t.same(await ok(app.call(`POST ${policyPath(made.id)}/archive`)), archived, 'once');
  t.match(await app.call(`PATCH ${policyPath(made.id)}`, { body: { windowDays: 1 } }), {
    status: 409,
    body: { code: 'policy_archived' },
  });
});

t.test('bad rules are refused with what is wrong where', async (t) => {
  const create = (body: object) =>
    app.call('POST /v1/price-difference-policies', {
      body: { name: 'x', reasons: ['price_drop'], windowDays: 1, ...body },
    });
  const twoTiers = [
    { from: 5, rateBps: 1 },
    { from: 5, rateBps: 2 },
  ];
  t.match(await create({ tiers: twoTiers }), {
    status: 422,
    body: { code: 'policy_inconsistent', errors: [{ pointer: '/tierBy' }, { pointer: '/tiers/1/from' }] },
  });
  t.match(await create({ inForceFrom: '2999-01-01T00:00:00Z' }), {
    status: 422,
    body: { errors: [{ pointer: '/inForceFrom' }] },
  });
  t.match(await create({ rateBps: 10_001 }), { status: 400, body: { errors: [{ pointer: '/rateBps' }] } });
  t.match(await create({ reasons: ['goodwill'] }), { status: 400 }, 'goodwill is no promise');
  t.match(await create({ words: { en: 'We pay nothing' } }), { status: 400 }, 'words are made from the rule');
});

t.test('what a promise pays for an order', async (t) => {
  const shop = await app.createShop();
  const policy = await makePolicy(shop);
  const product = await makeProduct(shop);
  const place = async (fields: object = {}) =>
    ok(
      shop.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 2 }], ...fields } }),
    );
  const ask = async (orderId: string, body: object = { reason: 'price_drop' }) =>
    ok(shop.call(`POST /v1/orders/${orderId}/price-differences/preview`, { body }));
  const order = await place();
  t.match(await ask(order.id), {
    amount: 0,
    refusal: 'order_not_paid',
    lines: [{ refusal: 'order_not_paid' }],
  });
  await pay(shop, order.id);
  t.match(await ask(order.id), { refusal: null, lines: [{ refusal: 'no_difference' }] });
  await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 1500 } }));
  t.match(await ask(order.id), {
    policy: { policyId: policy.id, ruleVersion: 1, words: policy.words },
    amount: 600,
    lines: [
      {
        paidNetAmount: 3600,
        comparedUnitAmount: 1500,
        differenceAmount: 600,
        amount: 600,
        cap: null,
        refusal: null,
        explanation: { en: 'Paid $36.00 − 2 × $15.00 = $6.00; paid now $6.00' },
      },
    ],
  });
  t.match(await ask(order.id, { reason: 'coupon_unused' }), {
    policy: null,
    amount: 0,
    refusal: 'reason_not_covered',
    lines: [],
  });

  // Other terms for later orders: what was promised stays promised.
  await ok(shop.call(`PATCH ${policyPath(policy.id)}`, { body: { rateBps: 5000, lineCapAmount: 1 } }));
  t.match(await ask(order.id), { amount: 600, policy: { ruleVersion: 1 } });
  await ok(shop.call(`PATCH ${policyPath(policy.id)}`, { body: { windowDays: 10 } }));
  await ok(shop.call(`POST ${policyPath(policy.id)}/archive`));
  const later = await place();
  await pay(shop, later.id);
  t.match(await ask(later.id), { policy: null, amount: 0 }, 'and what was archived is promised no more');
  const best = await makePolicy(shop, { rateBps: 9000, inForceFrom: '2020-01-01T00:00:00Z' });
  t.match(await ask(order.id), { amount: 600, policy: { policyId: policy.id } }, 'the best counts');
  t.match(await ask(order.id, { reason: 'price_drop', policyId: best.id }), { amount: 540 });
  t.match(await ask(order.id), { lines: [{ settledAmount: 0 }] });
  await advance(shop, 30 * DAY);
  t.match(await ask(order.id), {
    amount: 0,
    refusal: 'window_over',
    refusalWords: { zh: '已超过政策期限。' },
  });
});

t.test('a quote and an order show what is promised, in words', async (t) => {
  const shop = await app.createShop();
  const product = await makeProduct(shop);
  const lines = [{ productId: product.id, quantity: 1 }];
  const quote = async () => (await ok(shop.call('POST /v1/quotes', { body: { lines } }))).promises;
  t.same(await quote(), []);
  const policy = await makePolicy(shop);
  const promise = { policyId: policy.id, name: 'Thirty days', ruleVersion: 1, words: policy.words };
  t.same(await quote(), [promise]);
  const customer = await makeCustomer(shop);
  const order = await ok(shop.call('POST /v1/orders', { body: { lines, customerId: customer.id } }));
  await ok(shop.call(`PATCH ${policyPath(policy.id)}`, { body: { windowDays: 5 } }));
  t.match(await quote(), [{ ruleVersion: 2, words: { en: /within 5 days/ } }]);
  const as = await tokenOf(shop, customer.id);
  t.same(
    (await ok(shop.call(`GET /v1/orders/${order.id}/promises`, { as }))).data,
    [promise],
    'what it was promised then',
  );
  await ok(shop.call(`POST ${policyPath(policy.id)}/archive`));
  t.same(await quote(), []);
  t.same((await ok(shop.call(`GET /v1/orders/${order.id}/promises`))).data, [promise]);
});

t.test('tiers by units sold count what was sold in their period', async (t) => {
  const shop = await app.createShop();
  const now = Date.now();
  const day = (offset: number) => new Date(now + offset * 86_400_000).toISOString();
  await makePolicy(shop, {
    rateBps: 0,
    tierBy: 'units_sold',
    tiers: [{ from: 6, rateBps: 5000 }],
    soldFrom: day(-1),
    soldTo: day(1),
  });
  const product = await makeProduct(shop);
  const orders: { id: string }[] = [];
  for (const _ of times(3)) {
    const order = await ok(
      shop.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 2 }] } }),
    );
    orders.push(order);
  }
  await pay(shop, orders[0]?.id ?? '');
  await pay(shop, orders[1]?.id ?? '');
  await ok(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 1500 } }));
  const ask = async () =>
    ok(
      shop.call(`POST /v1/orders/${orders[0]?.id}/price-differences/preview`, {
        body: { reason: 'price_drop' },
      }),
    );
  t.match(
    await ask(),
    { amount: 0, lines: [{ rateBps: 0, refusal: 'tier_not_reached' }] },
    'what is not paid is not sold',
  );
  await pay(shop, orders[2]?.id ?? '');
  t.match(await ask(), { amount: 300, lines: [{ rateBps: 5000 }] });
});

t.test('a customer asks for their own orders, and for no others', async (t) => {
  await makePolicy(app);
  const customer = await makeCustomer(app);
  const { product, order } = await makePaid({ customerId: customer.id });
  await reprice(product.id, 1700);
  const token = await tokenOf(app, customer.id);
  t.match(await preview(order.id, undefined, token), { status: 200, body: { amount: 200 } });
  const stranger = await tokenOf(app, (await makeCustomer(app)).id);
  t.match(await preview(order.id, undefined, stranger), { status: 404 });
  t.match(await preview((await makeOrder(app)).id, { reason: 'price_drop', policyId: order.id }), {
    status: 404,
  });
});
