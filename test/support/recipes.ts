import { settleEvents } from '../../src/jobs.ts';
import { simulatorCallback } from '../../src/modules/payments/providers/simulator.ts';
import { newId } from '../../src/platform/ids.ts';
import type { TestApp, TestShop } from './app.ts';
import { activityRecipes } from './activities-world.ts';
import { calendarRecipes, makeAnnouncement, makeHoliday } from './calendar-world.ts';
import { campaignRecipes, idOfCampaigns } from './campaigns-world.ts';
import { cardRecipes, cardRecipesOfCustomers } from './cards-world.ts';
import { couponRecipes, idOfCoupons } from './coupons-world.ts';
import { creditRecipes } from './credit-world.ts';
import { logoRecipes } from './logo-world.ts';
import { drawRecipes } from './draws-world.ts';
import { depositRecipes } from './deposits-world.ts';
import { contestRecipes } from './contests-world.ts';
import { referralRecipes } from './referrals-world.ts';
import { loyaltyRecipes } from './loyalty-world.ts';
import { idOfSegments, segmentRecipes } from './segments-world.ts';
import {
  answerByLink,
  claim,
  connectStripe,
  creditWallet,
  makeCheaper,
  makeCustomer,
  makeDeliveredOrder,
  makeDelivery,
  makeEndpoint,
  makeFreightTemplate,
  makeLink,
  makeOffer,
  makeOrder,
  makePaidOrder,
  makePolicy,
  makeProduct,
  makeShippedOrder,
  makeValueCoupon,
  must,
  pay,
} from './world.ts';
import { makeCarrier, shippingRecipes } from './world-shipping.ts';

/** What an operation's example needs to succeed: real ids for its path and its body. */
export interface Prepared {
  readonly params: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly payload?: Buffer;
  /** Who calls, where that has to be a customer who was made for it. */
  readonly callerId?: string;
}

export type Recipe = (shop: TestShop, app: TestApp, example: { body?: any }) => Promise<Prepared>;

const withBody = (body: unknown) => (body === undefined ? {} : { body });

const onTemplate: Recipe = async (shop, _app, { body }) => {
  const { id } = await makeFreightTemplate(shop, {}, { isDefault: false });
  return { params: { templateId: id }, ...withBody(body) };
};

async function makeWallet(shop: TestShop, amount: number) {
  const { id } = await makeCustomer(shop);
  await creditWallet(shop, id, amount);
  return { params: { customerId: id as string } };
}

const onOrder =
  (make: (shop: TestShop) => Promise<{ id: string } | { order: { id: string } }>): Recipe =>
  async (shop, _app, { body }) => {
    const made = await make(shop);
    return { params: { orderId: 'order' in made ? made.order.id : made.id }, body };
  };

async function makeRefund(shop: TestShop) {
  const { order } = await makePaidOrder(shop);
  await must(shop.call(`POST /v1/orders/${order.id}/cancel`, { body: {} }));
  const { data } = await must(shop.call('GET /v1/refunds'));
  return { params: { refundId: data[0].id as string } };
}

const onAccount: Recipe = async (shop) => {
  await connectStripe(shop);
  return { params: { provider: 'stripe' } };
};

const withProduct: Recipe = async (shop, _app, { body }) => {
  const { id } = await makeProduct(shop);
  return {
    params: {},
    body: { ...body, lines: body.lines.map((line: object) => ({ ...line, productId: id })) },
  };
};

// With an automatic amount of nothing it waits for a person.
const onDraft: Recipe = async (shop, _app, { body }) => {
  const { order } = await makeCheaper(shop, { automaticAmount: 0 });
  const { id } = await claim(shop, order.id);
  return { params: { settlementId: id }, ...(body === undefined ? {} : { body }) };
};

// The customer has the turn.
const onOffer: Recipe = async (shop, _app, { body }) => {
  const { order } = await makePaidOrder(shop);
  const { id } = await makeOffer(shop, order.id);
  return { params: { settlementId: id }, ...withBody(body) };
};

// The shop has it.
const onCounter: Recipe = async (shop, app, example) => {
  const prepared = await onOffer(shop, app, example);
  await answerByLink(shop, prepared.params['settlementId'] ?? '', 'counter', { amount: 300 });
  return prepared;
};

const onAccepted: Recipe = async (shop, app, example) => {
  const prepared = await onOffer(shop, app, example);
  await answerByLink(shop, prepared.params['settlementId'] ?? '', 'accept');
  return prepared;
};

// A paid order of two units, one of which may go.
const onEditable: Recipe = async (shop, _app, { body }) => {
  const { order } = await makePaidOrder(shop);
  const line = { lineId: order.lines[0].id, quantity: 1 };
  return { params: { orderId: order.id }, ...(body ? { body: { ...body, lines: [line] } } : {}) };
};

