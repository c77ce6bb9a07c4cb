import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { findMember } from '../member-repository.ts';
import { ownIdOf } from '../points.ts';
import { findProgramme } from '../programme-repository.ts';
import type { ProgrammeRule } from '../programme-schemas.ts';
import { countForTier, listTierChangeRows } from './repository.ts';
import { nextTier, tierFor } from './rules.ts';
import type { TierChange } from './tables.ts';

interface Named {
  readonly key: string;
  readonly name: string;
  readonly serviceLevel: string | null;
}

/** How a member stands between the tiers. */
export interface TierStanding {
  readonly basis: 'points' | 'spend';
  readonly counted: bigint;
  readonly tier: Named | undefined;
  readonly next: { readonly tier: Named; readonly missing: bigint } | undefined;
}

interface PageOf {
  readonly limit: number;
  readonly cursor?: string;
}

/** How a member stands on the shop's day, whether or not the change of days has come by. Refusal: not_found. */
export async function readTierStanding(ctx: Ctx, customerId: string): Promise<TierStanding> {
  const [programme, member] = await Promise.all([
    findProgramme(ctx.db, ctx.shop.id),
    findMember(ctx.db, ctx.shop.id, customerId),
  ]);
  if (!programme || !member) throw platformErrors.not_found();
  const { tierBasis: basis, tiers } = programme.rule;
  const counted = await countForTier(ctx.db, programme, {
    customerId,
    now: ctx.now,
    timezone: ctx.shop.timezone,
  });
  return { basis, counted, tier: tierFor(tiers, counted), next: nextTier(tiers, counted) };
}

/**
 * In which tier a customer is on the shop's day, whether or not the change of days has come by. Null: in none, or no member. The member
 * says so, and is only counted anew where something is due.
 */
export async function readTierKey(ctx: Ctx, customerId: string): Promise<string | null> {
  const [programme, member] = await Promise.all([
    findProgramme(ctx.db, ctx.shop.id),
    findMember(ctx.db, ctx.shop.id, customerId),
  ]);
  if (!programme || !member || member.leftAt !== null) return null;
  const isDue = member.tierDueAt !== null && member.tierDueAt <= ctx.now;
  if (!isDue && member.tierVersion === programme.version) return member.tierKey;
  const { now, shop } = ctx;
  const counted = await countForTier(ctx.db, programme, { customerId, now, timezone: shop.timezone });
  return tierFor(programme.rule.tiers, counted)?.key ?? null;
}

/** The tiers that the programme has, from the lowest to the highest; none where there is no programme. */
export const listTiers = async (on: Reader, shopId: string): Promise<ProgrammeRule['tiers']> =>
  (await findProgramme(on, shopId))?.rule.tiers ?? [];
export const listTierKeys = async (on: Reader, shopId: string): Promise<string[]> =>
  (await listTiers(on, shopId)).map(({ key }) => key);

const NOWHERE: TierStanding = { basis: 'points', counted: 0n, tier: undefined, next: undefined };

/** The same for the customer who calls; of who does not take part nothing counts. */
export async function readOwnTierStanding(ctx: Ctx): Promise<TierStanding> {
  const customerId = ownIdOf(ctx);
  return (await findMember(ctx.db, ctx.shop.id, customerId)) ? readTierStanding(ctx, customerId) : NOWHERE;
}

/** The tiers that a member came to, newest first. Refusal: not_found. */
export async function listTierChanges(ctx: Ctx, customerId: string, page: PageOf): Promise<Page<TierChange>> {
  if (!(await findMember(ctx.db, ctx.shop.id, customerId))) throw platformErrors.not_found();
  return listTierChangeRows(ctx.db, ctx.shop.id, customerId, page);
}

/** The same for the customer who calls; nothing of who does not take part. */
export const listOwnTierChanges = (ctx: Ctx, page: PageOf): Promise<Page<TierChange>> =>
  listTierChangeRows(ctx.db, ctx.shop.id, ownIdOf(ctx), page);
