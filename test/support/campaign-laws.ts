import assert from 'node:assert/strict';
import type { BasketItem, Campaign, PricingFacts } from '../../src/modules/campaigns/engine/facts.ts';
import { priceCampaigns, type PricingOutcome } from '../../src/modules/campaigns/engine/evaluate.ts';
import { REJECTION_REASONS } from '../../src/modules/campaigns/engine/reasons.ts';
import { shelve } from '../../src/modules/campaigns/engine/shelf.ts';
import { mechanicOf } from '../../src/modules/campaigns/mechanics.ts';
import { sumOf } from '../../src/platform/money.ts';
import type { PricingCase } from './campaign-arbitraries.ts';
import { offOf } from './pricing.ts';

export const priceCase = ({ items, facts, campaigns, freight }: PricingCase): PricingOutcome =>
  priceCampaigns(items, facts, shelve(campaigns), freight);

/** Freezes plain values all the way down; maps and sets stay, and are compared instead. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** Everything that holds for whatever campaigns price whatever basket. */
export function checkLaws(given: PricingCase): PricingOutcome {
  freeze(given.items);
  freeze(given.campaigns);
  freeze(given.facts);
  const before = structuredClone(given.facts);
  const outcome = priceCase(given);
  assert.deepEqual(structuredClone(given.facts), before, 'what is known is not changed');
  assert.deepEqual(priceCase(given), outcome, 'the same input gives the same output');
  const reversed = { ...given, campaigns: given.campaigns.toReversed() };
  assert.deepEqual(priceCase(reversed), outcome, 'the order of the campaigns does not matter');
  if (given.items.length === 0) checkNothing(outcome);
  checkLines(given, outcome);
  checkFloors(given, outcome);
  checkSums(outcome);
  checkTrace(given, outcome);
  checkGifts(given, outcome);
  checkSpending(given, outcome);
  return outcome;
}

function checkNothing({ effects, freightDiscountAmount, pointsMultiplierBps, trace }: PricingOutcome): void {
  assert.deepEqual(
    { effects, freightDiscountAmount, pointsMultiplierBps },
    { effects: [], freightDiscountAmount: 0n, pointsMultiplierBps: 10_000 },
  );
  assert.deepEqual([trace.applied, trace.rejected], [[], []]);
}

const listOf = ({ listUnitAmount, quantity }: BasketItem): bigint => listUnitAmount * BigInt(quantity);

function checkLines({ items, freight }: PricingCase, outcome: PricingOutcome): void {
  assert.equal(outcome.discounts.length, items.length);
  for (const discounts of outcome.discounts)
    for (const { amount } of discounts) assert.ok(amount > 0n, 'a discount is something');
  const nets = items.map((item, i) => listOf(item) - (offOf(outcome)[i] ?? 0n));
  for (const net of nets) assert.ok(net >= 0n, 'no line costs less than nothing');
  assert.ok(outcome.freightDiscountAmount >= 0n);
  assert.ok(outcome.freightDiscountAmount <= freight.amountFor(nets), 'no more off freight than freight is');
}

/** Cost with its margin, rounded up: with exact fractions and not as the engine does. */
const floorUnit = (cost: bigint | null, marginBps: number): bigint => {
  const exact = (cost ?? 0n) * (10_000n + BigInt(marginBps));
  return exact <= 0n ? 0n : exact / 10_000n + (exact % 10_000n > 0n ? 1n : 0n);
};

/** The least that a line may cost by itself; of an entry item if all of its budget were there for it. */
function floorOf(
  item: BasketItem,
  { minimumMarginBps }: PricingFacts,
): { minimum: bigint; cost: bigint } {
  const quantity = BigInt(item.quantity);
  const usual = floorUnit(item.costAmount, minimumMarginBps) * quantity;
  const minimum = (item.minimumPriceAmount ?? 0n) * quantity;
  if (!item.entry) return { minimum, cost: usual };
  const wanted = floorUnit(item.costAmount, item.entry.minimumMarginBps) * quantity;
  const budgeted = usual - item.entry.leftAmount;
  return { minimum, cost: wanted > budgeted ? wanted : budgeted };
}

function checkFloors({ items, facts }: PricingCase, outcome: PricingOutcome): void {
  const off = offOf(outcome);
  let spare = 0n;
  const losses = new Map<string, bigint>();
  for (const [i, item] of items.entries()) {
    const { minimum, cost } = floorOf(item, facts);
    const net = listOf(item) - (off[i] ?? 0n);
    const floor = minimum > cost ? minimum : cost;
    assert.ok(net >= floor || (off[i] ?? 0n) === 0n, `line ${i} is not sold below its floor`);
    if (net > cost) spare += net - cost;
    if (!item.entry) continue;
    const usual = floorUnit(item.costAmount, facts.minimumMarginBps) * BigInt(item.quantity);
    const below = usual - (net > 0n ? net : 0n);
    const own = usual > listOf(item) ? below - (usual - listOf(item)) : below;
    losses.set(item.productId, (losses.get(item.productId) ?? 0n) + (own > 0n ? own : 0n));
  }
  for (const [productId, loss] of losses) {
    const left = items.find((item) => item.productId === productId)?.entry?.leftAmount ?? 0n;
    assert.ok(loss <= left, 'an entry item loses no more than its budget');
  }
  const giftCost = sumOf(outcome.effects.map((effect) => effect.giftCostAmount));
  assert.ok(spare >= giftCost, 'what is sold bears what is given away');
}

