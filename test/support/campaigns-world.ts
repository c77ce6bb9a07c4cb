import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A draft: a tenth off everything, where nothing else is said. */
export const makeCampaign = (shop: TestShop, fields: Record<string, unknown> = {}) =>
  make(shop, 'POST /v1/campaigns', {
    name: 'A tenth off',
    mechanic: { type: 'percent_off', rateBps: 1_000 },
    ...fields,
  });

/** A step of a campaign, or of a programme. */
export const takeStep = (shop: TestShop, id: string, step: string, body: object = {}) =>
  make(shop, `POST /v1/campaigns/${id}/${step}`, body);

/** A campaign that runs. */
export const makeRunning = async (shop: TestShop, fields: Record<string, unknown> = {}) =>
  takeStep(shop, (await makeCampaign(shop, fields)).id, 'start');

/** Instants around the shop's now. */
export const daysFromNow = async (shop: TestShop, days: number): Promise<string> => {
  const { now } = await shop.ctx();
  return new Date(now.getTime() + days * 86_400_000).toISOString();
};

export const makeProgramme = (shop: TestShop, fields: Record<string, unknown> = {}) =>
  make(shop, 'POST /v1/programmes', { name: 'Golden week', ...fields });

/** A product of 10.00 that costs the shop 8.00. */
export const makeCostly = (shop: TestShop) =>
  make(shop, 'POST /v1/products', {
    name: 'Hat',
    priceAmount: 1_000,
    costAmount: 800,
    onHandQuantity: 1_000,
  });

/** A mark: it may be sold for three quarters of its cost, and 5.00 may be lost on it. */
export const makeEntryItem = async (shop: TestShop, fields: Record<string, unknown> = {}) =>
  make(shop, 'POST /v1/entry-items', {
    productId: fields['productId'] ?? (await makeCostly(shop)).id,
    minimumMarginBps: -2_500,
    reason: 'Wins customers.',
    budgetAmount: 500,
    ...fields,
  });

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown }>;

const onScheduled: Recipe = async (shop) => {
  const { id } = await makeCampaign(shop, { startsAt: await daysFromNow(shop, 3) });
  await takeStep(shop, id, 'schedule');
  return { params: { campaignId: id } };
};
const onRunning: Recipe = async (shop) => ({ params: { campaignId: (await makeRunning(shop)).id } });

/** What the operations of campaigns need. */
export const campaignRecipes: Record<string, Recipe> = {
  scheduleCampaign: async (shop) => ({
    params: { campaignId: (await makeCampaign(shop, { startsAt: await daysFromNow(shop, 3) })).id },
  }),
  unscheduleCampaign: onScheduled,
  pauseCampaign: onRunning,
  resumeCampaign: async (shop) => {
    const { id } = await makeRunning(shop);
    await takeStep(shop, id, 'pause');
    return { params: { campaignId: id } };
  },
  getCampaignByExternalId: async (shop) => {
    await makeCampaign(shop, { externalId: 'AUTUMN-27' });
    return { params: { externalId: 'AUTUMN-27' } };
  },
  createEntryItem: async (shop, _app, { body }) => ({
    params: {},
    body: { ...body, productId: (await makeCostly(shop)).id },
  }),
  getProgrammeByExternalId: async (shop) => {
    await makeProgramme(shop, { externalId: 'GOLDEN-27' });
    return { params: { externalId: 'GOLDEN-27' } };
  },
};

/** A fresh thing for an id in a path; undefined where it is none of campaigns. */
export async function idOfCampaigns(shop: TestShop, name: string): Promise<string | undefined> {
  if (name === 'entryItemId') return (await makeEntryItem(shop)).id;
  if (name === 'programmeId') return (await makeProgramme(shop)).id;
  return name === 'campaignId' ? (await makeCampaign(shop)).id : undefined;
}
