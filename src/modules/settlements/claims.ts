import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { platformErrors } from '../../platform/errors.ts';
import { goodsAmountOf, goodsPaidLeftOf, isGiven, settledLeftOf, unitsLeftOf } from '../orders/line-rules.ts';
import { readOrder } from '../orders/read.ts';
import type { SettleableLine } from '../orders/settle-many.ts';
import type { Order, OrderLine } from '../orders/tables.ts';
import {
  type ClaimDecision,
  decideClaim,
  goesBefore,
  type LineFacts,
  type OrderFacts,
} from './difference-rules.ts';
import { countUnitsSold, findBusyLines } from './facts-repository.ts';
import { NO_SEGMENTS, readMemberships } from './named-segments.ts';
import { payableMethods } from './payees.ts';
import { findPromised, type Promised } from './policy-repository.ts';
import { askedMethods, methodOf, type PayoutMethod, type PolicyReason } from './policy-rules.ts';
import { type PriceNow, readPricesNow } from './prices-now.ts';
import { sumPending } from './price-protection/facts-repository.ts';
import { readPolicyUses } from './settlement-repository.ts';
import { yearIn } from './year-rules.ts';

export interface ClaimInput {
  readonly reason: PolicyReason;
  /** By this policy only; by the one that pays most when absent. */
  readonly policyId?: string;
  /** How the customer wants the money: of several promises, one that allows it. As the promise usually pays when absent. */
  readonly payoutMethod?: PayoutMethod;
}

/** What a promise pays for an order. */
export interface Claim {
  readonly promised: Promised;
  readonly decision: ClaimDecision;
  /** How it pays: as it was asked for, or else as the promise usually does. Undefined where it pays nothing for that. */
  readonly payoutMethod: PayoutMethod | undefined;
}

export interface Preview {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly reason: PolicyReason;
  /** The best promise with what it pays; undefined when the order was promised nothing for this reason. */
  readonly best: Claim | undefined;
}

/** What the shop's promises pay for an order now, line by line. Writes nothing. A customer asks for their own orders. */
export async function previewDifference(ctx: Ctx, input: ClaimInput & { orderId: string }): Promise<Preview> {
  const { order, lines } = await readOrder(ctx, input.orderId);
  return { order, lines, reason: input.reason, best: await decideBest(ctx.db, ctx, order, lines, input) };
}

/**
 * Of several promises that pay in the wanted way the one counts that pays most; of equals, the older one. Where no way is wanted,
 * one that pays along the payments goes before one that pays as stored value only. One that is asked for by name has to exist.
 */
export async function decideBest(
  on: Reader,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
  input: ClaimInput,
): Promise<Claim | undefined> {
  const all = await findPromised(on, ctx.shop.id, order.placedAt);
  const named = all.filter(({ policyId }) => policyId === input.policyId);
  if (input.policyId !== undefined && named.length === 0)
    throw platformErrors.not_found('The order was promised nothing by this policy.');
  const covered =
    input.policyId === undefined ? all.filter(({ rule }) => rule.reasons.includes(input.reason)) : named;
  const facts = await readFacts(on, ctx, order, lines, covered, input.payoutMethod);
  const best = await bestOf(
    on,
    ctx,
    facts,
    input.reason,
    thoseThatAllow(input.payoutMethod ?? USUAL, covered),
  );
  if (input.payoutMethod !== undefined || (best !== undefined && best.decision.amount > 0n)) return best;
  return bestOf(on, ctx, facts, input.reason, covered);
}

const USUAL: PayoutMethod = 'original_payment';

/** A promise that pays more must not hide one that pays in the wanted way. Where none does, the best one is refused for that. */
function thoseThatAllow(method: PayoutMethod, promises: readonly Promised[]): readonly Promised[] {
  const allowed = promises.filter(({ rule }) => rule.payoutMethods.includes(method));
  return allowed.length > 0 ? allowed : promises;
}

/** What every promise is held against. */
type Facts = Awaited<ReturnType<typeof readFacts>>;

async function readFacts(
  on: Reader,
  ctx: Ctx,
  order: Order,
  lines: readonly OrderLine[],
  promises: readonly Promised[],
  wanted: PayoutMethod | undefined,
) {
  const productIds = [...new Set(lines.map((line) => line.productId))];
  const place = { ...order, country: order.shippingAddress?.country ?? null };
  const rules = promises.map(({ rule }) => rule);
  const [priceOf, busy, payableBy, membersOf] = await Promise.all([
    readPricesNow(on, ctx, [place], lines, rules),
    findBusyLines(on, ctx.shop.id, lines),
    payableMethods(on, ctx, order),
    readMemberships(on, ctx.shop.id, promises, [order]),
  ]);
  const memberOf = membersOf.get(order.id) ?? NO_SEGMENTS;
  return { order, lines, productIds, priceOf, busy, memberOf, payableBy: askedMethods(payableBy, wanted) };
}

async function bestOf(
  on: Reader,
  ctx: Ctx,
  { order, lines, productIds, priceOf, busy, payableBy, memberOf }: Facts,
  reason: PolicyReason,
  promises: readonly Promised[],
): Promise<Claim | undefined> {
  const orderFacts: OrderFacts = { ...order, isPaid: order.paidAt !== null, payableBy, memberOf };
  let best: Claim | undefined;
  for (const promised of promises) {
    const sold = await soldUnder(on, ctx, promised, productIds);
    const facts = lines.map((line) => factsOf(line, priceOf(line, promised.rule), sold, busy));
    const used = await usedUnder(on, ctx, promised, order);
    const decision = decideClaim(promised.rule, reason, orderFacts, facts, used, ctx.now);
    if (goesBefore(decision, best?.decision))
      best = { promised, decision, payoutMethod: methodOf(promised.rule, payableBy) };
  }
  return best;
}

/** What the rule has to know of a line. */
export const factsOf = (
  line: SettleableLine,
  now: PriceNow,
  sold: ReadonlyMap<string, number>,
  busy: ReadonlySet<string>,
): LineFacts => ({
  lineId: line.id,
  productId: line.productId,
  category: line.category,
  isClearance: now.isClearance,
  isGift: isGiven(line),
  isFlashSale: line.isFlashSale,
  quantity: line.quantity,
  netAmount: goodsAmountOf(line),
  returnedQuantity: line.quantity - unitsLeftOf(line),
  paidNetAmount: goodsPaidLeftOf(line),
  settledAmount: settledLeftOf(line),
  comparedUnitAmount: now.unitAmount,
  unitsSold: sold.get(line.productId) ?? 0,
  isBusy: busy.has(line.id),
});

async function soldUnder(
  on: Reader,
  ctx: Ctx,
  { rule }: Promised,
  productIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (rule.soldFrom === null || rule.soldTo === null) return new Map();
  return countUnitsSold(on, ctx.shop.id, productIds, new Date(rule.soldFrom), new Date(rule.soldTo));
}

async function usedUnder(on: Reader, ctx: Ctx, { policyId, rule }: Promised, order: Order) {
  const year = yearIn(ctx.shop.timezone, ctx.now);
  const used = await readPolicyUses(on, ctx.shop.id, policyId, order.customerId, year);
  const pending = rule.orderCapAmount === null ? undefined : await sumPending(on, ctx.shop.id, [order.id]);
  const settled = order.settledAmount - order.goodwillAmount;
  return { ...used, orderAmount: settled + (pending?.get(order.id) ?? 0n) };
}
