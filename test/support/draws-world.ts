import { newId } from '../../src/platform/ids.ts';
import { settleEvents } from '../../src/jobs.ts';
import type { TestApp, TestShop } from './app.ts';
import { makeActivity, makeSomebody } from './activities-world.ts';
import { makeColleague } from './loyalty-world.ts';

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
  const product = { name: 'Chai', priceAmount: amount, onHandQuantity: 1_000 };
  const { id: productId } = await give(shop, 'POST /v1/products', product);
  const order = await give(shop, 'POST /v1/orders', { customerId, lines: [{ productId, quantity: 1 }] });
  await give(shop, `POST /v1/orders/${order.id}/payments`, { provider: 'manual' });
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

// Without the world, so that it can take its recipes from here.
async function give(shop: TestShop, target: string, body?: object, as?: string) {
  const answer = await shop.call(target, { ...(body && { body }), ...(as !== undefined && { as }) });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Somebody with a chance in a draw, once its events are told. */
async function makeChance(shop: TestShop) {
  const { id: activityId } = await makeDraw(shop);
  const customerId = await makeSomebody(shop);
  // Enough for a chance also where campaigns of the shop take something off.
  const product = { name: 'Chai', priceAmount: 200_000, onHandQuantity: 1 };
  const { id: productId } = await give(shop, 'POST /v1/products', product);
  const order = await give(shop, 'POST /v1/orders', { customerId, lines: [{ productId, quantity: 1 }] });
  await give(shop, `POST /v1/orders/${order.id}/payments`, { provider: 'manual' });
  await settleEvents(await shop.ctx());
  return { activityId, customerId };
}

/** A draw that is over, with one ticket. */
async function finishDraw(shop: TestShop): Promise<string> {
  const { activityId, customerId } = await makeChance(shop);
  await give(shop, `POST /v1/activities/${activityId}/tickets`, { customerId, nonce: newId() });
  await give(shop, `POST /v1/activities/${activityId}/end`, { reason: 'Enough.' });
  await settleEvents(await shop.ctx());
  return activityId;
}

async function askChange(shop: TestShop): Promise<string> {
  const { id } = await makeDraw(shop, {}, { endsAt: '2098-01-01T00:00:00Z' });
  const body = { reason: 'A week longer.', endsAt: '2098-01-08T00:00:00Z' };
  const as = await makeColleague(shop, ['activities:write']);
  return (await give(shop, `POST /v1/activities/${id}/draw/changes`, body, as)).id;
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;
const ofDraw: Recipe = async (shop) => ({ params: { activityId: (await makeDraw(shop)).id } });
const ofFinished: Recipe = async (shop) => ({ params: { activityId: await finishDraw(shop) } });
const ofChange: Recipe = async (shop) => ({ params: { drawChangeId: await askChange(shop) } });

/** What the operations of draws need. */
export const drawRecipes: Record<string, Recipe> = {
  drawTicket: async (shop, _app, { body }) => {
    const { activityId, customerId } = await makeChance(shop);
    return { params: { activityId }, body: { ...body, customerId } };
  },
  drawOwnTicket: async (shop, _app, { body }) => {
    const { activityId, customerId } = await makeChance(shop);
    return { params: { activityId }, body, callerId: customerId };
  },
  getDraw: ofDraw,
  listDrawTickets: ofFinished,
  listOwnDrawTickets: ofDraw,
  verifyDraw: ofFinished,
  verifyDrawTicket: async (shop) => ({ params: { activityId: await finishDraw(shop), number: '1' } }),
  exportDraw: ofFinished,
  requestDrawChange: async (shop, _app, { body }) => ({
    params: { activityId: (await makeDraw(shop, {}, { endsAt: '2098-01-01T00:00:00Z' })).id },
    body,
  }),
  listDrawChanges: ofDraw,
  approveDrawChange: ofChange,
  refuseDrawChange: ofChange,
};
