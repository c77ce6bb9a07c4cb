import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

const must = async (answer: ReturnType<TestShop['call']>) => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`could not prepare: ${status} ${JSON.stringify(body)}`);
  return body;
};

// Of a form that no id of ours has.
const newName = (): string => newId().replaceAll('-', '');

/** A carrier of the shop that is active. */
export const makeCarrier = (shop: TestShop, fields: object = {}) =>
  must(
    shop.call('POST /v1/carriers', {
      body: { name: 'Speedy Express', externalId: newName(), status: 'active', ...fields },
    }),
  );

export const makeMethod = (shop: TestShop, carrierId: string, fields: object = {}) =>
  must(
    shop.call(`POST /v1/carriers/${carrierId}/methods`, {
      body: { code: 'standard', name: 'Standard', promises: [{ fromDays: 2, toDays: 4 }], ...fields },
    }),
  );

/** First 500 g for 6.00 and each 500 g beyond for 1.50, up to 30 kg. */
export const STEP = {
  fromGrams: 0,
  toGrams: 30_000,
  firstWeightGrams: 500,
  firstAmount: 600,
  additionalWeightGrams: 500,
  additionalAmount: 150,
};

/** A price list of a method, by default for Germany. */
export const makePriceList = (
  shop: TestShop,
  { carrierId, id }: { readonly carrierId: string; readonly id: string },
  fields: object = {},
) =>
  must(
    shop.call(`POST /v1/carriers/${carrierId}/methods/${id}/price-lists`, {
      body: { zones: [{ name: 'All', areas: [{ country: 'DE' }], steps: [STEP] }], ...fields },
    }),
  );

const BERLIN = { name: 'Maria Anders', line1: 'Obere Str. 57', city: 'Berlin', country: 'DE' };

/** An order of three units that is paid and goes to Berlin. */
export async function makeReadyOrder(shop: TestShop, fields: object = {}) {
  const product = await must(
    shop.call('POST /v1/products', { body: { name: 'Chai', priceAmount: 1800, onHandQuantity: 100 } }),
  );
  const lines = [{ productId: product.id, quantity: 3 }];
  const order = await must(
    shop.call('POST /v1/orders', { body: { lines, shippingAddress: BERLIN, ...fields } }),
  );
  await must(shop.call(`POST /v1/orders/${order.id}/payments`, { body: { provider: 'manual' } }));
  return order;
}

export const parcelsOf = async (shop: TestShop, orderId: string) =>
  (await must(shop.call(`GET /v1/parcels?orderId=${orderId}`))).data.toReversed();

/** Such an order that left with a carrier, by default a new one, in one parcel. */
export async function makeSentOrder(shop: TestShop, fields: object = {}, order: object = {}) {
  const carrierId = 'carrierId' in fields ? fields.carrierId : (await makeCarrier(shop)).id;
  const placed = await makeReadyOrder(shop, order);
  const body = { trackingNumber: newName(), ...fields, carrierId };
  await must(shop.call(`POST /v1/orders/${placed.id}/ship`, { body }));
  const [parcel] = await parcelsOf(shop, placed.id);
  return { orderId: placed.id as string, parcel };
}

interface Prepared {
  readonly params: Record<string, string>;
  readonly body?: unknown;
}
type Recipe = (shop: TestShop, app: unknown, example: { body?: any }) => Promise<Prepared>;

const withBody = (body: unknown) => (body === undefined ? {} : { body });

const onMethod: Recipe = async (shop, _app, { body }) => {
  const { id: carrierId } = await makeCarrier(shop);
  const { id: methodId } = await makeMethod(shop, carrierId);
  return { params: { carrierId, methodId }, ...withBody(body) };
};

const onCarrierThatIs =
  (status: string): Recipe =>
  async (shop) => ({ params: { carrierId: (await makeCarrier(shop, { status })).id } });

const onParcel: Recipe = async (shop, _app, { body }) => {
  const { parcel } = await makeSentOrder(shop);
  return { params: { parcelId: parcel.id }, ...withBody(body) };
};

/** What the operations of shipping need. */
export const shippingRecipes: Readonly<Record<string, Recipe>> = {
  updateCarrierMethod: onMethod,
  addCarrierPriceList: onMethod,
  listCarrierPriceLists: onMethod,
  endCarrierPriceList: async (shop, app, { body }) => {
    const { params } = await onMethod(shop, app, {});
    const method = { carrierId: params['carrierId'] ?? '', id: params['methodId'] ?? '' };
    const { id } = await makePriceList(shop, method);
    return { params: { ...params, priceListId: id }, ...withBody(body) };
  },
  tryCarrier: onCarrierThatIs('active'),
  activateCarrier: onCarrierThatIs('trial'),
  getParcel: onParcel,
  listParcelEvents: onParcel,
  reportParcel: onParcel,
  voidParcelEvent: async (shop, _app, { body }) => {
    const { parcel } = await makeSentOrder(shop);
    await must(shop.call(`POST /v1/parcels/${parcel.id}/reports`, { body: { kind: 'delivered' } }));
    const { data } = await must(shop.call(`GET /v1/parcels/${parcel.id}/events`));
    return { params: { parcelId: parcel.id, eventId: data[0].id }, ...withBody(body) };
  },
  updateParcel: onParcel,
  rateDelivery: async (shop, _app, { body }) => {
    const { orderId, parcel } = await makeSentOrder(shop);
    await must(shop.call(`POST /v1/orders/${orderId}/shipments/${parcel.shipmentId}/deliver`));
    return { params: { orderId, parcelId: parcel.id }, ...withBody(body) };
  },
};
