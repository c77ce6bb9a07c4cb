import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A segment; without a rule a list. */
export const makeSegment = (shop: TestShop, fields: object = {}) =>
  make(shop, 'POST /v1/segments', { name: 'Some customers', ...fields });

/** Minutes that somebody spent on a customer. */
export const makeServiceTime = (shop: TestShop, customerId: string, fields: object = {}) =>
  make(shop, 'POST /v1/service-times', { customerId, minutes: 15, kind: 'call', ...fields });

const makeBuyer = (shop: TestShop) =>
  make(shop, 'POST /v1/customers', { name: 'Maria Anders', externalId: newId().replaceAll('-', '') });

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown }>;

const onList: Recipe = async (shop, _app, { body }) => {
  const [segment, customer] = [await makeSegment(shop), await makeBuyer(shop)];
  const byId = body.customerIds ? { customerIds: [customer.id] } : {};
  return { params: { segmentId: segment.id }, body: { ...byId, externalIds: [customer.externalId] } };
};

/** What the operations of segments need. */
export const segmentRecipes: Record<string, Recipe> = {
  addSegmentMembers: onList,
  removeSegmentMembers: onList,
  updateSegment: async (shop, _app, { body }) => {
    const segment = await makeSegment(shop, { rule: body.rule });
    return { params: { segmentId: segment.id }, body };
  },
  recordServiceTime: async (shop, _app, { body }) => ({
    params: {},
    body: { ...body, customerId: (await makeBuyer(shop)).id },
  }),
};

/** A fresh thing for an id in a path; undefined where it is none of segments. */
export async function idOfSegments(shop: TestShop, name: string): Promise<string | undefined> {
  if (name === 'segmentId') return (await makeSegment(shop)).id;
  if (name !== 'serviceTimeId') return undefined;
  return (await makeServiceTime(shop, (await makeBuyer(shop)).id)).id;
}
