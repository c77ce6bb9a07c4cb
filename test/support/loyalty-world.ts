import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const PROGRAMME = {
  name: 'Northwind Club',
  signUpPoints: 0,
  staffGrantLimit: 1_000,
  expiry: { kind: 'rolling_months', months: 24 },
};

/** What the loyalty programme says from now on. */
export const setProgramme = (shop: TestShop, fields: object = {}) =>
  make(shop, 'PUT /v1/loyalty-programme', { ...PROGRAMME, ...fields });

/** A member who takes part, and is a customer made for it where none is named. */
export async function makeMember(shop: TestShop, customerId?: string): Promise<string> {
  const { status } = await shop.call('GET /v1/loyalty-programme');
  if (status === 404) await setProgramme(shop);
  const customer = { name: 'Maria Anders', externalId: newId().replaceAll('-', '') };
  const id = customerId ?? (await make(shop, 'POST /v1/customers', customer)).id;
  await make(shop, 'POST /v1/loyalty-members', { customerId: id });
  return id;
}

/** Points for a member: the lot. */
export async function givePoints(shop: TestShop, customerId: string, points: number, fields: object = {}) {
  const body = { points, note: 'For a test', ...fields };
  return (await make(shop, `POST /v1/loyalty-members/${customerId}/grants`, body)).lot;
}

/** A member who left with the points of an order, and gave units up before and afterwards: they owe points. */
export async function makeDebtor(shop: TestShop): Promise<string> {
  const earning = { points: 1, perAmount: 100 };
  const tiers = [{ key: 'club', name: 'Club', threshold: 0, multiplierBps: 10_000, serviceLevel: null }];
  await setProgramme(shop, { signUpPoints: 5, earning, clawback: 'unlimited', tiers });
  const customerId = await makeMember(shop);
  const body = {
    name: 'Chai',
    priceAmount: 2_000,
    onHandQuantity: 10,
    externalId: newId().replaceAll('-', ''),
  };
  const { id: productId } = await make(shop, 'POST /v1/products', body);
  const order = await make(shop, 'POST /v1/orders', { customerId, lines: [{ productId, quantity: 3 }] });
  await make(shop, `POST /v1/orders/${order.id}/payments`, { provider: 'manual' });
  const keep = (quantity: number) =>
    make(shop, `POST /v1/orders/${order.id}/edits`, { lines: [{ lineId: order.lines[0].id, quantity }] });
  await keep(2);
  await make(shop, `POST /v1/loyalty-members/${customerId}/leave`, {});
  await keep(1);
  return customerId;
}

/** A key of the same shop, for another person. */
export const makeColleague = async (
  shop: TestShop,
  scopes: readonly string[] = ['loyalty:read', 'loyalty:write'],
): Promise<string> =>
  (await make(shop, 'POST /v1/api-keys', { kind: 'secret', name: 'Somebody else', scopes })).key;

/** Points that wait for a second person: the request. */
export async function requestPoints(shop: TestShop, customerId: string, as: string) {
  const answer = await shop.call(`POST /v1/loyalty-members/${customerId}/grants`, {
    as,
    body: { points: 5_000, note: 'For a test' },
  });
  if (answer.status !== 202) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body.request;
}

/** A gift of the catalogue. */
export const makeGift = (shop: TestShop, fields: object = {}) =>
  make(shop, 'POST /v1/loyalty-gifts', {
    name: 'Tea tin',
    pricePoints: 500,
    stockQuantity: 5,
    ...fields,
  });

/** A member with points, who has a gift for some of them, or asked for it. */
export async function makeRedemption(shop: TestShop, customerId?: string, fields: object = {}) {
  const id = await makeMember(shop, customerId);
  await givePoints(shop, id, 1_000);
  const { id: giftId } = await makeGift(shop);
  return make(shop, `POST /v1/loyalty-members/${id}/redemptions`, { giftId, ...fields });
}

/** A member who asked for gifts that cost 15.00 each on top of points. */
export async function makeDearRedemption(shop: TestShop, customerId?: string, fields: object = {}) {
  const id = await makeMember(shop, customerId);
  await givePoints(shop, id, 1_000);
  const { id: giftId } = await makeGift(shop, { pricePoints: 100, priceAmount: 1_500, taxRateBps: 1_900 });
  return make(shop, `POST /v1/loyalty-members/${id}/redemptions`, { giftId, ...fields });
}

/** What a member is owed: the grant. */
export async function makeGiftGrant(shop: TestShop, customerId?: string) {
  const { customerId: ownerId } = await makeRedemption(shop, customerId);
  return (await shop.call(`GET /v1/gift-grants?customerId=${ownerId}&limit=1`)).body.data[0];
}

