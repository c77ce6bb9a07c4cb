/** What goods are won with. */
export const GIFT_GRANT_SOURCES = ['redemption', 'activity'] as const;
export type GiftGrantSource = (typeof GIFT_GRANT_SOURCES)[number];
