import t from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeRunning, takeStep } from '../../support/campaigns-world.ts';
import { issueCoupon, makeCouponDefinition } from '../../support/coupons-world.ts';
import { makeCustomer, makeProduct, pay } from '../../support/world.ts';
import { checkInvariants, ok, readOrder, refundsOf } from '../orders/support.ts';

// What goes wrong elsewhere after the price was told: between quote and order, and when goods go back.

/** Real time, moved by hand. */
const clock = { ahead: 0, now: () => new Date(Date.now() + clock.ahead) };
const app = await startApp(t, { clock });

const quote = (shop: TestShop, body: object) => ok(shop.call('POST /v1/quotes', { body, key: null }));
const place = (shop: TestShop, body: object) => shop.call('POST /v1/orders', { body });
const of = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });
const endIt = (shop: TestShop, id: string) => takeStep(shop, id, 'end', { reason: 'Sold enough.' });
/** Leaves so many units on a line. */
const leave = (shop: TestShop, orderId: string, lineId: string, quantity: number) =>
  ok(shop.call(`POST /v1/orders/${orderId}/edits`, { body: { lines: [{ lineId, quantity }] } }));
async function paid(shop: TestShop, body: object) {
  const order = await ok(place(shop, body));
  await pay(shop, order.id);
  return readOrder(shop, order.id);
}

t.test('a promotion that ends between quote and order is kept for the minutes of the quote', async (t) => {
  t.teardown(() => (clock.ahead = 0));
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await makeRunning(shop);
  const { quoteToken, expiresAt } = await quote(shop, of(hat.id));
  await endIt(shop, id);
  const wish = { ...of(hat.id), quoteToken, expectedTotalAmount: 900 };
  t.match((await place(shop, wish)).body, { totalAmount: 900, campaigns: [{ campaignId: id }] });
  t.match(await place(shop, { ...of(hat.id), expectedTotalAmount: 900 }), {
    body: { code: 'total_changed', totalAmount: 1_000 },
  });
  clock.ahead = Date.parse(expiresAt) - Date.now() + 1_000;
  t.match(await place(shop, wish), {
    status: 422,
    body: { code: 'quote_expired', errors: [{ pointer: '/quoteToken' }] },
  });
});

t.test('what a quote held and others took since is said, and not another price charged', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const { id } = await makeRunning(shop, { usesLimit: 1 });
  const { quoteToken } = await quote(shop, of(hat.id));
  const first = await ok(place(shop, of(hat.id)));
  const late = await place(shop, { ...of(hat.id), quoteToken });
  t.match(late, {
    status: 409,
    body: { code: 'campaign_used_up', campaignIds: [id], errors: [{ pointer: '/quoteToken' }] },
  });
  await ok(shop.call(`POST /v1/orders/${first.id}/cancel`, { body: {} }));
  t.match((await place(shop, { ...of(hat.id), quoteToken })).body, { totalAmount: 900 }, 'it is there again');
});

t.test('a quote with a code holds it, and not when another order has used it', async (t) => {
  const shop = await app.createShop();
  const hat = await makeProduct(shop, { priceAmount: 1_000 });
  const campaign = await makeRunning(shop, { isCouponRequired: true });
  const { id } = await makeCouponDefinition(shop, { campaignId: campaign.id });
  const { code } = await issueCoupon(shop, id);
  const wish = { ...of(hat.id), couponCodes: [code] };
  const [one, other] = [await quote(shop, wish), await quote(shop, wish)];
  await endIt(shop, campaign.id);
  t.match((await place(shop, { ...of(hat.id), quoteToken: one.quoteToken })).body, { totalAmount: 900 });
  t.match((await place(shop, { ...of(hat.id), quoteToken: other.quoteToken })).body.code, 'coupons_refused');
});

