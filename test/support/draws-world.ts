import { newId } from '../../src/platform/ids.ts';
import type { TestApp, TestShop } from './app.ts';
import { makeActivity, makeSomebody } from './activities-world.ts';
import { makeProduct, must, pay } from './world.ts';

/** A wheel with a grand prize, a small one of which there are two, and nothing. */
export const WHEEL = {
  type: 'draw',
  look: 'wheel',
  chancePerSpentAmount: 20_000,
  chancePerLoadedAmount: 50_000,
  chancesPerPurchaseLimit: 50,
  prizes: [
    {
      key: 'kettle',
      name: 'Kettle',
      weight: 10,
      stock: 1,
      rewards: [{ kind: 'goods', name: 'Kettle', quantity: 1, marketAmount: 19_900 }],
    },
    {
      key: 'credit',
      name: '5.00 credit',
      weight: 300,
      stock: 2,
      rewards: [{ kind: 'stored_value', amount: 500 }],
    },
    { key: 'none', name: 'Better luck next time', weight: 690, stock: null, rewards: [] },
  ],
  fallbackKey: 'none',
};

export const makeDraw = (shop: TestShop, format: object = {}, fields: object = {}) =>
  makeActivity(shop, { ...WHEEL, ...format }, { name: 'Wheel of tea', ...fields });

/** A paid order that is worth chances. */
export async function buyFor(app: TestApp, shop: TestShop, customerId: string, amount: number) {
  const { id: productId } = await makeProduct(shop, { priceAmount: amount, onHandQuantity: 1_000 });
  const order = await must(
    shop.call('POST /v1/orders', { body: { customerId, lines: [{ productId, quantity: 1 }] } }),
  );
  await pay(shop, order.id);
  await app.settle();
  return order;
}

/** Somebody with chances. */
export async function makeLucky(app: TestApp, shop: TestShop, chances: number): Promise<string> {
  const customerId = await makeSomebody(shop);
  await buyFor(app, shop, customerId, chances * 20_000);
  return customerId;
}

export const drawOne = (shop: TestShop, activityId: string, customerId: string, nonce: string = newId()) =>
  shop.call(`POST /v1/activities/${activityId}/tickets`, { body: { customerId, nonce } });
