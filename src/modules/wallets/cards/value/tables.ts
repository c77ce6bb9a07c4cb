import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, shopId } from '../../../../platform/db/columns.ts';
import { ledgerTransfers } from '../../../ledger/tables.ts';
import type { CardLotKind, CardMovementKind } from '../kinds.ts';
import type { CardRefund as RefundFigures, RefundCause } from '../refund-rules.ts';
import { cardLoads, cards } from '../tables.ts';

/** What of a load was paid for, or came on top. Moves with the value when a card is reissued. */
export const cardLots = pgTable(
  'card_lots',
  {
    shopId: shopId(),
    id: id(),
    cardId: id('card_id'),
    loadId: id('load_id'),
    kind: text('kind').$type<CardLotKind>().notNull(),
    grantedAmount: amount('granted_amount').notNull(),
    leftAmount: amount('left_amount').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    unique('card_lots_load_key').on(t.shopId, t.loadId, t.kind),
    index('card_lots_card_idx').on(t.shopId, t.cardId, t.loadId),
    check('card_lots_kind', sql`${t.kind} in ('principal', 'bonus')`),
    check(
      'card_lots_amounts',
      sql`${t.grantedAmount} > 0 and ${t.leftAmount} between 0 and ${t.grantedAmount}`,
    ),
    foreignKey({
      name: 'card_lots_load_fk',
      columns: [t.shopId, t.loadId],
      foreignColumns: [cardLoads.shopId, cardLoads.id],
    }),
  ],
);
export type CardLot = typeof cardLots.$inferSelect;

/** What a payment took of a lot: its face value, and what that would have cost without any discount. */
export const cardUses = pgTable(
  'card_uses',
  {
    shopId: shopId(),
    paymentId: id('payment_id'),
    lotId: id('lot_id'),
    loadId: id('load_id'),
    faceAmount: amount('face_amount').notNull(),
    listAmount: amount('list_amount').notNull(),
    /** What of the face value came back. */
    returnedAmount: amount('returned_amount').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.paymentId, t.lotId] }),
    // The uses of a load, for what is left of what was paid.
    index('card_uses_load_idx').on(t.shopId, t.loadId),
    check(
      'card_uses_amounts',
      sql`${t.faceAmount} > 0 and ${t.listAmount} >= ${t.faceAmount} and ${t.returnedAmount} between 0 and ${t.faceAmount}`,
    ),
    foreignKey({
      name: 'card_uses_lot_fk',
      columns: [t.shopId, t.lotId],
      foreignColumns: [cardLots.shopId, cardLots.id],
    }),
  ],
);
export type CardUse = typeof cardUses.$inferSelect;

/** What happened to the value of one lot. Insert-only. */
export const cardMovements = pgTable(
  'card_movements',
  {
    shopId: shopId(),
    cardId: id('card_id'),
    /** Counts the movements of a card, from 1 without a gap. */
    position: integer('position').notNull(),
    kind: text('kind').$type<CardMovementKind>().notNull(),
    lotId: id('lot_id'),
    lotKind: text('lot_kind').$type<CardLotKind>().notNull(),
    /** Minor units. What came in is positive, what left negative. */
    amount: amount('amount').notNull(),
    /** What was on the card afterwards. */
    balanceAfter: amount('balance_after').notNull(),
    /** The transfer in the ledger that it is a part of. */
    transferId: uuid('transfer_id').notNull(),
    /** What it was for, such as an order. */
    subjectType: text('subject_type').notNull(),
    subjectId: uuid('subject_id').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    /** Shop time. */
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // The statement of a card, newest first.
    primaryKey({ columns: [t.shopId, t.cardId, t.position] }),
    check(
      'card_movements_kind',
      sql`${t.kind} in ('loaded', 'spent', 'refunded', 'paid_back', 'forfeited', 'reissued_out', 'reissued_in')
        and ${t.lotKind} in ('principal', 'bonus')`,
    ),
    check(
      'card_movements_amount',
      sql`${t.amount} <> 0 and (${t.kind} in ('loaded', 'refunded', 'reissued_in')) = (${t.amount} > 0)`,
    ),
    check(
      'card_movements_balance',
      sql`${t.balanceAfter} >= 0 and ${t.balanceAfter} >= ${t.amount} and ${t.position} > 0`,
    ),
    foreignKey({
      name: 'card_movements_card_fk',
      columns: [t.shopId, t.cardId],
      foreignColumns: [cards.shopId, cards.id],
    }),
    foreignKey({
      name: 'card_movements_transfer_fk',
      columns: [t.shopId, t.transferId],
      foreignColumns: [ledgerTransfers.shopId, ledgerTransfers.id],
    }),
  ],
);
export type CardMovement = typeof cardMovements.$inferSelect;

/** What was paid back of a load when its card was closed, with the figures that it follows from. Insert-only. */
export const cardRefunds = pgTable(
  'card_refunds',
  {
    shopId: shopId(),
    id: id(),
    cardId: id('card_id'),
    loadId: id('load_id'),
    cause: text('cause').$type<RefundCause>().notNull(),
    rule: text('rule').$type<RefundFigures['rule']>().notNull(),
    consumedAmount: amount('consumed_amount').notNull(),
    /** What goes back along the payment of the load. */
    alongPaymentAmount: amount('along_payment_amount').notNull(),
    /** What staff gives back in another way. */
    manualAmount: amount('manual_amount').notNull(),
    /** What was on the card and nobody gets. */
    forfeitedAmount: amount('forfeited_amount').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    index('card_refunds_load_idx').on(t.shopId, t.loadId),
    check('card_refunds_cause', sql`${t.cause} in ('merchant', 'customer')`),
    check(
      'card_refunds_rule',
      sql`${t.rule} in ('unused_in_full', 'discounted_share', 'price_before_discount')`,
    ),
    check(
      'card_refunds_amounts',
      sql`${t.consumedAmount} >= 0 and ${t.alongPaymentAmount} >= 0 and ${t.manualAmount} >= 0 and ${t.forfeitedAmount} >= 0`,
    ),
    foreignKey({
      name: 'card_refunds_load_fk',
      columns: [t.shopId, t.loadId],
      foreignColumns: [cardLoads.shopId, cardLoads.id],
    }),
  ],
);
export type CardRefundRow = typeof cardRefunds.$inferSelect;