/** A gift that is some of the shop's goods and that a customer is owed: the grant. */
export async function makeGoodsGrant(shop: TestShop, customerId?: string, fields: object = {}) {
  const ownerId = await makeMember(shop, customerId);
  await givePoints(shop, ownerId, 1_000);
  const { quantity = 1, ...product } = fields as { quantity?: number };
  const goods = { name: 'Tea tin', priceAmount: 1_500, onHandQuantity: 10, ...product };
  const { id: productId } = await make(shop, 'POST /v1/products', goods);
  const { id: giftId } = await makeGift(shop, { productId, pricePoints: 100 });
  await make(shop, `POST /v1/loyalty-members/${ownerId}/redemptions`, { giftId, quantity });
  const owed = (await shop.call(`GET /v1/gift-grants?customerId=${ownerId}&limit=50`)).body.data;
  return owed.find((grant: { productId: string | null }) => grant.productId === productId);
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;

const ofMember: Recipe = async (shop, _app, { body }) => ({
  params: { customerId: await makeMember(shop) },
  body,
});
const ofRequest: Recipe = async (shop) => ({
  params: {
    pointGrantRequestId: (await requestPoints(shop, await makeMember(shop), await makeColleague(shop))).id,
  },
});

const ofGift: Recipe = async (shop, _app, { body }) => ({
  params: { loyaltyGiftId: (await makeGift(shop)).id },
  body,
});
/** Whose every order of the shop is, where a test says so. */
async function ownerOf(shop: TestShop): Promise<string | undefined> {
  const product = { name: 'Chai', priceAmount: 100, onHandQuantity: 1 };
  const { id: productId } = await make(shop, 'POST /v1/products', product);
  const order = await make(shop, 'POST /v1/orders', { lines: [{ productId, quantity: 1 }] });
  return order.customerId ?? undefined;
}
const ofRedemption =
  (fields: object): Recipe =>
  async (shop, _app, { body }) => ({
    params: { redemptionId: (await makeRedemption(shop, await ownerOf(shop), fields)).id },
    body,
  });
const ofGrant: Recipe = async (shop) => ({
  params: { giftGrantId: (await makeGiftGrant(shop, await ownerOf(shop))).id },
});

/** What the operations of loyalty need. */
export const loyaltyRecipes: Record<string, Recipe> = {
  putLoyaltyProgramme: async (_shop, _app, { body }) => ({ params: {}, body }),
  getLoyaltyProgramme: async (shop) => {
    await setProgramme(shop);
    return { params: {} };
  },
  enrolLoyaltyMember: async (shop) => {
    await setProgramme(shop);
    const { id } = await make(shop, 'POST /v1/customers', { name: 'Maria Anders' });
    return { params: {}, body: { customerId: id } };
  },
  grantPoints: ofMember,
  awardPoints: async (shop, _app, { body }) => {
    await setProgramme(shop, { reviewPoints: 20 });
    return { params: { customerId: await makeMember(shop) }, body };
  },
  putMemberBirthday: ofMember,
  putOwnBirthday: async (shop, _app, { body }) => ({ params: {}, body, callerId: await makeMember(shop) }),
  leaveLoyaltyProgramme: ofMember,
  getLoyaltyMember: ofMember,
  listPointLots: ofMember,
  listPointMovements: ofMember,
  listExpiringPoints: ofMember,
  getTierStanding: ofMember,
  listUpcomingCampaigns: ofMember,
  listTierChanges: ofMember,
  approvePointGrantRequest: ofRequest,
  refusePointGrantRequest: ofRequest,
  getPointGrantRequest: ofRequest,
  createLoyaltyGift: async (_shop, _app, { body }) => ({ params: {}, body }),
  updateLoyaltyGift: ofGift,
  changeGiftStock: ofGift,
  getLoyaltyGift: ofGift,
  redeemGift: async (shop, _app, { body }) => {
    const customerId = await makeMember(shop);
    await givePoints(shop, customerId, 1_000);
    return { params: { customerId }, body: { ...body, giftId: (await makeGift(shop)).id } };
  },
  redeemOwnGift: async (shop, _app, { body }) => {
    const callerId = await makeMember(shop);
    await givePoints(shop, callerId, 1_000);
    return { params: {}, body: { ...body, giftId: (await makeGift(shop)).id }, callerId };
  },
  payRedemption: async (shop, _app, { body }) => ({
    params: { redemptionId: (await makeDearRedemption(shop, await ownerOf(shop))).id },
    body,
  }),
  listRedemptionPayments: async (shop) => ({
    params: { redemptionId: (await makeDearRedemption(shop, await ownerOf(shop))).id },
  }),
  confirmRedemption: ofRedemption({ isHeld: true }),
  cancelRedemption: ofRedemption({ isHeld: true, quantity: 2 }),
  getRedemption: ofRedemption({}),
  createClaimCode: ofGrant,
  placeGiftOrder: async (shop, _app, { body }) => {
    const { id, customerId } = await makeGoodsGrant(shop);
    return { params: {}, body: { ...body, customerId, giftGrantIds: [id] } };
  },
  getGiftGrant: ofGrant,
  handOverGift: async (shop) => {
    const { id } = await makeGiftGrant(shop);
    const { claimCode } = await make(shop, `POST /v1/gift-grants/${id}/claim-code`, {});
    return { params: {}, body: { claimCode } };
  },
};
