import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The terms that hold now: their version. */
export const setTerms = async (
  shop: TestShop,
  text = 'Unused within 7 days: all of it back.',
): Promise<number> => (await make(shop, 'PUT /v1/card-terms', { text })).version;

let steps = 0;
// Of a shop that has others already: one offer begins at an amount.
const anotherStep = (): number => {
  steps += 1;
  return 777 + steps;
};

export const makeOffer = (shop: TestShop, fields: object = {}) =>
  make(shop, 'POST /v1/card-offers', { paidAmount: 100_000, bonusAmount: 20_000, ...fields });

/** A card: named, of a customer made for it where none is named, or with its code. */
export async function makeCard(
  shop: TestShop,
  kind: 'named' | 'bearer' = 'bearer',
  customerId?: string,
): Promise<any> {
  const customer = { name: 'Maria Anders', externalId: newId().replaceAll('-', '') };
  const owner =
    kind === 'bearer'
      ? {}
      : { customerId: customerId ?? (await make(shop, 'POST /v1/customers', customer)).id };
  return make(shop, 'POST /v1/cards', { kind, ...owner });
}

export const askLoad = async (
  shop: TestShop,
  cardId: string,
  amount: number,
  fields: object = {},
  more: object = {},
) =>
  shop.call(`POST /v1/cards/${cardId}/loads`, {
    body: { amount, termsVersion: await setTerms(shop), provider: 'manual', ...fields },
    ...more,
  });

/** Value on a card: the load. */
export async function loadCard(
  shop: TestShop,
  cardId: string,
  amount: number,
  fields: object = {},
): Promise<any> {
  const answer = await askLoad(shop, cardId, amount, fields);
  if (answer.status !== 201) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body.load;
}

/** A card with value on it. */
export async function makeRichCard(shop: TestShop, amount = 10_000, kind: 'named' | 'bearer' = 'bearer') {
  const card = await makeCard(shop, kind);
  await loadCard(shop, card.id, amount);
  return card;
}

export const readCard = async (shop: TestShop, cardId: string): Promise<any> =>
  (await shop.call(`GET /v1/cards/${cardId}`)).body;

async function makeGift(shop: TestShop): Promise<string> {
  const product = await make(shop, 'POST /v1/products', {
    name: 'Mug',
    priceAmount: 1_000,
    onHandQuantity: 5,
    externalId: newId().replaceAll('-', ''),
  });
  const paidAmount = anotherStep();
  await makeOffer(shop, {
    paidAmount,
    bonusAmount: 0,
    gifts: [{ productId: product.id, quantity: 1 }],
  });
  const card = await makeCard(shop);
  return (await loadCard(shop, card.id, paidAmount)).gifts[0].id;
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; as?: string }>;

const ofCard: Recipe = async (shop, _app, { body }) => ({
  params: { cardId: (await makeRichCard(shop)).id },
  ...(body === undefined ? {} : { body }),
});
/** Of a customer, who may do the same. */
const ofNamed: Recipe = async (shop, _app, { body }) => ({
  params: { cardId: (await makeRichCard(shop, 10_000, 'named')).id },
  ...(body === undefined ? {} : { body }),
});
const loading =
  (provider: string): Recipe =>
  async (shop, _app, { body }) => {
    const termsVersion = await setTerms(shop);
    return {
      params: { cardId: (await makeCard(shop, 'named')).id },
      body: { ...body, termsVersion, provider },
    };
  };
const ofGift: Recipe = async (shop) => ({ params: { promisedGiftId: await makeGift(shop) } });

/** What the operations of cards need. */
export const cardRecipes: Record<string, Recipe> = {
  getCard: ofNamed,
  listCardMovements: ofNamed,
  listCardLoads: ofNamed,
  freezeCard: ofCard,
  reissueCard: ofCard,
  reactivateCard: ofCard,
  quoteCardRefund: ofNamed,
  refundCard: ofCard,
  unfreezeCard: ofCard,
  loadCard: loading('manual'),
  getCardTerms: async (shop) => {
    await setTerms(shop);
    return { params: {} };
  },
  transferCard: async (shop) => {
    const { customerId } = await makeCard(shop, 'named');
    return { params: { cardId: (await makeRichCard(shop)).id }, body: { customerId } };
  },
  registerOwnCard: async (shop) => ({ params: {}, body: { cardCode: (await makeRichCard(shop)).code } }),
  lookUpCard: async (shop) => ({ params: {}, body: { cardCode: (await makeCard(shop)).code } }),
  updateCardOffer: async (shop, _app, { body }) => ({
    params: { cardOfferId: (await makeOffer(shop, { paidAmount: anotherStep() })).id },
    body,
  }),
  getCardLoad: async (shop) => ({
    params: { cardLoadId: (await loadCard(shop, (await makeCard(shop, 'named')).id, 500)).id },
  }),
  handOverPromisedGift: ofGift,
  cancelPromisedGift: ofGift,
};

/** What they need when the customer calls them. */
export const cardRecipesOfCustomers: Record<string, Recipe> = { loadCard: loading('simulator') };
