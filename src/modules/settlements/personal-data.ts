import { instantOrNull } from '../../platform/http/schema.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { closeSettlementLinks } from './links.ts';
import { settlementStates } from './states.ts';
import { eraseWords, listOffersOf, listSettlementsOf, moveSettlements } from './customer-repository.ts';

/** What settlements hold about a customer: what they were told, and what they said of it. The amounts stay with the orders. */
export const settlementPersonalData: PersonalDataSection = {
  name: 'settlements',
  async export(on, ctx, customerId) {
    const rows = await listSettlementsOf(on, ctx.shop.id, customerId);
    const offers = await listOffersOf(on, ctx.shop.id, customerId);
    return rows.map((row) => ({
      id: row.id,
      orderId: row.orderId,
      reason: row.reason,
      state: row.state,
      amount: Number(row.amount),
      currency: row.currency,
      message: row.message,
      offers: offers
        .filter((offer) => offer.settlementId === row.id)
        .map(({ side, amount, message, createdAt }) => ({
          side,
          amount: Number(amount),
          message,
          createdAt: createdAt.toISOString(),
        })),
      isSatisfied: row.isSatisfied,
      satisfactionComment: row.satisfactionComment,
      satisfactionAnsweredAt: instantOrNull(row.satisfactionAnsweredAt),
      createdAt: row.createdAt.toISOString(),
    }));
  },
  async erase(tx, ctx, customerId) {
    await eraseWords(tx, ctx.shop.id, customerId);
    const rows = await listSettlementsOf(tx, ctx.shop.id, customerId);
    const open = rows.filter(({ state }) => !settlementStates.isEnd(state));
    if (open.length === 0) return { kept: [] };
    // Whoever has a link read of somebody's purchase with it.
    await closeSettlementLinks(
      tx,
      ctx,
      open.map(({ id }) => id),
    );
    const why = 'They are decided, or expire. What they give goes back along the payments of the order.';
    return { kept: [{ what: `${open.length} settlements that are not over`, why, until: null }] };
  },
};

/** Settlements of a duplicate become those of the customer that stays, and count in their yearly caps. */
export const settlementCustomerMove: CustomerMove = { name: 'settlements', move: moveSettlements };