const onEdit: Recipe = async (shop, app) => {
  const { params } = await onEditable(shop, app, {});
  const { lines } = await must(shop.call(`GET /v1/orders/${params['orderId']}`));
  const body = { lines: [{ lineId: lines[0].id, quantity: 1 }] };
  const { id } = await must(shop.call(`POST /v1/orders/${params['orderId']}/edits`, { body }));
  return { params: { orderId: params['orderId'] as string, editId: id as string } };
};

const onUpgrade: Recipe = async (shop, _app, { body }) => {
  const { order } = await makePaidOrder(shop);
  const { id } = await makeProduct(shop, { priceAmount: 2200 });
  return { params: { orderId: order.id, lineId: order.lines[0].id }, body: { ...body, productId: id } };
};

const byLink =
  (made: Recipe): Recipe =>
  async (shop, app, example) => {
    const { params } = await made(shop, app, example);
    const { token } = await makeLink(shop, params['settlementId'] ?? '');
    return { params: { token }, ...withBody(example.body) };
  };

const onLink: Recipe = async (shop, app, example) => {
  const { params } = await onOffer(shop, app, example);
  const { id } = await makeLink(shop, params['settlementId'] ?? '');
  return { params: { ...params, linkId: id } };
};

// Where a customer needs another state than staff does.
const recipesOfCustomers: Record<string, Recipe> = {
  ...cardRecipesOfCustomers,
  acceptSettlement: onOffer,
  counterSettlement: onOffer,
  // A coupon of somebody: open ones are nobody's.
  getCoupon: async (shop) => {
    await makeValueCoupon(shop);
    const { data } = await must(shop.call('GET /v1/coupons?limit=1'));
    return { params: { couponId: data[0].id } };
  },
  declineSettlement: async (shop, app) => onOffer(shop, app, { body: { reason: 'no_longer_wanted' } }),
  paySettlement: async (shop, app) => onAccepted(shop, app, { body: { provider: 'simulator' } }),
};

/** Prepares what an operation needs when the customer calls it, where that is something else. */
export const prepareForCustomer = (
  shop: TestShop,
  app: TestApp,
  operationId: string,
  example: { body?: unknown },
): Promise<Prepared> | undefined => recipesOfCustomers[operationId]?.(shop, app, example);

// The money of a manual payment has arrived when staff says so.
const onSettled: Recipe = async (shop, app, { body }) => {
  const { order } = await makePaidOrder(shop);
  const goodwill = { body: { amount: 100 } };
  const { id } = await must(shop.call(`POST /v1/orders/${order.id}/goodwill-settlements`, goodwill));
  const { data } = await must(shop.call('GET /v1/refunds'));
  const refund = data.find(({ subjectId }: { subjectId: string }) => subjectId === order.id);
  await must(shop.call(`POST /v1/refunds/${refund.id}/confirm`, { body: {} }));
  // Events only: a delivery to somebody's webhook would wait for its server.
  await settleEvents(app.deps);
  return { params: { settlementId: id }, body };
};

