import type { Ctx } from '../../../platform/context.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { ownIdOf } from '../../loyalty/points.ts';
import { getActivity } from '../repository.ts';
import { listRewardRows, type RewardQuery } from '../rewards/repository.ts';
import type { ActivityReward, Participant, ParticipantCount } from '../tables.ts';
import { getParticipant, listCountRows, listParticipantRows, type ParticipantQuery } from './repository.ts';

interface PageOf {
  readonly limit: number;
  readonly cursor?: string;
}

/** Who takes part in an activity, who came last first. Refusal: not_found. */
export async function listParticipants(
  ctx: Ctx,
  activityId: string,
  page: PageOf,
): Promise<Page<Participant>> {
  await getActivity(ctx.db, ctx.shop.id, activityId);
  return listParticipantRows(ctx.db, ctx.shop.id, { ...page, activityId });
}

/** In what a customer takes part, newest first. */
export const listParticipations = ({ db, shop }: Ctx, query: ParticipantQuery): Promise<Page<Participant>> =>
  listParticipantRows(db, shop.id, query);

/** The same for the customer who calls. */
export const listOwnParticipations = (ctx: Ctx, page: PageOf): Promise<Page<Participant>> =>
  listParticipantRows(ctx.db, ctx.shop.id, { ...page, customerId: ownIdOf(ctx) });

/** A participant; a customer reads their own. Refusal: not_found. */
export const readParticipant = ({ db, shop, customerId }: Ctx, id: string): Promise<Participant> =>
  getParticipant(db, shop.id, id, customerId);

/** What was counted for a participant, newest first; a customer reads their own. Refusal: not_found. */
export async function listParticipantCounts(
  { db, shop, customerId }: Ctx,
  id: string,
  page: PageOf,
): Promise<Page<ParticipantCount>> {
  await getParticipant(db, shop.id, id, customerId);
  return listCountRows(db, shop.id, id, page);
}

/** What was earned, newest first. */
export const listRewards = ({ db, shop }: Ctx, query: RewardQuery): Promise<Page<ActivityReward>> =>
  listRewardRows(db, shop.id, query);

/** What the customer who calls has earned, newest first. */
export const listOwnRewards = (ctx: Ctx, query: RewardQuery): Promise<Page<ActivityReward>> =>
  listRewardRows(ctx.db, ctx.shop.id, { ...query, customerId: ownIdOf(ctx) });
