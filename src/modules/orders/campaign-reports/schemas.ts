import { Type } from '@sinclair/typebox';
import { enumeration, model, nullableInstant, ref, toWire, uuid } from '../../../platform/http/schema.ts';
import { sumOf } from '../../../platform/money.ts';
import { Currency } from '../../../platform/shops/schemas.ts';
import type { CampaignReport } from './report.ts';
import { GOALS, type Reached, totalGiven } from './rules.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const amount = (description: string) => Type.Integer({ description: `${description} Minor units.` });

const GoalName = enumeration(
  'CampaignGoal',
  'What a campaign can be planned by. `members`: customers who order for the first time.',
  GOALS,
);
export const ReachedModel = model(
  'CampaignGoalReached',
  'What was planned of one thing, and what came of it.',
  {
    goal: ref(GoalName),
    planned: Type.Integer({ minimum: 0, description: 'Minor units for amounts, else how many.' }),
    actual: Type.Integer({ description: 'The same, as it is.' }),
    reachedBps: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'In basis points of the plan; null where the plan is nothing.',
    }),
  },
);
const GivenModel = model('CampaignGiven', 'What orders of a channel have of a version of a campaign.', {
  campaignId: uuid('The campaign.'),
  campaignVersion: Type.Integer({ minimum: 1, description: 'What it said.' }),
  channel: Type.String({ description: 'Where they were placed.' }),
  orders: count('How many orders.'),
  discountAmount: amount('Off goods.'),
  freightDiscountAmount: amount('Off freight.'),
  giftCostAmount: amount('What its gifts cost the shop.'),
});
export const CampaignReportModel = model(
  'CampaignReport',
  'What campaigns brought, beside what was planned. Orders that ended unpaid or were cancelled are counted and in no sum.',
  {
    from: nullableInstant('Orders placed from then on; null: from the first.'),
    to: nullableInstant('Orders placed before then; null: to the last.'),
    currency: ref(Currency),
    heldOrders: count('Orders that have it and are not paid yet.'),
    usedOrders: count('Orders that have it and are paid.'),
    returnedOrders: count('Orders that were cancelled or lapsed: what they had of it was given back.'),
    participants: count('Different customers. Guests are not among them.'),
    newCustomers: count('Of these, who had never ordered before.'),
    units: count('Pieces in those orders, gifts too, without those that were cancelled or came back.'),
    revenueAmount: amount(
      'What is paid for the goods of those orders after discounts, without freight and without what was given back since.',
    ),
    costedRevenueAmount: amount('The part of the revenue that is of goods whose cost is known.'),
    costAmount: amount('What these goods cost, gifts too.'),
    marginAmount: amount('That part of the revenue, less that cost.'),
    discountAmount: amount('What was given off goods.'),
    freightDiscountAmount: amount('What was given off freight.'),
    giftCostAmount: amount('What gifts cost.'),
    givenAmount: amount('The three together: what counts for a budget.'),
    plan: Type.Array(ref(ReachedModel), { description: 'What was planned, and nothing else.' }),
    given: Type.Array(ref(GivenModel), { description: 'What was given, by campaign, version and channel.' }),
  },
);

export const presentReached = ({ goal, planned, actual, reachedBps }: Reached) => ({
  goal,
  planned: toWire(planned),
  actual: toWire(actual),
  reachedBps: reachedBps === undefined ? null : toWire(reachedBps),
});

export function presentReport({ from, to, figures, given, plan }: CampaignReport, currency: string) {
  const { revenueAmount, costedRevenueAmount, costAmount, ...counts } = figures;
  return {
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    currency,
    ...counts,
    revenueAmount: toWire(revenueAmount),
    costedRevenueAmount: toWire(costedRevenueAmount),
    costAmount: toWire(costAmount),
    marginAmount: toWire(costedRevenueAmount - costAmount),
    discountAmount: toWire(sumOf(given.map((one) => one.discountAmount))),
    freightDiscountAmount: toWire(sumOf(given.map((one) => one.freightAmount))),
    giftCostAmount: toWire(sumOf(given.map((one) => one.giftCostAmount))),
    givenAmount: toWire(totalGiven(given)),
    plan: plan.map(presentReached),
    given: given.map((one) => ({
      campaignId: one.campaignId,
      campaignVersion: one.campaignVersion,
      channel: one.channel,
      orders: one.orders,
      discountAmount: toWire(one.discountAmount),
      freightDiscountAmount: toWire(one.freightAmount),
      giftCostAmount: toWire(one.giftCostAmount),
    })),
  };
}
