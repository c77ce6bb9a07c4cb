/** A named card belongs to a customer and never ends; a bearer card belongs to whoever has its code. */
export const CARD_KINDS = ['named', 'bearer'] as const;
export type CardKind = (typeof CARD_KINDS)[number];

/** What of a load was paid for, and what the shop gave on top. */
export const LOT_KINDS = ['principal', 'bonus'] as const;
export type CardLotKind = (typeof LOT_KINDS)[number];

/** What happened to the value of a lot. */
export const CARD_MOVEMENT_KINDS = [
  'loaded',
  'spent',
  'refunded',
  'paid_back',
  'forfeited',
  'reissued_out',
  'reissued_in',
] as const;
export type CardMovementKind = (typeof CARD_MOVEMENT_KINDS)[number];

/** Which part of a load is spent first. */
export const SPEND_ORDERS = ['principal_first', 'bonus_first', 'proportional'] as const;
export type SpendOrder = (typeof SPEND_ORDERS)[number];

/** Why a card does not pay for something. */
export const CARD_REFUSALS = ['unknown', 'not_theirs', 'pending', 'frozen', 'closed', 'expired'] as const;
export type CardRefusal = (typeof CARD_REFUSALS)[number];
