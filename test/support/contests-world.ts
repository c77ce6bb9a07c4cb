import type { TestApp, TestShop } from './app.ts';
import { makeActivity, makeSomebody } from './activities-world.ts';
import { makeColleague } from './loyalty-world.ts';

export const CONTEST = {
  type: 'contest',
  question: 'Who wins on Saturday?',
  options: [
    { key: 'home', name: 'The home team' },
    { key: 'away', name: 'The guests' },
    { key: 'draw', name: 'Nobody' },
  ],
  entriesUntil: '2099-06-01T12:00:00Z',
  prize: { kind: 'share', points: 100 },
};

export const makeContest = (shop: TestShop, format: object = {}, fields: object = {}) =>
  makeActivity(shop, { ...CONTEST, ...format }, { name: 'The big match', ...fields });

export const enter = (
  shop: TestShop,
  activityId: string,
  customerId: string,
  optionKey = 'home',
  fields: object = {},
) =>
  shop.call(`POST /v1/activities/${activityId}/entries`, {
    body: { customerId, optionKey, channel: 'web', ...fields },
  });

async function give(shop: TestShop, target: string, body: object, as?: string) {
  const answer = await shop.call(target, { body, ...(as !== undefined && { as }) });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Somebody who has entered. */
export async function makeEntry(shop: TestShop, activityId: string, optionKey = 'home') {
  const customerId = await makeSomebody(shop);
  const { status, body } = await enter(shop, activityId, customerId, optionKey);
  if (status !== 201) throw new Error(`could not prepare: ${JSON.stringify(body)}`);
  return body;
}

const SOON_MINUTES = 1;
/** A contest that nobody enters after a minute of the shop's clock. */
export async function makeShort(shop: TestShop, format: object = {}) {
  const { now } = (await shop.call('GET /v1/test-clock')).body;
  const entriesUntil = new Date(new Date(now).getTime() + SOON_MINUTES * 60_000).toISOString();
  return makeContest(shop, { ...format, entriesUntil });
}
export const passDeadline = (shop: TestShop) =>
  give(shop, 'POST /v1/test-clock/advance', { byMinutes: SOON_MINUTES });

/** Two people say what came true, and winners get what they won. */
export async function decide(app: TestApp, shop: TestShop, activityId: string, resultKey: string | null) {
  await give(shop, `POST /v1/activities/${activityId}/contest/result`, { resultKey, reason: 'Final score.' });
  const as = await makeColleague(shop, ['activities:write']);
  await give(shop, `POST /v1/activities/${activityId}/contest/result/lock`, { resultKey }, as);
  // Sweeps go with the clock.
  await passDeadline(shop);
  await app.settle();
}

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown; callerId?: string }>;

const closed = async (shop: TestShop) => {
  const { id: activityId } = await makeShort(shop);
  await makeEntry(shop, activityId);
  await passDeadline(shop);
  return activityId;
};

/** What the operations of contests need. */
export const contestRecipes: Record<string, Recipe> = {
  enterContest: async (shop, _app, { body }) => ({
    params: { activityId: (await makeContest(shop)).id },
    body: { ...body, customerId: await makeSomebody(shop) },
  }),
  enterContestAsCustomer: async (shop, _app, { body }) => ({
    params: { activityId: (await makeContest(shop)).id },
    body,
    callerId: await makeSomebody(shop),
  }),
  enterContestResult: async (shop, _app, { body }) => ({ params: { activityId: await closed(shop) }, body }),
  lockContestResult: async (shop, _app, { body }) => {
    const activityId = await closed(shop);
    const result = { resultKey: 'home', reason: 'Final score.' };
    await give(
      shop,
      `POST /v1/activities/${activityId}/contest/result`,
      result,
      await makeColleague(shop, ['activities:write']),
    );
    return { params: { activityId }, body };
  },
  getContest: async (shop) => ({ params: { activityId: (await makeContest(shop)).id } }),
  getOwnContestEntry: async (shop) => {
    const { id: activityId } = await makeContest(shop);
    const { customerId } = await makeEntry(shop, activityId);
    return { params: { activityId }, callerId: customerId };
  },
  listContestEntries: async (shop) => {
    const { id: activityId } = await makeContest(shop);
    await makeEntry(shop, activityId);
    return { params: { activityId } };
  },
  verifyContest: async (shop) => {
    const activityId = await closed(shop);
    await give(
      shop,
      `POST /v1/activities/${activityId}/contest/result`,
      { resultKey: 'away', reason: 'Final score.' },
      await makeColleague(shop, ['activities:write']),
    );
    await give(shop, `POST /v1/activities/${activityId}/contest/result/lock`, { resultKey: 'away' });
    await passDeadline(shop);
    return { params: { activityId } };
  },
};
