import { after, DAY_MS } from '../../platform/time.ts';
import { toWireOrNull } from '../../platform/http/schema.ts';
import { customersErrors } from '../customers/errors.ts';
import type { CustomerMove, PersonalDataSection } from '../customers/ports.ts';
import { endAgreement, findCredit, mergeCredits } from './credit/repository.ts';
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
      senderAddress: order.senderAddress,
      staffNote: order.staffNote,
      metadata: order.metadata,
      placedAt: order.placedAt.toISOString(),
    }));
  },
  async erase(tx, ctx, customerId) {
    await erasePersonalFields(tx, ctx, customerId);
    // What is owed stays with the orders; nobody is left with whom something could be agreed.
    await endAgreement(tx, ctx.shop.id, customerId, ctx.now);
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

/** On which terms a customer orders on account, and what they owe. An erasure of the orders ends the terms. */
export const creditPersonalData: PersonalDataSection = {
  name: 'paymentTerms',
  async export(on, ctx, customerId) {
    const credit = await findCredit(on, ctx.shop.id, customerId);
    if (!credit) return [];
    const { isAgreed, depositShareBps, netDays, netFrom, creditLimitAmount, usedAmount } = credit;
    return [
      {
        isAgreed,
        depositShareBps,
        netDays,
        netFrom,
        creditLimitAmount: toWireOrNull(creditLimitAmount),
        usedAmount: Number(usedAmount),
      },
    ];
  },
  // Who is named nowhere cannot be asked to pay: a claim that is open may be kept (GDPR art. 17(3)(e), PIPL art. 47).
  async checkErasable(tx, ctx, customerId) {
    // An order that comes at this moment waits for the customer's row, which the erasure holds.
    const usedAmount = (await findCredit(tx, ctx.shop.id, customerId))?.usedAmount ?? 0n;
    if (usedAmount > 0n)
      throw customersErrors.customer_owes(`${usedAmount} is open.`, {
        extra: { openAmount: Number(usedAmount) },
      });
  },
  erase: async () => ({ kept: [] }),
};

/** Orders of a duplicate become orders of the customer that stays. */
export const orderCustomerMove: CustomerMove = {
  name: 'orders',
  // What is owed for the orders follows them, once they are locked.
  async move(tx, ctx, from, to) {
    const moved = await moveOrders(tx, ctx, from, to);
    await mergeCredits(tx, ctx.shop.id, from, to, ctx.now);
    return moved;
  },
};
