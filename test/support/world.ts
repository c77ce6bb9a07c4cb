import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Of a form that no id of ours has.
export const newExternalId = (): string => newId().replaceAll('-', '');

export const must = async (answer: ReturnType<TestShop['call']>) => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`could not prepare: ${status} ${JSON.stringify(body)}`);
  return body;
};

export const makeProduct = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/products', {
      body: { name: 'Chai', priceAmount: 1800, onHandQuantity: 100, externalId: newExternalId(), ...fields },
    }),
  );

export const makeOrder = async (shop: TestShop, fields: object = {}) => {
  const product = await makeProduct(shop);
  return must(
    shop.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 2 }], ...fields } }),
  );
};

export const pay = (shop: TestShop, orderId: string, body: object = { provider: 'manual' }) =>
  must(shop.call(`POST /v1/orders/${orderId}/payments`, { body }));

export async function makePaidOrder(shop: TestShop) {
  const order = await makeOrder(shop);
  const payment = await pay(shop, order.id);
  return { order, payment };
}

export async function makeShippedOrder(shop: TestShop) {
  const { order } = await makePaidOrder(shop);
  return must(shop.call(`POST /v1/orders/${order.id}/ship`, { body: {} }));
}

export async function makeDeliveredOrder(shop: TestShop) {
  const order = await makeShippedOrder(shop);
  return must(shop.call(`POST /v1/orders/${order.id}/shipments/${order.shipments[0].id}/deliver`));
}

export const makeCustomer = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/customers', {
      body: { name: 'Maria Anders', externalId: newExternalId(), ...fields },
    }),
  );

export const makePolicy = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/price-difference-policies', {
      body: { name: 'Thirty days', reasons: ['price_drop'], windowDays: 30, windowFrom: 'paid', ...fields },
    }),
  );

/** A freight template: by default one price for any number of pieces, everywhere, for products that name none. */
export const makeFreightTemplate = (shop: TestShop, zone: object = {}, fields: object = {}) =>
  must(
    shop.call('POST /v1/freight-templates', {
      body: {
        name: `Parcels ${newExternalId()}`,
        chargedBy: 'piece',
        isDefault: true,
        zones: [{ name: 'Everywhere', ...zone }],
        ...fields,
      },
    }),
  );

/** A token with which a customer calls. */
export const tokenOf = async (shop: TestShop, customerId: string): Promise<string> =>
  (await must(shop.call('POST /v1/customer-tokens', { body: { customerId } }))).token;

export const makeEndpoint = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/webhook-endpoints', { body: { url: 'https://erp.example.com/webhooks', ...fields } }),
  );

export async function makeDelivery(shop: TestShop) {
  const endpoint = await makeEndpoint(shop);
  const { id } = await must(shop.call(`POST /v1/webhook-endpoints/${endpoint.id}/test`));
  return { params: { deliveryId: id as string } };
}

/** Stored value for a customer. */
export const creditWallet = (shop: TestShop, customerId: string, amount: number, fields: object = {}) =>
  must(
    shop.call(`POST /v1/customers/${customerId}/wallet/credits`, {
      body: { amount, reason: 'goodwill', ...fields },
    }),
  );

/** Connects a shop with Stripe, with keys of its own. */
export const connectStripe = (shop: TestShop, keys: object = {}) =>
  must(
    shop.call('PUT /v1/payment-accounts/stripe', {
      body: { secretKey: 'sk_test_OfThisWorld', webhookSecret: 'whsec_OfThisWorld', ...keys },
    }),
  );

/** An order that was paid before its product became cheaper, under a policy that pays up to an amount by itself. */
export async function makeCheaper(shop: TestShop, policy: object = {}, order: object = {}) {
  await makePolicy(shop, policy);
  const product = await makeProduct(shop);
  const placed = await must(
    shop.call('POST /v1/orders', { body: { lines: [{ productId: product.id, quantity: 2 }], ...order } }),
  );
  await pay(shop, placed.id);
  await must(shop.call(`PATCH /v1/products/${product.id}`, { body: { priceAmount: 1500 } }));
  return { order: placed, product };
}

export const claim = (shop: TestShop, orderId: string, body: object = { reason: 'price_drop' }) =>
  must(shop.call(`POST /v1/orders/${orderId}/settlements`, { body }));

/** A coupon for the customer whose orders the shop places, given of goodwill. */
export async function makeValueCoupon(shop: TestShop) {
  const { order } = await makePaidOrder(shop);
  const body = { amount: 100, payoutMethod: 'coupon', isAgreed: true };
  return must(shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, { body }));
}

/** An offer of the shop for a paid order, by default freight that the customer is to pay. */
export const makeOffer = (shop: TestShop, orderId: string, fields: object = {}) =>
  must(
    shop.call(`POST /v1/orders/${orderId}/settlement-offers`, {
      body: { direction: 'from_customer', reason: 'freight', amount: 350, ...fields },
    }),
  );

/** A link to a settlement: its id and its token. */
export const makeLink = (shop: TestShop, settlementId: string, fields: object = {}) =>
  must(shop.call(`POST /v1/settlements/${settlementId}/links`, { body: fields }));

/** Lets the customer answer, by a link. */
export async function answerByLink(shop: TestShop, settlementId: string, verb: string, body?: object) {
  const { token } = await makeLink(shop, settlementId);
  return must(
    shop.call(`POST /v1/settlement-links/${token}/${verb}`, {
      as: null,
      ...(body === undefined ? {} : { body }),
    }),
  );
}
