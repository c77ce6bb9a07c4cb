import t from 'tap';
import { startApp, type TestShop } from '../../../support/app.ts';
import { standing } from '../../../support/coupons-world.ts';
import { makeCustomer, makeOrder, makePaidOrder, must, tokenOf } from '../../../support/world.ts';
import { checkInvariants, readOrder, times } from '../../orders/support.ts';

const app = await startApp(t, { poolSize: 16 });

const couponsOf = async (shop: TestShop, customerId: string): Promise<any[]> =>
  (await must(shop.call(`GET /v1/coupons?customerId=${customerId}`))).data.map(standing);

/** A customer with a coupon of a value, and an order of 36.00 that is not paid. */
async function makeBuyer(shop: TestShop, amount: number) {
  const customer = await makeCustomer(shop);
  const earlier = await makeOrder(shop, { customerId: customer.id });
  await must(shop.call(`POST /v1/orders/${earlier.id}/payments`, { body: { provider: 'manual' } }));
  const body = { amount, payoutMethod: 'coupon', isAgreed: true };
  await must(shop.call(`POST /v1/orders/${earlier.id}/goodwill-settlements`, { body }));
  const order = await makeOrder(shop, { customerId: customer.id });
  const [coupon] = await couponsOf(shop, customer.id);
  return { customer, order, coupon, token: await tokenOf(shop, customer.id) };
}
const payBy = (shop: TestShop, orderId: string, body: object, as?: string) =>
  shop.call(`POST /v1/orders/${orderId}/payments`, { body, ...(as ? { as } : {}) });

t.test('a coupon pays a part of an order, and what it paid comes back with a cancellation', async (t) => {
  const shop = await app.createShop();
  const { customer, order, coupon, token } = await makeBuyer(shop, 1_000);
  const spelled = coupon.code.toLowerCase();
  const paid = await must(payBy(shop, order.id, { provider: 'coupon', couponCode: spelled }, token));
  t.match(paid, { provider: 'coupon', state: 'succeeded', amount: 1_000 });
  t.match(await readOrder(shop, order.id), {
    paidAmount: 1_000,
    dueAmount: 2_600,
    paymentState: 'partial',
    discountAmount: 0,
  });
  t.match(await couponsOf(shop, customer.id), [
    { id: coupon.id, state: 'used', takenForType: 'order', takenForId: order.id },
  ]);
  const again = await payBy(shop, order.id, { provider: 'coupon', couponCode: coupon.code });
  t.match(again, { status: 409, body: { code: 'coupon_not_usable' } });
  await must(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  t.match(await couponsOf(shop, customer.id), [{ id: coupon.id, state: 'issued', amount: 1_000 }]);
  await checkInvariants(t, app);
});

t.test('a coupon that is larger than an order keeps its rest as a coupon of its own', async (t) => {
  const shop = await app.createShop();
  const { customer, order, coupon } = await makeBuyer(shop, 3_600);
  const half = await must(
    payBy(shop, order.id, { provider: 'coupon', couponCode: coupon.code, amount: 1_600 }),
  );
  t.equal(half.amount, 1_600);
  const [rest, used, ...none] = await couponsOf(shop, customer.id);
  t.same(none, []);
  t.match(used, { id: coupon.id, state: 'used', amount: 1_600 });
  t.match(rest, { state: 'issued', amount: 2_000, restOfId: coupon.id, validUntil: coupon.validUntil });
  t.not(rest.code, coupon.code);
  await must(payBy(shop, order.id, { provider: 'coupon', couponCode: rest.code }));
  t.match(await readOrder(shop, order.id), { status: 'paid', dueAmount: 0 });
  await checkInvariants(t, app);
});

t.test('it is its owner’s, and pays nothing without its code', async (t) => {
  const shop = await app.createShop();
  const { order, coupon, token } = await makeBuyer(shop, 1_000);
  const other = await makeBuyer(shop, 500);
  const notUsable = { status: 409, body: { code: 'coupon_not_usable' } };
  t.match(
    await payBy(shop, order.id, { provider: 'coupon', couponCode: other.coupon.code }, token),
    notUsable,
  );
  t.match(await payBy(shop, order.id, { provider: 'coupon', couponCode: 'NOSUCHCODE' }, token), notUsable);
  const notAvailable = { status: 422, body: { code: 'provider_not_available' } };
  t.match(await payBy(shop, order.id, { provider: 'coupon' }, token), notAvailable);
  t.match(
    await payBy(shop, order.id, { provider: 'simulator', couponCode: coupon.code }, token),
    notAvailable,
  );
  const guest = await makeOrder(shop);
  t.match(await payBy(shop, guest.id, { provider: 'coupon', couponCode: coupon.code }), notAvailable);
  const { order: paid } = await makePaidOrder(shop);
  t.equal((await payBy(shop, paid.id, { provider: 'coupon', couponCode: coupon.code })).status, 409);
  const check = { body: { codes: [coupon.code] }, as: token };
  t.match(await must(shop.call('POST /v1/coupons/check', check)), { data: [{ reason: 'pays_instead' }] });
});

t.test('fifty orders at once with one coupon spend it once', async (t) => {
  const shop = await app.createShop();
  const { customer, coupon } = await makeBuyer(shop, 3_600);
  const orders = await Promise.all(times(25).map(() => makeOrder(shop, { customerId: customer.id })));
  const answers = await Promise.all(
    [...orders, ...orders].map(({ id }) => payBy(shop, id, { provider: 'coupon', couponCode: coupon.code })),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.match(await couponsOf(shop, customer.id), [{ state: 'used', amount: 3_600 }]);
  await checkInvariants(t, app);
});
