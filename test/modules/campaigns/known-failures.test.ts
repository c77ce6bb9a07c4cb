import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeRunning, takeStep } from '../../support/campaigns-world.ts';
import { issueCoupon, makeCouponDefinition } from '../../support/coupons-world.ts';
import { makeCustomer, makeProduct, pay, tokenOf } from '../../support/world.ts';
import { advance, checkInvariants, DAY, ok, tally, times } from '../orders/support.ts';

// What other shop systems are known to do wrong with promotions, each over HTTP as a buyer would meet it.

const app = await startApp(t);
const ALL = ['product', 'order', 'freight'];

const quote = (shop: TestShop, body: object) => ok(shop.call('POST /v1/quotes', { body, key: null }));
const place = (shop: TestShop, body: object, as?: string) =>
  shop.call('POST /v1/orders', { body, ...(as ? { as } : {}) });
const placed = (shop: TestShop, body: object) => ok(place(shop, body));
const cancel = (shop: TestShop, id: string) => ok(shop.call(`POST /v1/orders/${id}/cancel`, { body: {} }));
const of = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });
const totalOf = async (shop: TestShop, body: object, as?: string) =>
  (await ok(place(shop, body, as))).totalAmount;
/** A code of a campaign. */
async function codeOf(shop: TestShop, campaignId: string, definition: object = {}, fields: object = {}) {
  const { id } = await makeCouponDefinition(shop, { campaignId, ...definition });
  return (await issueCoupon(shop, id, fields)).code as string;
}

t.test('a limit holds for promotions that nobody asks for, however the order is placed', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000, onHandQuantity: 100 });
  await makeRunning(shop, { usesLimit: 3, usesPerCustomerLimit: 1 });
  const [one, other] = [await makeCustomer(shop), await makeCustomer(shop)];
  const token = await tokenOf(shop, one.id);
  const wish = { ...of(hat.id), customerId: one.id };
  const [early, late] = [await quote(shop, wish), await quote(shop, wish)];
  t.same([early.totalAmount, late.totalAmount], [900, 900], 'a quote takes nothing');
  t.equal(await totalOf(shop, { ...wish, quoteToken: early.quoteToken }), 900);
  t.match(await place(shop, { ...wish, quoteToken: late.quoteToken }), {
    status: 409,
    body: { code: 'campaign_used_up' },
  });
  t.equal(await totalOf(shop, of(hat.id), token), 1_000, 'nor with a token of the customer');
  t.equal(await totalOf(shop, of(hat.id)), 1_000, 'who is not known has no limit, and so not the price');
  const split = { lines: [1, 2].map((quantity) => ({ productId: hat.id, quantity })), customerId: other.id };
  t.equal(await totalOf(shop, split), 2_700, 'two lines are one use');
  const many = await Promise.all(times(5).map(async () => makeCustomer(shop)));
  const answers = await Promise.all(many.map(({ id }) => place(shop, { ...of(hat.id), customerId: id })));
  t.same(tally(answers), { 201: 5 });
  t.same(
    answers.map(({ body }) => body.totalAmount).toSorted((a, b) => a - b),
    [900, 1_000, 1_000, 1_000, 1_000],
    'the third use and no fourth',
  );
});

t.test('a limit of pieces holds over lines, orders and codes', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const hat = await makeProduct(shop, { priceAmount: 1_500, onHandQuantity: 100 });
  const items = [{ productId: hat.id, unitAmount: 1_000, stockQuantity: 5, perCustomerLimit: 3 }];
  const mechanic = { type: 'flash_sale', items };
  await makeRunning(shop, { mechanic });
  const lines = [2, 2].map((quantity) => ({ productId: hat.id, quantity }));
  t.equal(await totalOf(shop, { lines, customerId }), 3 * 1_000 + 1_500);
  t.equal(await totalOf(shop, { ...of(hat.id, 3), customerId }), 4_500);
  const other = await makeCustomer(shop);
  t.equal(await totalOf(shop, { ...of(hat.id, 3), customerId: other.id }), 2 * 1_000 + 1_500);
});

t.test('a coupon that is worth more than the basket takes off the basket, and no more', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [await makeProduct(shop, { priceAmount: 1_000 }), await makeProduct(shop)];
  const { id } = await makeRunning(shop, {
    mechanic: { type: 'amount_off', amount: 5_000, per: 'basket' },
    stackingClass: 'order',
    isCouponRequired: true,
  });
  const code = await codeOf(shop, id);
  const lines = [hat, pin].map((product) => ({ productId: product.id, quantity: 1 }));
  const order = await placed(shop, { lines, couponCodes: [code] });
  t.match(order, { totalAmount: 0, discountAmount: 2_800, status: 'paid', paymentState: 'paid' });
  t.same(
    order.lines.map(({ netAmount }: { netAmount: number }) => netAmount),
    [0, 0],
  );
  await cancel(shop, order.id);
  t.match((await ok(shop.call('GET /v1/refunds'))).data, [], 'nothing was paid, and nothing goes back');
  // What the basket did not need is not left over: the coupon is a discount once, and no purse.
  const again = await placed(shop, { ...of(hat.id), couponCodes: [code] });
  t.match(again, { totalAmount: 0, discountAmount: 1_000 });
});

