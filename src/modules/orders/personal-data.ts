import { after, DAY_MS } from '../../platform/time.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { listOrdersOf, updateOrdersOf } from './customer-repository.ts';

/** Trade records are kept three years (China's E-Commerce Law art. 31; the longest that a default has to be). */
const KEPT_DAYS = 3 * 365;

/** What orders hold about a customer: where things went, and what staff wrote. */
export const orderPersonalData: PersonalDataSection = {
  name: 'orders',
  async export(on, ctx, customerId) {
    const rows = await listOrdersOf(on, ctx.shop.id, customerId);
    return rows.map((order) => ({
      id: order.id,
      number: order.number,
      channel: order.channel,
      status: order.status,
      currency: order.currency,
      totalAmount: Number(order.totalAmount),
      shippingAddress: order.shippingAddress,
      staffNote: order.staffNote,
      metadata: order.metadata,
      placedAt: order.placedAt.toISOString(),
    }));
  },
  async erase(tx, ctx, customerId) {
    const rows = await updateOrdersOf(tx, ctx, customerId, {
      shippingAddress: null,
      staffNote: null,
      metadata: {},
    });
    const newest = rows.reduce<Date | undefined>(
      (max, row) => (!max || row.placedAt > max ? row.placedAt : max),
      undefined,
    );
    if (!newest) return { kept: [] };
    const what = `${rows.length} orders with their lines, amounts and payments, under an id that names nobody`;
    return {
      kept: [
        {
          what,
          why: 'Trade records have to be kept for three years.',
          until: after(newest, KEPT_DAYS * DAY_MS),
        },
      ],
    };
  },
};

/** Orders of a duplicate become orders of the customer that stays. */
export const orderCustomerMove: CustomerMove = {
  name: 'orders',
  move: async (tx, ctx, from, to) => (await updateOrdersOf(tx, ctx, from, { customerId: to })).length,
};
