/** What freight costs: one rate per shop, free from an amount on. */
export interface FreightTerms {
  readonly rateAmount: bigint;
  /** 0: never free. */
  readonly freeFromAmount: bigint;
}

export interface Freight {
  readonly amount: bigint;
  /** Why it is that much, for the quote. */
  readonly reason: 'rate' | 'free_from_amount' | 'no_charge';
}

/** The freight of goods worth `goodsAmount` after discounts. At 500, free from 5,000: 500 for 4,999 and 0 for 5,000. */
export function priceFreight(goodsAmount: bigint, terms: FreightTerms): Freight {
  if (terms.rateAmount === 0n) return { amount: 0n, reason: 'no_charge' };
  if (terms.freeFromAmount > 0n && goodsAmount >= terms.freeFromAmount)
    return { amount: 0n, reason: 'free_from_amount' };
  return { amount: terms.rateAmount, reason: 'rate' };
}
