import type {
  BasketItem,
  Campaign,
  FreightQuote,
  PricingFacts,
} from '../../src/modules/campaigns/engine/facts.ts';
import { priceCampaigns, type PricingOutcome } from '../../src/modules/campaigns/engine/evaluate.ts';
import { shelve } from '../../src/modules/campaigns/engine/shelf.ts';
import { mechanicOf, type MechanicParameters } from '../../src/modules/campaigns/mechanics.ts';
import { type CampaignRule, RULE_DEFAULTS } from '../../src/modules/campaigns/rule-schemas.ts';

/** A readable id: the same for the same name. */
export const idOf = (name: string): string =>
  `00000000-0000-7000-8000-${Buffer.from(name.padEnd(6, '_').slice(0, 6)).toString('hex')}`;

/** A line of a basket: 10.00, without a cost, where nothing else is said. */
export const item = (name: string, changes: Partial<BasketItem> = {}): BasketItem => ({
  productId: idOf(name),
  category: null,
  collections: [],
  quantity: 1,
  listUnitAmount: 1_000n,
  minimumPriceAmount: null,
  costAmount: null,
  priceBreaks: [],
  ...changes,
});

/** A running campaign. Its class is the first of its mechanic. */
export const campaign = (
  name: string,
  mechanic: MechanicParameters,
  rule: Partial<CampaignRule> = {},
): Campaign => ({
  id: idOf(name),
  version: 1,
  name,
  state: 'running',
  rule: {
    ...RULE_DEFAULTS,
    mechanic,
    stackingClass: mechanicOf(mechanic.type).classes[0] ?? 'product',
    ...rule,
  },
});

export const NOW = new Date('2026-06-18T04:00:00.000Z');

export const facts = (changes: Partial<PricingFacts> = {}): PricingFacts => ({
  now: NOW,
  timezone: 'Asia/Shanghai',
  channel: 'web',
  country: 'CN',
  buyer: null,
  openedByCoupon: new Set(),
  left: new Map(),
  gifts: new Map(),
  minimumMarginBps: 0,
  pointsCostBps: 0,
  ladderCombinesWith: ['order', 'freight'],
  ...changes,
});

export const freightOf = (amount: bigint): FreightQuote => ({ amountFor: () => amount, isFixed: true });

/** Prices a basket under campaigns. */
export const price = (
  items: readonly BasketItem[],
  campaigns: readonly Campaign[],
  known: Partial<PricingFacts> = {},
  freight: FreightQuote = freightOf(0n),
): PricingOutcome => priceCampaigns(items, facts(known), shelve(campaigns), freight);

/** What comes off each line. */
export const offOf = (outcome: PricingOutcome): bigint[] =>
  outcome.discounts.map((line) => line.reduce((sum, { amount }) => sum + amount, 0n));

/** Why each of the others does nothing, by name. */
export const reasonsOf = (outcome: PricingOutcome): Record<string, string> =>
  Object.fromEntries(outcome.trace.rejected.map(({ name, reason }) => [name, reason]));
