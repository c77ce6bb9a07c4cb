import type { Ctx } from '../../../platform/context.ts';
import type { Campaign, LimitsLeft } from '../engine/facts.ts';
import { findLimitsLeft } from './repository.ts';
import { hasLimits } from './rules.ts';

/** What is left of the limits of campaigns, for a customer; those without a limit are not in it. One statement, or none. */
export const readLimitsLeft = (
  { db, shop, now }: Ctx,
  campaigns: readonly Campaign[],
  customerId: string | null,
): Promise<ReadonlyMap<string, LimitsLeft>> =>
  findLimitsLeft(db, shop.id, campaigns.filter(hasLimits), customerId, { timezone: shop.timezone, now });
