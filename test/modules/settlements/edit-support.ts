import type { Test } from 'tap';
import type { TestShop } from '../../support/app.ts';
import { makeCustomer, makeProduct, pay } from '../../support/world.ts';
import { ok, readOrder } from '../orders/support.ts';

export const refundsOf = async (shop: TestShop) => (await ok(shop.call('GET /v1/refunds?limit=200'))).data;

/** An order of these goods, by a customer. */
export async function makeGoods(
  shop: TestShop,
  goods: readonly { price: number; quantity: number }[],
  fields = {},
) {
  const customer = await makeCustomer(shop);
  const products: any[] = [];
  for (const { price } of goods) products.push(await makeProduct(shop, { priceAmount: price }));
  const lines = goods.map(({ quantity }, index) => ({ productId: products[index].id, quantity }));
  const order = await ok(
    shop.call('POST /v1/orders', { body: { lines, customerId: customer.id, ...fields } }),
  );
  return { customer, products, order };
}

export async function makePaid(
  shop: TestShop,
  goods: readonly { price: number; quantity: number }[],
  fields = {},
) {
  const made = await makeGoods(shop, goods, fields);
  const payment = await pay(shop, made.order.id);
  return { ...made, payment, order: await readOrder(shop, made.order.id) };
}

/** Nothing of this happened: the same money, the same stock, the same lines. */
export async function unchanged(t: Test, shop: TestShop, before: any) {
  const order = await readOrder(shop, before.id);
  t.same(order.lines, before.lines);
  t.equal(order.totalAmount, before.totalAmount);
  t.equal(order.refundedAmount, before.refundedAmount);
}