const recipes: Record<string, Recipe> = {
  ...calendarRecipes,
  ...campaignRecipes,
  ...cardRecipes,
  ...couponRecipes,
  ...creditRecipes,
  ...logoRecipes,
  ...loyaltyRecipes,
  ...activityRecipes,
  ...drawRecipes,
  ...referralRecipes,
  ...contestRecipes,
  ...depositRecipes,
  ...segmentRecipes,
  ...shippingRecipes,
  getFreightTemplate: onTemplate,
  updateFreightTemplate: onTemplate,
  archiveFreightTemplate: onTemplate,
  previewOrderEdit: onEditable,
  editOrder: onEditable,
  listOrderEdits: onEditable,
  getOrderEdit: onEdit,
  upgradeLine: onUpgrade,
  offerSettlement: async (shop, _app, { body }) => {
    const { order } = await makePaidOrder(shop);
    const lines = body.lines.map((line: object) => ({ ...line, lineId: order.lines[0].id }));
    return { params: { orderId: order.id }, body: { ...body, lines } };
  },
  acceptSettlement: onCounter,
  counterSettlement: onCounter,
  paySettlement: onAccepted,
  listSettlementPayments: onAccepted,
  createSettlementLink: onOffer,
  listSettlementLinks: onOffer,
  revokeSettlementLink: onLink,
  getLinkedSettlement: byLink(onOffer),
  listLinkedPayments: byLink(onAccepted),
  acceptLinkedSettlement: byLink(onOffer),
  counterLinkedSettlement: byLink(onOffer),
  declineLinkedSettlement: byLink(onOffer),
  payLinkedSettlement: byLink(onAccepted),
  claimSettlement: onOrder(async (shop) => (await makeCheaper(shop, { automaticAmount: 5000 })).order),
  giveGoodwill: onOrder(makePaidOrder),
  getSettlement: onDraft,
  approveSettlement: onDraft,
  declineSettlement: onDraft,
  cancelSettlement: onDraft,
  answerSatisfaction: onSettled,
  evaluateCampaigns: withProduct,
  quoteBasket: withProduct,
  placeOrder: withProduct,
  importOrder: withProduct,
  shipOrder: onOrder(makePaidOrder),
  completeOrder: onOrder(makeDeliveredOrder),
  deliverShipment: async (shop) => {
    const order = await makeShippedOrder(shop);
    return { params: { orderId: order.id, shipmentId: order.shipments[0].id } };
  },
  confirmRefund: async (shop, _app, { body }) => ({ ...(await makeRefund(shop)), body }),
  retryRefund: makeRefund,
  getRefund: makeRefund,
  getPayment: async (shop) => ({ params: { paymentId: (await makePaidOrder(shop)).payment.id } }),
  listProviderStatements: async (shop) => ({ params: { paymentId: (await makePaidOrder(shop)).payment.id } }),
  // In force from now on; the example's moment is long before the fresh product.
  getProductPriceAt: async (shop) => {
    const product = await makeProduct(shop);
    const prices = [{ amount: 1500, effectiveAt: '1998-04-30T00:00:00Z' }];
    await must(shop.call(`POST /v1/products/${product.id}/prices`, { body: { prices } }));
    return { params: { productId: product.id } };
  },
  revokeApiKey: async (shop) => {
    const key = await must(
      shop.call('POST /v1/api-keys', { body: { kind: 'secret', name: 'ERP', scopes: [] } }),
    );
    return { params: { keyId: key.id } };
  },
  receiveCallback: async (shop, app) => {
    const order = await makeOrder(shop);
    const payment = await pay(shop, order.id, { provider: 'simulator' });
    const event = {
      paymentId: payment.id,
      eventId: newId(),
      kind: 'succeeded' as const,
      reference: 'r',
      failureCode: null,
    };
    const { body, headers } = simulatorCallback(app.deps, shop.shopId, event);
    return {
      params: { provider: 'simulator', shopId: shop.shopId },
      payload: body,
      headers: { ...headers, 'content-type': 'application/json' },
    };
  },
  disablePaymentAccount: onAccount,
  enablePaymentAccount: onAccount,
  mergeCustomers: async (shop) => {
    const [one, two] = [await makeCustomer(shop), await makeCustomer(shop)];
    return { params: { customerId: one.id }, body: { duplicateCustomerId: two.id } };
  },
  withdrawFromWallet: async (shop, _app, { body }) => ({ ...(await makeWallet(shop, body.amount)), body }),
  listWalletMovements: (shop) => makeWallet(shop, 1500),
  getWebhookDelivery: makeDelivery,
  retryWebhookDelivery: makeDelivery,
  createCustomerToken: async (shop, _app, { body }) => ({
    params: {},
    body: { ...body, customerId: (await makeCustomer(shop)).id },
  }),
};

/** Prepares what an operation needs. Without a recipe: a fresh resource for each id in its path. */
export async function prepare(
  shop: TestShop,
  app: TestApp,
  operationId: string,
  example: { params?: Record<string, string>; body?: unknown },
): Promise<Prepared> {
  const recipe = recipes[operationId];
  if (recipe) return recipe(shop, app, example);
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(example.params ?? {}))
    params[name] = await idFor(shop, operationId, name, value);
  return { params, ...(example.body === undefined ? {} : { body: example.body }) };
}

async function idFor(shop: TestShop, operationId: string, name: string, value: string): Promise<string> {
  const known =
    (await idOfSegments(shop, name)) ?? (await idOfCoupons(shop, name)) ?? (await idOfCampaigns(shop, name));
  if (known !== undefined) return known;
  if (name === 'productId') return (await makeProduct(shop)).id;
  if (name === 'orderId') return (await makeOrder(shop)).id;
  if (name === 'carrierId') return (await makeCarrier(shop)).id;
  if (name === 'policyId') return (await makePolicy(shop)).id;
  if (name === 'sweepId') return (await must(shop.call('POST /v1/price-protection-sweeps', { body: {} }))).id;
  if (name === 'holidayId') return (await makeHoliday(shop)).id;
  if (name === 'announcementId') return (await makeAnnouncement(shop)).id;
  if (name === 'endpointId') return (await makeEndpoint(shop)).id;
  if (name === 'customerId') return (await makeCustomer(shop)).id;
  if (name !== 'externalId') return value;
  if (operationId.includes('Carrier')) return (await makeCarrier(shop)).externalId;
  return operationId.includes('Customer')
    ? (await makeCustomer(shop)).externalId
    : (await makeProduct(shop)).externalId;
}
