import { dueAtOf } from '../../src/modules/campaigns/lifecycle-rules.ts';
import { changeCampaigns } from '../../src/modules/campaigns/load.ts';
import { mechanicOf, type MechanicParameters } from '../../src/modules/campaigns/mechanics.ts';
import { type CampaignRule, RULE_DEFAULTS } from '../../src/modules/campaigns/rule-schemas.ts';
import { campaigns, campaignVersions } from '../../src/modules/campaigns/tables.ts';
import { inTransaction } from '../../src/platform/db/transaction.ts';
import { newId } from '../../src/platform/ids.ts';
import type { TestShop } from './app.ts';

// Nothing of the world is needed here, so that the world can take its recipes from here.

async function make(shop: TestShop, target: string, body: object) {
  const answer = await shop.call(target, { body });
  if (answer.status >= 300) throw new Error(`could not prepare: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const TENTH: MechanicParameters = { type: 'percent_off', rateBps: 1_000 };

/** A campaign that asks for a coupon and runs, written as it stands in the books. Returns its id. */
export async function makeGatedCampaign(
  shop: TestShop,
  rule: Partial<CampaignRule> = {},
  state: 'draft' | 'scheduled' | 'running' | 'paused' | 'ended' = 'running',
): Promise<string> {
  const ctx = await shop.ctx();
  const { db, now } = ctx;
  const id = newId();
  const { startsAt = null, endsAt = null } = rule;
  await db.insert(campaigns).values({
    shopId: shop.shopId,
    id,
    name: 'A tenth off',
    state,
    startsAt: startsAt === null ? null : new Date(startsAt),
    endsAt: endsAt === null ? null : new Date(endsAt),
    startedAt: state === 'running' ? now : null,
    dueAt: dueAtOf(
      state,
      startsAt === null ? null : new Date(startsAt),
      endsAt === null ? null : new Date(endsAt),
    ),
    endedAt: state === 'ended' ? now : null,
    createdAt: now,
    updatedAt: now,
  });
  const { classes } = mechanicOf(TENTH.type);
  await db.insert(campaignVersions).values({
    shopId: shop.shopId,
    campaignId: id,
    number: 1,
    rule: {
      ...RULE_DEFAULTS,
      mechanic: TENTH,
      stackingClass: classes[0] ?? 'product',
      isCouponRequired: true,
      ...rule,
    },
    actorKind: 'system',
    actorId: 'test',
    createdAt: now,
  });
  await inTransaction(ctx, (tx) => changeCampaigns(tx, shop.shopId));
  return id;
}

/** Open coupons of a campaign of their own, which can be used once. */
export const makeCouponDefinition = async (
  shop: TestShop,
  fields: { campaignId?: string; [field: string]: unknown } = {},
) =>
  make(shop, 'POST /v1/coupon-definitions', {
    name: 'A tenth off',
    ...fields,
    campaignId: fields.campaignId ?? (await makeGatedCampaign(shop)),
  });

/** A code. */
export const issueCoupon = (shop: TestShop, definitionId: string, fields: object = {}) =>
  make(shop, `POST /v1/coupon-definitions/${definitionId}/coupons`, fields);

/** A code of a definition of its own. */
export const makeCoupon = async (
  shop: TestShop,
  definition: Record<string, unknown> = {},
  fields: object = {},
) => issueCoupon(shop, (await makeCouponDefinition(shop, definition)).id, fields);

export const makeCouponBatch = async (shop: TestShop, definitionId: string, quantity = 3) =>
  make(shop, `POST /v1/coupon-definitions/${definitionId}/batches`, { name: 'A few', quantity });

/** A coupon of a value as the API shows it, with what became of it in one word. */
export const standing = (coupon: any) => ({
  ...coupon,
  state:
    coupon.heldCount > 0
      ? 'held'
      : coupon.usedCount > 0
        ? 'used'
        : coupon.state === 'active'
          ? 'issued'
          : coupon.state,
});

type Recipe = (
  shop: TestShop,
  app: unknown,
  example: { body?: any },
) => Promise<{ params: Record<string, string>; body?: unknown }>;

const onPaused: Recipe = async (shop) => {
  const { id } = await makeCouponDefinition(shop);
  await make(shop, `POST /v1/coupon-definitions/${id}/pause`, {});
  return { params: { couponDefinitionId: id } };
};

/** What the operations of coupons need. */
export const couponRecipes: Record<string, Recipe> = {
  createCouponDefinition: async (shop, _app, { body }) => ({
    params: {},
    body: { ...body, campaignId: await makeGatedCampaign(shop) },
  }),
  resumeCouponDefinition: onPaused,
  exportCouponBatch: async (shop) => {
    const { id } = await makeCouponDefinition(shop);
    const batch = await makeCouponBatch(shop, id);
    return { params: { couponDefinitionId: id, couponBatchId: batch.id } };
  },
};

/** A fresh thing for an id in a path; undefined where it is none of coupons. */
export async function idOfCoupons(shop: TestShop, name: string): Promise<string | undefined> {
  if (name === 'couponDefinitionId') return (await makeCouponDefinition(shop)).id;
  return name === 'couponId' ? (await makeCoupon(shop)).id : undefined;
}
