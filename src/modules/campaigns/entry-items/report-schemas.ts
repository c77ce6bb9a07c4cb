import { Type } from '@sinclair/typebox';
import { model, PositiveAmount, ref, toWire, uuid } from '../../../platform/http/schema.ts';
import { divideRounded } from '../../../platform/money.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { NextPurchases } from './ports.ts';
import type { EntryItemReport } from './report.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const amount = (description: string) => Type.Integer({ description: `${description} Minor units.` });

const NextModel = model('EntryItemNextPurchases', 'What buyers of an entry item bought next.', {
  buyers: count('How many of them bought again.'),
  orders: count('Their orders that were paid or sent, without those that were cancelled.'),
  revenueAmount: amount(
    'What is paid for the goods of those orders after discounts, without freight and without what was given back since.',
  ),
  costedRevenueAmount: amount('The part of the revenue that is of goods whose cost is known.'),
  costAmount: amount('What these goods cost, gifts too.'),
  marginAmount: amount('That part of the revenue, less that cost.'),
  marginBps: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The margin in basis points of that part of the revenue; null where there is none.',
  }),
});

export const EntryItemReportModel = model('EntryItemReport', 'What came of an entry item.', {
  entryItemId: uuid('The entry item.'),
  currency: ref(Currency),
  days: count('For how many days after their first order with it buyers are followed.'),
  orders: count('Orders that lost on it, without those that were cancelled or lapsed.'),
  buyers: count('Different customers who placed them. Guests are not among them.'),
  budgetAmount: ref(PositiveAmount, { description: 'What orders may lose on it in all.' }),
  heldLossAmount: ref(PositiveAmount, {
    description: 'What orders that are not paid yet hold of the budget.',
  }),
  usedLossAmount: ref(PositiveAmount, { description: 'What orders that are paid have lost on it.' }),
  next: ref(NextModel),
});

const marginBps = (margin: bigint, revenue: bigint): number | null =>
  revenue === 0n ? null : Number(divideRounded(margin * 10_000n, revenue));

function presentNext({ buyers, orders, revenueAmount, costedRevenueAmount, costAmount }: NextPurchases) {
  const margin = costedRevenueAmount - costAmount;
  return {
    buyers,
    orders,
    revenueAmount: toWire(revenueAmount),
    costedRevenueAmount: toWire(costedRevenueAmount),
    costAmount: toWire(costAmount),
    marginAmount: toWire(margin),
    marginBps: marginBps(margin, costedRevenueAmount),
  };
}

export const presentEntryItemReport = (
  { whole, days, usage, buyers, next }: EntryItemReport,
  currency: string,
) => ({
  entryItemId: whole.row.id,
  currency,
  days,
  orders: usage.orders,
  buyers,
  budgetAmount: toWire(whole.budgetAmount),
  heldLossAmount: toWire(usage.heldAmount),
  usedLossAmount: toWire(usage.usedAmount),
  next: presentNext(next),
});
