import type { Ctx } from '../../../platform/context.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { readMember } from '../../loyalty/members.ts';
import { listTiers, readTierKey } from '../../loyalty/tiers/read.ts';
import { type CurrentQuery, isFor } from '../current.ts';
import { findOpenReason } from '../engine/conditions.ts';
import type { Campaign } from '../engine/facts.ts';
import { loadCampaigns } from '../load.ts';
import { readBuyer } from '../terms.ts';
import { noticeAtOf } from './rules.ts';

/**
 * The campaigns that will start and that a member may hear of already: what is scheduled, is for them and takes no code, from so many hours
 * before its start on as their tier has. The soonest first. Refusal: not_found.
 */
export async function listUpcomingCampaigns(
  ctx: Ctx,
  customerId: string,
  query: CurrentQuery,
): Promise<Campaign[]> {
  await readMember(ctx, customerId);
  return upcomingFor(ctx, customerId, query);
}

/** The same for the customer who calls; nothing for who does not take part. */
export function listOwnUpcomingCampaigns(ctx: Ctx, query: CurrentQuery): Promise<Campaign[]> {
  if (ctx.customerId === undefined) throw platformErrors.not_found();
  return upcomingFor(ctx, ctx.customerId, query);
}

async function upcomingFor(ctx: Ctx, customerId: string, query: CurrentQuery): Promise<Campaign[]> {
  const tierKey = await readTierKey(ctx, customerId);
  const tier = (await listTiers(ctx.db, ctx.shop.id)).find(({ key }) => key === tierKey);
  if (!tier || tier.earlyNoticeHours === 0) return [];
  const { shelf } = await loadCampaigns(ctx.db, ctx.shop.id);
  const near = shelf.campaigns
    .filter((campaign) => isHeardOf(ctx, campaign, query, (startsAt) => noticeAtOf(startsAt, tier)))
    .toSorted((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));
  const buyer = await readBuyer(ctx, near, customerId);
  return near.filter((campaign) => isFor(campaign, buyer));
}

const startOf = ({ rule }: Campaign): number => Date.parse(rule.startsAt ?? '');

function isHeardOf(
  { now, shop: { timezone } }: Ctx,
  campaign: Campaign,
  { channel, country }: CurrentQuery,
  noticeAt: (startsAt: Date) => Date,
): boolean {
  const { rule, state } = campaign;
  if (state !== 'scheduled' || rule.startsAt === null || rule.isCouponRequired) return false;
  const startsAt = new Date(rule.startsAt);
  if (startsAt <= now || noticeAt(startsAt) > now) return false;
  // As it will be when it starts. Of its days the first may come later.
  const reason = findOpenReason(campaign, {
    now: startsAt,
    timezone,
    channel,
    country: country ?? null,
  });
  return reason === undefined || reason === 'not_on_this_day';
}
