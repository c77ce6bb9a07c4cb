import type { Campaign } from './engine/facts.ts';

/** Whether a campaign asks nothing of who buys: neither who they are, nor a code, nor that they have not had it before. */
export function isForEverybody({ rule }: Pick<Campaign, 'rule'>): boolean {
  const { mechanic } = rule;
  const isCounted =
    rule.usesPerCustomerLimit !== null ||
    rule.periodLimit !== null ||
    (mechanic.type === 'flash_sale' && mechanic.items.some((item) => item.perCustomerLimit !== undefined));
  const isChosen = rule.segmentIds.length + rule.excludedSegmentIds.length > 0;
  return !isCounted && !isChosen && !rule.isCouponRequired && !rule.isFirstOrderOnly;
}

/** Whether it sells a number of pieces cheaper, until they are gone. */
export const isFlashSale = ({ rule }: Pick<Campaign, 'rule'>): boolean => rule.mechanic.type === 'flash_sale';
