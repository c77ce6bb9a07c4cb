import type { Campaign } from './engine/facts.ts';

/** Whether a campaign is offered to all alike: it asks neither who somebody is nor for a code. How often each may have it is no matter. */
export const isOfferedToAll = ({ rule }: Pick<Campaign, 'rule'>): boolean =>
  rule.segmentIds.length + rule.excludedSegmentIds.length + rule.tierKeys.length === 0 &&
  !rule.isCouponRequired &&
  !rule.isFirstOrderOnly;

/** Whether whoever buys now has it, also a guest and who has had it before. */
export function isForEverybody(campaign: Pick<Campaign, 'rule'>): boolean {
  const { mechanic, usesPerCustomerLimit, periodLimit } = campaign.rule;
  const isCounted =
    usesPerCustomerLimit !== null ||
    periodLimit !== null ||
    (mechanic.type === 'flash_sale' && mechanic.items.some((item) => item.perCustomerLimit !== undefined));
  return !isCounted && isOfferedToAll(campaign);
}

/** Whether it sells a number of pieces cheaper, until they are gone. */
export const isFlashSale = ({ rule }: Pick<Campaign, 'rule'>): boolean => rule.mechanic.type === 'flash_sale';
