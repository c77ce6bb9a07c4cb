import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytes } from '../../../platform/auth/tables.ts';
import { amount, id, instant, shopId, version } from '../../../platform/db/columns.ts';
import { shops } from '../../../platform/shops/tables.ts';
import type { CardKind } from './kinds.ts';
import type { CardLoadState, CardState, PromisedGiftState } from './states.ts';

/** The terms of cards, each version as customers were shown it. Insert-only. */
export const cardTerms = pgTable(
  'card_terms',
  {
    shopId: shopId().references(() => shops.id),
    number: integer('number').notNull(),
    text: text('text').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  // The list, newest first.
  (t) => [
    primaryKey({ columns: [t.shopId, t.number] }),
    check('card_terms_text', sql`${t.number} > 0 and ${t.text} <> ''`),
  ],
);
export type CardTerms = typeof cardTerms.$inferSelect;

/** So many units of a product. */
export interface GiftItem {
  readonly productId: string;
  readonly quantity: number;
}

/** A step of top-ups: what is paid, and what comes on top. */
export const cardOffers = pgTable(
  'card_offers',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    paidAmount: amount('paid_amount').notNull(),
    bonusAmount: amount('bonus_amount').notNull(),
    gifts: jsonb('gifts').$type<readonly GiftItem[]>().notNull(),
    /** Whether it can be chosen. */
    isOpen: boolean('is_open').notNull(),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // What an amount gets is never a matter of chance.
    uniqueIndex('card_offers_open_step').on(t.shopId, t.paidAmount).where(sql`${t.isOpen}`),
    check('card_offers_amounts', sql`${t.paidAmount} > 0 and ${t.bonusAmount} >= 0`),
  ],
);
export type CardOffer = typeof cardOffers.$inferSelect;

/**
 * A card. Whoever moves its value locks this row first. The customer has no foreign key: it would lock the customer after the order that is
 * being paid, and a merge locks the order after the customer.
 */
export const cards = pgTable(
  'cards',
  {
    shopId: shopId().references(() => shops.id),
    id: id(),
    kind: text('kind').$type<CardKind>().notNull(),
    /** Whose it is; null for a bearer card. */
    customerId: uuid('customer_id'),
    /** The SHA-256 of a bearer card's code, which itself is nowhere. */
    codeHash: bytes('code_hash'),
    /** By which a person tells bearer cards apart. */
    lastFour: text('last_four'),
    state: text('state').$type<CardState>().notNull(),
    principalAmount: amount('principal_amount').notNull(),
    bonusAmount: amount('bonus_amount').notNull(),
    currency: text('currency').notNull(),
    /** How many movements there are: the position of the newest. */
    movementCount: integer('movement_count').notNull(),
    /** From when on it pays nothing until it is reactivated; null: never. The balance stays. */
    expiresAt: instant('expires_at'),
    /** The card that took its place. */
    replacedById: uuid('replaced_by_id'),
    /** Why it is frozen, or was. */
    note: text('note'),
    version: version(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('cards_code_key').on(t.shopId, t.codeHash),
    // The cards of a customer, newest first.
    index('cards_customer_idx').on(t.shopId, t.customerId, t.id).where(sql`${t.customerId} is not null`),
    check(
      'cards_kind',
      sql`(${t.kind} = 'named' and ${t.customerId} is not null and ${t.codeHash} is null and ${t.lastFour} is null
          and ${t.expiresAt} is null)
        or (${t.kind} = 'bearer' and ${t.customerId} is null and ${t.codeHash} is not null and ${t.lastFour} is not null)`,
    ),
    check('cards_state', sql`${t.state} in ('pending', 'active', 'frozen', 'closed')`),
    check(
      'cards_amounts',
      sql`${t.principalAmount} >= 0 and ${t.bonusAmount} >= 0
        and (${t.principalAmount} + ${t.bonusAmount} = 0 or ${t.state} in ('active', 'frozen'))`,
    ),
    check('cards_replaced', sql`${t.replacedById} is null or ${t.state} = 'closed'`),
  ],
);
export type Card = typeof cards.$inferSelect;

/** A top-up of a card, with the terms as they were shown. */
export const cardLoads = pgTable(
  'card_loads',
  {
    shopId: shopId(),
    id: id(),
    cardId: id('card_id'),
    offerId: uuid('offer_id'),
    state: text('state').$type<CardLoadState>().notNull(),
    paidAmount: amount('paid_amount').notNull(),
    bonusAmount: amount('bonus_amount').notNull(),
    /** What was paid back of it when its card ended. */
    refundedAmount: amount('refunded_amount').notNull(),
    termsNumber: integer('terms_number').notNull(),
    termsText: text('terms_text').notNull(),
    /** For how many days it is paid back in full while nothing of it is used: what held when it was bought. */
    fullRefundDays: integer('full_refund_days').notNull(),
    /** Whether who holds the card now is somebody else than who paid: then nothing goes back along its payment. */
    isHandedOn: boolean('is_handed_on').notNull(),
    /** When it is cancelled unless it is paid; null once it is not pending. Shop time. */
    dueAt: instant('due_at'),
    loadedAt: instant('loaded_at'),
    version: version(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The loads of a card, newest first.
    index('card_loads_card_idx').on(t.shopId, t.cardId, t.id),
    index('card_loads_due_idx').on(t.shopId, t.dueAt).where(sql`${t.dueAt} is not null`),
    check('card_loads_state', sql`${t.state} in ('pending', 'active', 'cancelled')`),
    check(
      'card_loads_times',
      sql`(${t.state} = 'pending') = (${t.dueAt} is not null) and (${t.state} = 'active') = (${t.loadedAt} is not null)`,
    ),
    check(
      'card_loads_amounts',
      sql`${t.paidAmount} > 0 and ${t.bonusAmount} >= 0 and ${t.refundedAmount} between 0 and ${t.paidAmount}
        and (${t.refundedAmount} = 0 or ${t.state} = 'active') and ${t.fullRefundDays} >= 0`,
    ),
    foreignKey({
      name: 'card_loads_card_fk',
      columns: [t.shopId, t.cardId],
      foreignColumns: [cards.shopId, cards.id],
    }),
    foreignKey({
      name: 'card_loads_terms_fk',
      columns: [t.shopId, t.termsNumber],
      foreignColumns: [cardTerms.shopId, cardTerms.number],
    }),
  ],
);
export type CardLoad = typeof cardLoads.$inferSelect;

/** A gift that was promised with a load. */
export const cardLoadGifts = pgTable(
  'card_load_gifts',
  {
    shopId: shopId(),
    id: id(),
    loadId: id('load_id'),
    productId: id('product_id'),
    quantity: integer('quantity').notNull(),
    state: text('state').$type<PromisedGiftState>().notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The gifts of a load.
    index('card_load_gifts_load_idx').on(t.shopId, t.loadId, t.id),
    check('card_load_gifts_state', sql`${t.state} in ('promised', 'owed', 'handed_over', 'cancelled')`),
    check('card_load_gifts_quantity', sql`${t.quantity} > 0`),
    foreignKey({
      name: 'card_load_gifts_load_fk',
      columns: [t.shopId, t.loadId],
      foreignColumns: [cardLoads.shopId, cardLoads.id],
    }),
  ],
);
export type CardLoadGift = typeof cardLoadGifts.$inferSelect;