t.test('no unit has a price below nothing, whatever acts together', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [
    await makeProduct(shop, { priceAmount: 100, minimumPriceAmount: null }),
    await makeProduct(shop, { priceAmount: 7, onHandQuantity: 100 }),
  ];
  const together = { combinesWith: ALL };
  const goods = [hat.id, pin.id];
  const mechanics = [
    { type: 'fixed_price', unitAmount: 0 },
    { type: 'percent_off', rateBps: 10_000 },
    { type: 'amount_off', amount: 99_999, per: 'unit' },
    { type: 'bundle', parts: goods.map((id) => ({ productIds: [id], quantity: 1 })), bundleAmount: 0 },
    { type: 'nth_item', n: 2, rateBps: 10_000, across: 'basket' },
    { type: 'buy_x_get_y', buyQuantity: 1, getQuantity: 1, rateBps: 10_000 },
  ];
  for (const mechanic of mechanics) await makeRunning(shop, { mechanic, ...together });
  await makeRunning(shop, {
    mechanic: { type: 'amount_off', amount: 99_999, per: 'basket' },
    stackingClass: 'order',
    ...together,
  });
  const lines = [3, 5].map((quantity, index) => ({ productId: goods[index], quantity }));
  const order = await placed(shop, { lines });
  t.equal(order.totalAmount, 0);
  for (const line of order.lines) {
    t.ok(line.netAmount >= 0 && line.discountAmount <= line.listUnitAmount * line.quantity, line.productId);
    const adjusted = line.adjustments.reduce(
      (sum: number, { amount }: { amount: number }) => sum + amount,
      0,
    );
    t.equal(adjusted, line.discountAmount, 'each discount is only what was left to take');
  }
  for (const mechanic of [
    { type: 'fixed_price', unitAmount: -1 },
    { type: 'amount_off', amount: -1, per: 'unit' },
    { type: 'percent_off', rateBps: 10_001 },
  ])
    t.match(await shop.call('POST /v1/campaigns', { body: { name: 'Less than nothing', mechanic } }), {
      status: 400,
    });
});

t.test('a promotion does not make dearer', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  await makeRunning(shop, { mechanic: { type: 'fixed_price', unitAmount: 1_200 } });
  t.match(await quote(shop, of(hat.id)), { totalAmount: 1_000, discountAmount: 0 });
});

t.test('what a cancelled or lapsed order had of limits is there again, once', async (t) => {
  const shop = await app.createShop();
  const { id: customerId } = await makeCustomer(shop);
  const hat = await makeProduct(shop, { priceAmount: 1_000, onHandQuantity: 10 });
  const { id } = await makeRunning(shop, {
    isCouponRequired: true,
    usesLimit: 1,
    usesPerCustomerLimit: 1,
    budgetAmount: 100,
  });
  const code = await codeOf(shop, id, { usesPerCustomerLimit: 1 });
  const wish = { ...of(hat.id), customerId, couponCodes: [code] };
  const refused = async () => (await place(shop, wish)).body.code;
  const first = await placed(shop, wish);
  t.equal(await refused(), 'coupons_refused');
  await cancel(shop, first.id);
  await cancel(shop, first.id);
  const second = await placed(shop, wish);
  t.equal(second.totalAmount, 900);
  t.equal(await refused(), 'coupons_refused', 'given back once');
  await advance(shop, 3 * DAY);
  await app.settle();
  t.match(await ok(shop.call(`GET /v1/orders/${second.id}`)), {
    status: 'cancelled',
    cancelReason: 'lapsed',
  });
  const third = await placed(shop, wish);
  await pay(shop, third.id);
  await cancel(shop, third.id);
  t.equal((await placed(shop, wish)).totalAmount, 900, 'also after it was paid');
});

t.test('no code is left out without a word', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [await makeProduct(shop, { priceAmount: 1_000 }), await makeProduct(shop)];
  const gated = { isCouponRequired: true };
  const tenth = await makeRunning(shop, gated);
  const fifth = await makeRunning(shop, { ...gated, mechanic: { type: 'percent_off', rateBps: 2_000 } });
  const forPins = await makeRunning(shop, { ...gated, productIds: [pin.id] });
  const codes = {
    good: await codeOf(shop, fifth.id),
    beaten: await codeOf(shop, tenth.id),
    idle: await codeOf(shop, forPins.id),
    unknown: 'NOBODY-HAS-THIS',
  };
  const quoted = await quote(shop, { ...of(hat.id), couponCodes: Object.values(codes) });
  t.equal(quoted.coupons.length, 4, 'each code has an answer');
  const told = new Map(quoted.coupons.map((coupon: any) => [coupon.code, coupon]));
  t.match(told.get(codes.good), { isApplied: true });
  t.match(told.get(codes.beaten), { isApplied: false, campaignReason: String });
  t.match(told.get(codes.idle), { isApplied: false });
  t.match(told.get(codes.unknown), { isApplied: false, reason: 'unknown_code' });
  for (const one of [codes.beaten, codes.idle])
    t.match(await place(shop, { ...of(hat.id), couponCodes: [codes.good, one] }), {
      status: 422,
      body: { code: 'coupon_not_applied', errors: [{ pointer: '/couponCodes/1' }] },
    });
  t.match(await place(shop, { ...of(hat.id), couponCodes: [codes.good, codes.unknown] }), {
    status: 422,
    body: { code: 'coupons_refused', refusedCoupons: [{ reason: 'unknown_code' }] },
  });
  await takeStep(shop, fifth.id, 'pause');
  t.match((await place(shop, { ...of(hat.id), couponCodes: [codes.good] })).body.errors, [
    { pointer: '/couponCodes/0' },
  ]);
});

t.test('the books and the counters are in order', (t) => checkInvariants(t, app));
