import { after, DAY_MS } from '../../platform/time.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { countOrdersOf, erasePersonalFields, listOrdersOf, moveOrders } from './customer-repository.ts';

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
    await erasePersonalFields(tx, ctx, customerId);
    const { count, newestAt } = await countOrdersOf(tx, ctx.shop.id, customerId);
    if (!newestAt) return { kept: [] };
    const until = after(newestAt, KEPT_DAYS * DAY_MS);
    const why = 'Trade records have to be kept for three years.';
    const what = `${count} orders with their lines, amounts and payments, under an id that names nobody`;
    return {
      kept: [
        { what, why, until },
        { what: 'The timelines of these orders, with the notes in them', why, until },
      ],
    };
  },
};

/** Orders of a duplicate become orders of the customer that stays. */
export const orderCustomerMove: CustomerMove = {
  name: 'orders',
  move: moveOrders,
};
