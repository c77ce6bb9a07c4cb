import { newId } from '../../src/platform/ids.ts';
import type { TestApp, TestShop } from './app.ts';
import { makeActivity, makeParticipant, makeSomebody, TIN } from './activities-world.ts';
import { buyFor } from './draws-world.ts';

/** A tin for two friends, 10.00 for five. */
export const REFERRAL = {
  type: 'referral',
  steps: [
    { key: 'two', at: 2, rewards: [TIN] },
    { key: 'five', at: 5, rewards: [{ kind: 'stored_value', amount: 1_000 }] },
  ],
  fromOrderAmount: 5_000,
  fromLoadedAmount: 10_000,
  returnDays: 7,
  friendsLimit: 10,
  friendsPerDay: 6,
  linkTemplate: 'https://shop.example/r/{code}',
};

export const makeReferralActivity = (shop: TestShop, format: object = {}, fields: object = {}) =>
  makeActivity(shop, { ...REFERRAL, ...format }, { name: 'Bring friends', ...fields });

/** Somebody who brings friends, with their code. */
export async function makeReferrer(shop: TestShop, activityId: string, customerId?: string) {
  const owner = await makeParticipant(shop, activityId, customerId);
  const { status, body } = await shop.call(`GET /v1/participants/${owner.id}/referral-code`);
  if (status !== 200) throw new Error(`could not prepare: ${JSON.stringify(body)}`);
  return { id: owner.id as string, customerId: owner.customerId as string, code: body.code as string };
}

export const claim = (
  shop: TestShop,
  activityId: string,
  code: string,
  customerId: string,
  fields: object = {},
) =>
  shop.call(`POST /v1/activities/${activityId}/referrals`, {
    body: { customerId, code, channel: 'web', ...fields },
  });

/** A friend who has claimed. */
export async function makeFriend(shop: TestShop, activityId: string, code: string) {
  const customerId = await makeSomebody(shop);
  const { status, body } = await claim(shop, activityId, code, customerId);
  if (status !== 201) throw new Error(`could not prepare: ${JSON.stringify(body)}`);
  return { id: body.id as string, customerId };
}

/** A friend who has bought. */
export async function makeBuyer(
  app: TestApp,
  shop: TestShop,
  activityId: string,
  code: string,
  amount = 5_000,
) {
  const friend = await makeFriend(shop, activityId, code);
  return { ...friend, order: await buyFor(app, shop, friend.customerId, amount) };
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;

/** Whose every order of the shop is, where a test says so. */
async function makeOwned(shop: TestShop) {
  const product = { name: 'Chai', priceAmount: 100, onHandQuantity: 1 };
  const { body: made } = await shop.call('POST /v1/products', { body: product });
  const { body: order } = await shop.call('POST /v1/orders', {
    body: { lines: [{ productId: made.id, quantity: 1 }] },
  });
  return makeReferrer(shop, (await makeReferralActivity(shop)).id, order.customerId ?? undefined);
}
const ofParticipant: Recipe = async (shop) => ({ params: { participantId: (await makeOwned(shop)).id } });
const claimed = async (shop: TestShop, body: any) => {
  const { id: activityId } = await makeReferralActivity(shop);
  const { code } = await makeReferrer(shop, activityId);
  const identifiers = [{ kind: 'device', value: newId() }];
  return { params: { activityId }, body: { ...body, code, identifiers } };
};

/** What the operations of referrals need. */
export const referralRecipes: Record<string, Recipe> = {
  getReferralCode: ofParticipant,
  inviteFriend: ofParticipant,
  listFriends: async (shop) => {
    const { id: activityId } = await makeReferralActivity(shop);
    const { code } = await makeReferrer(shop, activityId);
    await makeFriend(shop, activityId, code);
    return ofParticipant(shop, undefined, {});
  },
  getReferralOffer: async (shop) => {
    const { code } = await makeReferrer(shop, (await makeReferralActivity(shop)).id);
    return { params: { code } };
  },
  claimReferral: async (shop, _app, { body }) => {
    const given = await claimed(shop, body);
    return { ...given, body: { ...given.body, customerId: await makeSomebody(shop) } };
  },
  claimOwnReferral: async (shop, _app, { body }) => ({
    ...(await claimed(shop, body)),
    callerId: await makeSomebody(shop),
  }),
  cancelReferral: async (shop, _app, { body }) => {
    const { id: activityId } = await makeReferralActivity(shop);
    const { code } = await makeReferrer(shop, activityId);
    return { params: { referralId: (await makeFriend(shop, activityId, code)).id }, body };
  },
};
