import t, { type Test } from 'tap';
import { startApp, type TestShop } from '../../support/app.ts';
import { makeCheaper, makeCustomer, makePolicy, makeProduct } from '../../support/world.ts';
import { advance, checkInvariants, HOUR, ok } from '../orders/support.ts';
import { buy, price, settlementsOf, sweepNow } from './protection-support.ts';

// Half an hour before the year ends in Shanghai, and eight and a half before it does in UTC.
const app = await startApp(t, { clock: { now: () => new Date('2030-12-31T15:30:00Z') } });

const claim = (shop: TestShop, orderId: string) =>
  shop.call(`POST /v1/orders/${orderId}/settlements`, { body: { reason: 'price_drop' } });
const USED_UP = { status: 422, body: { refusal: 'cap_used_up' } };

/** A customer whose year pays one drop of 6.00, with two orders that are owed one each. The first one is paid in the old year. */
async function makeYear(t: Test) {
  const shop = await app.createShop({ timezone: 'Asia/Shanghai' });
  const { id: customerId } = await makeCustomer(shop);
  const policy = { automaticAmount: 0, customerYearCapAmount: 600 };
  const first = await makeCheaper(shop, policy, { customerId });
  const product = await makeProduct(shop);
  const second = await buy(shop, [product], { customerId });
  await price(shop, product.id, 1200);
  const { id } = await ok(claim(shop, first.order.id));
  t.match(await claim(shop, second.id), USED_UP, 'in the same year');
  return { shop, secondId: second.id as string, product, draftId: id as string };
}

t.test('a customer’s year is that of the shop', async (t) => {
  const { shop, secondId, draftId } = await makeYear(t);
  await advance(shop, HOUR);
  const { id, amount } = await ok(claim(shop, secondId));
  t.equal(amount, 600, 'the new year has begun there');
  await checkInvariants(t, app);
  await ok(shop.call(`POST /v1/settlements/${draftId}/cancel`));
  await ok(shop.call(`POST /v1/settlements/${id}/cancel`));
  await checkInvariants(t, app);
  t.match(await ok(claim(shop, secondId)), { amount: 600 }, 'each gives back to the year that it took from');
});

t.test('so it is for a sweep', async (t) => {
  const { shop, product } = await makeYear(t);
  const body = { productIds: [product.id], isDryRun: false };
  t.match(await sweepNow(app, shop, body), { refusals: [{ refusal: 'cap_used_up', lineCount: 1 }] });
  await advance(shop, HOUR);
  t.match(await sweepNow(app, shop, body), { openedAmount: 600, openedCount: 1 });
  await checkInvariants(t, app);
});

/** An order of two pieces that became 2.00 cheaper each, of which the first is in a draft already. */
async function makeHalfClaimed() {
  const shop = await app.createShop();
  await makePolicy(shop, { orderCapAmount: 300 });
  const [one, other] = [await makeProduct(shop), await makeProduct(shop)];
  const order = await buy(shop, [one, other]);
  await price(shop, one.id, 1600);
  await ok(claim(shop, order.id));
  await price(shop, other.id, 1600);
  return { shop, order, other };
}

t.test('what waits for a person counts in the cap of an order as if it were paid', async (t) => {
  const claimed = await makeHalfClaimed();
  t.match(await ok(claim(claimed.shop, claimed.order.id)), { amount: 100, lines: [{ cap: 'order' }] });
  const { shop, other } = await makeHalfClaimed();
  await sweepNow(app, shop, { productIds: [other.id], isDryRun: false });
  t.match(
    (await settlementsOf(shop)).map(({ amount }) => amount),
    [100, 200],
  );
});

t.test('goodwill is no part of the cap of an order', async (t) => {
  const shop = await app.createShop();
  const customer = await makeCustomer(shop);
  await makePolicy(shop, { orderCapAmount: 300 });
  const product = await makeProduct(shop);
  const orders = [];
  for (let at = 0; at < 2; at += 1) orders.push(await buy(shop, [product], { customerId: customer.id }));
  const body = { amount: 100, payoutMethod: 'stored_value' };
  for (const { id } of orders) await ok(shop.call(`POST /v1/orders/${id}/goodwill-settlements`, { body }));
  await price(shop, product.id, 1300);
  t.match(await ok(claim(shop, orders[0].id)), { amount: 300 });
  await sweepNow(app, shop, { productIds: [product.id], isDryRun: false });
  t.match(
    (await settlementsOf(shop)).filter(({ reason }) => reason === 'price_drop').map(({ amount }) => amount),
    [300, 300],
  );
});
