import type { TestShop } from './app.ts';
import type { Recipe } from './recipes.ts';
import { makeOrder, must } from './world.ts';

/** An order on account that has left the house and is not paid. */
export async function makeDebt(shop: TestShop, fields: object = {}) {
  const { id } = await makeOrder(shop, { terms: 'on_account', ...fields });
  return must(shop.call(`POST /v1/orders/${id}/ship`, { body: {} }));
}

export const creditRecipes: Record<string, Recipe> = {
  writeOffOrder: async (shop, _app, { body }) => ({ params: { orderId: (await makeDebt(shop)).id }, body }),
  liftWriteOff: async (shop, _app, { body }) => {
    const { id: orderId } = await makeDebt(shop);
    await must(shop.call(`POST /v1/orders/${orderId}/write-off`, { body: { reason: 'Nobody is there.' } }));
    return { params: { orderId }, body };
  },
};