t.test('the discount of a line that goes does not move to the others', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [
    await makeProduct(shop, { priceAmount: 1_000 }),
    await makeProduct(shop, { priceAmount: 3_000 }),
  ];
  const mechanic = { type: 'amount_off', amount: 400, per: 'basket' };
  await makeRunning(shop, { mechanic, stackingClass: 'order', minimumAmount: 4_000 });
  const lines = [hat, pin].map(({ id }) => ({ productId: id, quantity: 1 }));
  const order = await paid(shop, { lines });
  const nets = () => order.lines.map(({ netAmount }: { netAmount: number }) => netAmount);
  t.same(nets(), [900, 2_700]);
  const edit = await leave(shop, order.id, order.lines[0].id, 0);
  t.match(edit.edit ?? edit, { creditedAmount: 900 });
  const after = await readOrder(shop, order.id);
  t.same(
    after.lines.map(({ netAmount, discountAmount, creditedAmount }: any) => [
      netAmount,
      discountAmount,
      creditedAmount,
    ]),
    [
      [900, 100, 900],
      [2_700, 300, 0],
    ],
  );
  t.equal(after.refundedAmount, 900, 'what was paid for it, though the basket is below the minimum now');
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.equal((await readOrder(shop, order.id)).refundedAmount, 3_600);
});

t.test('refunds after the end of a promotion give back what was paid, to the last unit', async (t) => {
  const shop = await app.createShop();
  const [hat, pin] = [
    await makeProduct(shop, { priceAmount: 400, onHandQuantity: 10 }),
    await makeProduct(shop, { priceAmount: 999, onHandQuantity: 10 }),
  ];
  const mechanic = { type: 'amount_off', amount: 500, per: 'basket' };
  const { id } = await makeRunning(shop, { mechanic, stackingClass: 'order' });
  const lines = [hat, pin].map((product) => ({ productId: product.id, quantity: 3 }));
  const order = await paid(shop, { lines });
  const [first, second] = order.lines;
  t.equal(order.totalAmount, 3 * 400 + 3 * 999 - 500);
  await endIt(shop, id);
  await ok(shop.call(`PATCH /v1/products/${hat.id}`, { body: { priceAmount: 5_000 } }));
  const refunded = async () => (await readOrder(shop, order.id)).refundedAmount;
  const prefix = (amount: number, units: number) => Math.round((amount * units) / 3);
  for (const left of [2, 1, 0]) {
    await leave(shop, order.id, first.id, left);
    t.equal(await refunded(), prefix(first.netAmount, 3 - left), `${left} left`);
  }
  await leave(shop, order.id, second.id, 1);
  t.equal(await refunded(), first.netAmount + prefix(second.netAmount, 2));
  await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.equal(await refunded(), order.totalAmount, 'all of it, and no cent more');
  const sum = (await refundsOf(shop, order.id)).reduce((total, { amount }) => total + amount, 0);
  t.equal(sum, order.totalAmount);
  t.match(await ok(shop.call('GET /v1/ledger/verify')), { holds: true });
});

t.test(
  'goods that an edit takes off give nothing of a campaign back before the whole order does',
  async (t) => {
    const shop = await app.createShop();
    const { id: customerId } = await makeCustomer(shop);
    const hat = await makeProduct(shop, { priceAmount: 1_500, onHandQuantity: 10 });
    const items = [{ productId: hat.id, unitAmount: 900, stockQuantity: 3 }];
    await makeRunning(shop, { mechanic: { type: 'flash_sale', items } });
    const order = await paid(shop, { ...of(hat.id, 3), customerId });
    await leave(shop, order.id, order.lines[0].id, 1);
    t.equal((await readOrder(shop, order.id)).refundedAmount, 1_800);
    t.equal((await quote(shop, of(hat.id))).totalAmount, 1_500);
    await ok(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
    t.equal((await quote(shop, of(hat.id, 3))).totalAmount, 2_700);
  },
);

t.test('the books and the counters are in order', (t) => checkInvariants(t, app));
