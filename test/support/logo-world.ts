import type { TestShop } from './app.ts';
import type { Recipe } from './recipes.ts';
import { makeCustomer, makeOrder, makeProduct, must } from './world.ts';

/** A request that has come so far, of the customer whose orders the shop places. */
export async function makeLogoRequest(shop: TestShop, ...verbs: readonly string[]) {
  const { customerId } = await makeOrder(shop);
  const { id: productId } = await makeProduct(shop);
  const made = await must(
    shop.call('POST /v1/logo-requests', {
      body: {
        customerId: customerId ?? (await makeCustomer(shop)).id,
        items: [{ productId, quantity: 500 }],
        files: [{ name: 'logo.svg', url: 'https://files.example.com/logo.svg' }],
      },
    }),
  );
  for (const verb of verbs) {
    const body = verb === 'quote' ? { unitAmount: 80, setupAmount: 12_000, leadTimeDays: 15 } : undefined;
    await must(shop.call(`POST /v1/logo-requests/${made.id}/${verb}`, body ? { body } : {}));
  }
  return made;
}

const at =
  (...verbs: readonly string[]): Recipe =>
  async (shop, _app, { body }) => {
    const { id } = await makeLogoRequest(shop, ...verbs);
    return { params: { requestId: id }, ...(body === undefined ? {} : { body }) };
  };

export const logoRecipes: Record<string, Recipe> = {
  createLogoRequest: async (shop, _app, { body }) => {
    const { customerId } = await makeOrder(shop);
    const { id: productId } = await makeProduct(shop);
    const own = { customerId: customerId ?? (await makeCustomer(shop)).id };
    return { params: {}, body: { ...body, ...own, items: [{ productId, quantity: 500 }] } };
  },
  getLogoRequest: at(),
  quoteLogoRequest: at(),
  declineLogoRequest: at(),
  cancelLogoRequest: at(),
  acceptLogoRequest: at('quote'),
  startLogoRequest: at('quote', 'accept'),
  finishLogoRequest: at('quote', 'accept', 'start'),
};