function checkSums({ discounts, effects, trace, freightDiscountAmount }: PricingOutcome): void {
  const byCampaign = (id: string | null) =>
    sumOf(discounts.flat().flatMap(({ campaignId, amount }) => (campaignId === id ? [amount] : [])));
  for (const effect of effects) {
    assert.equal(
      effect.discountAmount,
      byCampaign(effect.campaignId),
      'the lines sum to what a campaign gives',
    );
    const traced = trace.applied.filter(({ campaignId }) => campaignId === effect.campaignId);
    assert.equal(sumOf(traced.map((offer) => BigInt(offer.discountAmount))), effect.discountAmount);
    assert.equal(sumOf(traced.map((offer) => BigInt(offer.freightAmount))), effect.freightAmount);
    assert.deepEqual(
      traced.flatMap(({ gifts }) => gifts),
      effect.gifts,
    );
  }
  assert.equal(
    sumOf(discounts.flat().map(({ amount }) => amount)),
    sumOf(effects.map(({ discountAmount }) => discountAmount)) + byCampaign(null),
  );
  assert.equal(sumOf(effects.map(({ freightAmount }) => freightAmount)), freightDiscountAmount);
  for (const offer of trace.applied)
    assert.equal(
      offer.lines.reduce((sum, { amount }) => sum + amount, 0),
      offer.discountAmount,
    );
}

/** Whether one of the goods is of those that a campaign is about. */
export function concerns(
  { rule }: Pick<Campaign, 'rule'>,
  { productId, category, collections }: BasketItem,
): boolean {
  if (rule.excludedProductIds.includes(productId)) return false;
  if (category !== null && rule.excludedCategories.includes(category)) return false;
  const named = mechanicOf(rule.mechanic.type).productIdsOf?.(rule.mechanic) ?? [];
  if (named.length > 0) return named.includes(productId);
  if (rule.productIds.length + rule.categories.length + rule.collections.length === 0) return true;
  return (
    rule.productIds.includes(productId) ||
    (category !== null && rule.categories.includes(category)) ||
    rule.collections.some((name) => collections.includes(name))
  );
}

function checkTrace({ items, campaigns }: PricingCase, { trace, effects }: PricingOutcome): void {
  const applied = new Set(trace.applied.flatMap(({ campaignId }) => campaignId ?? []));
  assert.deepEqual([...applied].toSorted(), effects.map(({ campaignId }) => campaignId).toSorted());
  const rejected = trace.rejected.map(({ campaignId }) => campaignId);
  const concerned = campaigns.filter((one) => items.some((item) => concerns(one, item))).map(({ id }) => id);
  assert.deepEqual(
    [...applied, ...rejected].toSorted(),
    concerned.toSorted(),
    'each is applied or says why it is not',
  );
  assert.equal(trace.otherCount, campaigns.length - concerned.length);
  for (const { reason } of trace.rejected) assert.ok(REJECTION_REASONS.includes(reason));
  for (const clamp of trace.clamps) {
    assert.ok(clamp.givenAmount >= 0 && clamp.givenAmount < clamp.wantedAmount);
    assert.ok(clamp.campaignId === null || applied.has(clamp.campaignId));
  }
}

function checkGifts({ facts }: PricingCase, { effects }: PricingOutcome): void {
  const promised = new Map<string, number>();
  for (const { productId, quantity } of effects.flatMap(({ gifts }) => gifts))
    promised.set(productId, (promised.get(productId) ?? 0) + quantity);
  for (const [productId, quantity] of promised)
    assert.ok(quantity <= (facts.gifts.get(productId)?.availableQuantity ?? 0), 'no gift is promised twice');
}

function checkSpending({ campaigns, facts }: PricingCase, { effects }: PricingOutcome): void {
  for (const effect of effects) {
    const rule = campaigns.find(({ id }) => id === effect.campaignId)?.rule;
    const left = facts.left.get(effect.campaignId);
    const given = effect.discountAmount + effect.freightAmount + effect.giftCostAmount;
    if (rule?.budgetAmount)
      assert.ok(given <= (left?.budgetAmount ?? BigInt(rule.budgetAmount)), 'no budget is overspent');
    if (rule?.mechanic.type !== 'flash_sale') continue;
    for (const { productId, quantity } of effect.units) {
      const offered = rule.mechanic.items.find((item) => item.productId === productId);
      assert.ok(quantity <= (left?.units.get(productId) ?? offered?.stockQuantity ?? 0));
      assert.ok(quantity <= (left?.customerUnits.get(productId) ?? offered?.perCustomerLimit ?? Infinity));
    }
  }
}
