import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const TIN = { kind: 'goods', name: 'Tea tin', quantity: 1, marketAmount: 1_500 };
const POINTS = { kind: 'points', points: 500 };

const LIKES = {
  type: 'likes',
  steps: [
    { key: 'first', at: 58, rewards: [TIN] },
    { key: 'second', at: 98, rewards: [POINTS] },
  ],
  openHours: 72,
  helpsPerDay: 5,
  ringSize: 2,
};
export const STAMPS = {
  type: 'stamps',
  fromAmount: 5_000,
  steps: [{ key: 'card', at: 2, rewards: [TIN] }],
};

/** An activity, as a draft. */
const draftActivity = (shop: TestShop, format: object = LIKES, fields: object = {}) =>
  make(shop, 'POST /v1/activities', { name: 'Likes for tea', format, ...fields });

/** An activity that runs. */
export async function makeActivity(shop: TestShop, format: object = LIKES, fields: object = {}) {
  const { id } = await draftActivity(shop, format, fields);
  return make(shop, `POST /v1/activities/${id}/start`, {});
}

export const makeSomebody = async (shop: TestShop): Promise<string> =>
  (await make(shop, 'POST /v1/customers', { name: 'Ana Trujillo', externalId: newId().replaceAll('-', '') }))
    .id;

/** Somebody who takes part. */
export const makeParticipant = async (shop: TestShop, activityId: string, customerId?: string) =>
  make(shop, `POST /v1/activities/${activityId}/participants`, {
    customerId: customerId ?? (await makeSomebody(shop)),
    channel: 'web',
  });

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;

const FUTURE = '2099-01-01T00:00:00Z';
const onDraft: Recipe = async (shop, _app, { body }) => ({
  params: { activityId: (await draftActivity(shop, LIKES, { startsAt: FUTURE })).id },
  body,
});
const after =
  (...verbs: string[]): Recipe =>
  async (shop, _app, { body }) => {
    const { id } = await draftActivity(shop, LIKES, { startsAt: FUTURE });
    for (const verb of verbs) await make(shop, `POST /v1/activities/${id}/${verb}`, {});
    return { params: { activityId: id }, body };
  };
const ofParticipant: Recipe = async (shop) => ({
  params: {
    participantId: (await makeParticipant(shop, (await makeActivity(shop)).id, await ownerOf(shop))).id,
  },
});
/** Whose every order of the shop is, where a test says so. */
async function ownerOf(shop: TestShop): Promise<string | undefined> {
  const product = { name: 'Chai', priceAmount: 100, onHandQuantity: 1 };
  const { id: productId } = await make(shop, 'POST /v1/products', product);
  const order = await make(shop, 'POST /v1/orders', { lines: [{ productId, quantity: 1 }] });
  return order.customerId ?? undefined;
}

/** A like for a collection. */
export const makeHelp = (shop: TestShop, participantId: string, value = newId()) =>
  make(shop, `POST /v1/participants/${participantId}/helps`, {
    identifiers: [{ kind: 'device', value }],
    channel: 'web',
  });

function helpRecipes(): Record<string, Recipe> {
  const collection = async (shop: TestShop): Promise<string> =>
    (await makeParticipant(shop, (await makeActivity(shop)).id)).id;
  return {
    giveHelp: async (shop, _app, { body }) => ({ params: { participantId: await collection(shop) }, body }),
    giveHelpAsCustomer: async (shop, _app, { body }) => ({
      params: { participantId: await collection(shop) },
      body,
      callerId: await makeSomebody(shop),
    }),
    voidHelp: async (shop, _app, { body }) => ({
      params: { helpId: (await makeHelp(shop, await collection(shop))).id },
      body,
    }),
    getCollection: async (shop) => ({ params: { participantId: await collection(shop) } }),
    listHelps: async (shop) => {
      const participantId = await collection(shop);
      await makeHelp(shop, participantId);
      return { params: { participantId } };
    },
  };
}

/** What the operations of activities need. */
export const activityRecipes: Record<string, Recipe> = {
  createActivity: async (_shop, _app, { body }) => ({ params: {}, body }),
  copyActivity: onDraft,
  getActivity: onDraft,
  getActivityReport: onDraft,
  getActivityByExternalId: async (shop) => {
    const externalId = newId();
    await draftActivity(shop, LIKES, { externalId });
    return { params: { externalId } };
  },
  updateActivity: onDraft,
  listActivityVersions: onDraft,
  scheduleActivity: onDraft,
  unscheduleActivity: after('schedule'),
  startActivity: onDraft,
  pauseActivity: after('start'),
  resumeActivity: after('start', 'pause'),
  endActivity: after('start'),
  joinActivity: async (shop, _app, { body }) => ({
    params: { activityId: (await makeActivity(shop)).id },
    body: { ...body, customerId: await makeSomebody(shop) },
  }),
  joinActivityAsCustomer: async (shop, _app, { body }) => ({
    params: { activityId: (await makeActivity(shop)).id },
    body,
    callerId: await makeSomebody(shop),
  }),
  ...helpRecipes(),
  listParticipants: async (shop) => ({ params: { activityId: (await makeActivity(shop)).id } }),
  getParticipant: ofParticipant,
  listParticipantCounts: ofParticipant,
};
