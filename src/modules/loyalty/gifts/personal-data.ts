import { instantOrNull } from '../../../platform/http/schema.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';
import { giveUp } from './end.ts';
import { listGrantsOf } from './grant-repository.ts';
import { listRedemptionsOf, lockRedemption, moveGifts } from './redemption-repository.ts';

/**
 * What a customer had for points, and what they are owed. What is held at an erasure is given up: its points end with the others. What is
 * owed stays owed to who shows its code.
 */
export const giftPersonalData: PersonalDataSection = {
  name: 'gifts',
  async export(on, ctx, customerId) {
    const wishes = await listRedemptionsOf(on, ctx.shop.id, customerId);
    const grants = await listGrantsOf(on, ctx.shop.id, customerId);
    return [
      ...wishes.map((row) => ({
        what: 'redemption',
        id: row.id,
        giftName: row.giftName,
        state: row.state,
        quantity: row.quantity,
        cancelledQuantity: row.cancelledQuantity,
        unitPoints: Number(row.unitPoints),
        unitAmount: Number(row.unitAmount),
        paidAmount: Number(row.paidAmount),
        refundedAmount: Number(row.refundedAmount),
        createdAt: row.createdAt.toISOString(),
      })),
      ...grants.map((row) => ({
        what: 'gift',
        id: row.id,
        name: row.name,
        quantity: row.quantity,
        state: row.state,
        createdAt: row.createdAt.toISOString(),
        handedOverAt: instantOrNull(row.handedOverAt),
        orderId: row.orderId,
      })),
    ];
  },
  async erase(tx, ctx, customerId) {
    for (const { id, state } of await listRedemptionsOf(tx, ctx.shop.id, customerId)) {
      if (state !== 'held') continue;
      const held = await lockRedemption(tx, ctx.shop.id, id);
      if (held.state === 'held')
        await giveUp(tx, ctx, held, held.quantity - held.cancelledQuantity, 'cancelled');
    }
    return { kept: [] };
  },
};

/** What a duplicate asked for and is owed belongs to the customer that stays. */
export const giftCustomerMove: CustomerMove = {
  name: 'gifts',
  move: (tx, ctx, from, to) => moveGifts(tx, ctx.shop.id, from, to),
};
