import type { TestShop } from './app.ts';
import { makeActivity, makeSomebody } from './activities-world.ts';

async function give(shop: TestShop, target: string, body?: object) {
  const answer = await shop.call(target, body ? { body } : {});
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A shop takes deposits from here on. */
export const enableDeposits = (shop: TestShop, settings: object = {}) =>
  give(shop, 'PATCH /v1/shop', { settings: { activities: { giftDepositsEnabled: true, ...settings } } });

/** 1,880.00 with goods worth 1,980.00 and 199.00, back in 24 parts; or what is said instead. */
export async function depositFormat(shop: TestShop, fields: object = {}, worths = [198_000, 19_900]) {
  const gifts = [];
  for (const [at, marketAmount] of worths.entries()) {
    const product = { name: `Gift ${at + 1}`, priceAmount: marketAmount, onHandQuantity: 1_000 };
    const { id: productId } = await give(shop, 'POST /v1/products', product);
    gifts.push({ kind: 'goods', name: product.name, productId, quantity: 1, marketAmount });
  }
  const terms = { depositAmount: 188_000, instalments: 24, payWithinHours: 24 };
  return { type: 'gift_deposit', ...terms, gifts, ...fields };
}

/** An activity with 30 places, or as many as is said. */
export const makeDepositActivity = async (shop: TestShop, format: object = {}, participantsLimit = 30) => {
  await enableDeposits(shop);
  return makeActivity(shop, await depositFormat(shop, format), {
    name: 'Deposit with gift',
    participantsLimit,
  });
};

export const openDeposit = (shop: TestShop, activityId: string, customerId: string, fields: object = {}) =>
  shop.call(`POST /v1/activities/${activityId}/deposits`, {
    body: { customerId, channel: 'web', provider: 'manual', reference: 'Receipt', ...fields },
  });

/** A deposit that is paid. */
export async function makeDeposit(shop: TestShop, activityId: string, customerId?: string) {
  const { status, body } = await openDeposit(shop, activityId, customerId ?? (await makeSomebody(shop)));
  if (status !== 201) throw new Error(`could not prepare: ${JSON.stringify(body)}`);
  return body.deposit;
}

/** All of a paid deposit is due. */
export async function makeDue(shop: TestShop, customerId?: string) {
  const { id } = await makeDeposit(shop, (await makeDepositActivity(shop)).id, customerId);
  return give(shop, `POST /v1/gift-deposits/${id}/settle`, { reason: 'The goods came back.' });
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;

/** Whose every order of the shop is, where a test says so. */
async function ownerOf(shop: TestShop): Promise<string | undefined> {
  const product = { name: 'Chai', priceAmount: 100, onHandQuantity: 1 };
  const { id: productId } = await give(shop, 'POST /v1/products', product);
  return (
    (await give(shop, 'POST /v1/orders', { lines: [{ productId, quantity: 1 }] })).customerId ?? undefined
  );
}
const ofDeposit: Recipe = async (shop, _app, { body }) => {
  const { id } = await makeDepositActivity(shop);
  const deposit = await makeDeposit(shop, id, await ownerOf(shop));
  return { params: { giftDepositId: deposit.id }, body };
};
const onActivity: Recipe = async (shop) => ({ params: { activityId: (await makeDepositActivity(shop)).id } });

/** What the operations of deposits with gifts need. */
export const depositRecipes: Record<string, Recipe> = {
  openGiftDeposit: async (shop, app, { body }) => ({
    ...(await onActivity(shop, app, {})),
    body: { ...body, customerId: await makeSomebody(shop) },
  }),
  openOwnGiftDeposit: async (shop, app, { body }) => ({
    ...(await onActivity(shop, app, {})),
    body,
    callerId: await makeSomebody(shop),
  }),
  getGiftDepositPlan: onActivity,
  getGiftDeposit: ofDeposit,
  collectGiftDeposit: async (shop, _app, { body }) => ({
    params: { giftDepositId: (await makeDue(shop, await ownerOf(shop))).id },
    body,
  }),
  createGiftDepositCode: ofDeposit,
  payOutGiftDeposit: async (shop) => {
    const { id } = await makeDue(shop);
    const { claimCode } = await give(shop, `POST /v1/gift-deposits/${id}/claim-code`);
    return { params: {}, body: { claimCode } };
  },
  settleGiftDepositEarly: ofDeposit,
};
