import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { platformErrors } from '../../platform/errors.ts';
import { readOrder } from '../orders/read.ts';
import type { Order, OrderLine } from '../orders/tables.ts';
import { type ClaimDecision, decideClaim, type LineFacts, type OrderFacts } from './difference-rules.ts';
import { countUnitsSold, findProductFacts } from './facts-repository.ts';
import { findPromised, type Promised } from './policy-repository.ts';
import type { PolicyReason, PolicyRule } from './policy-rules.ts';

export interface Preview {
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly reason: PolicyReason;
  /** The promise that is best for the customer, with what it pays; null when the order was promised nothing for this reason. */
  readonly best: { readonly promised: Promised; readonly claim: ClaimDecision } | null;
}

/**
 * What the shop's promises pay for an order and a reason now, line by line. Of several promises the one counts that pays most;
 * of equals, the older one. Writes nothing. A customer asks for their own orders.
 */
export async function previewDifference(
  ctx: Ctx,
  input: { orderId: string; reason: PolicyReason; policyId?: string },
): Promise<Preview> {
  const { order, lines } = await readOrder(ctx, input.orderId);
  const promised = (await findPromised(ctx.db, ctx.shop.id, order.placedAt)).filter(({ policyId }) =>
    input.policyId === undefined ? true : policyId === input.policyId,
  );
  if (input.policyId !== undefined && promised.length === 0)
    throw platformErrors.not_found('The order was promised nothing by this policy.');
  const products = await findProductFacts(ctx.db, ctx.shop.id, [
    ...new Set(lines.map((line) => line.productId)),
  ]);
  let best: Preview['best'] = null;
  for (const one of promised) {
    if (input.policyId === undefined && !one.rule.reasons.includes(input.reason)) continue;
    const sold = await soldOf(ctx.db, ctx.shop.id, one.rule, lines);
    const facts = lines.map((line) => factsOf(line, products.get(line.productId), sold));
    const claim = decideClaim(one.rule, input.reason, orderFactsOf(order), facts, NOTHING_USED, ctx.now);
    if (best === null || claim.amount > best.claim.amount) best = { promised: one, claim };
  }
  return { order, lines, reason: input.reason, best };
}

// Nothing is settled yet that could have used up a cap.
const NOTHING_USED = { orderAmount: 0n, customerYearAmount: 0n, budgetAmount: 0n };

const orderFactsOf = (order: Order): OrderFacts => ({ ...order, isPaid: order.paidAt !== null });

const factsOf = (
  line: OrderLine,
  product: { priceAmount: bigint; isClearance: boolean } | undefined,
  sold: ReadonlyMap<string, number>,
): LineFacts => ({
  lineId: line.id,
  productId: line.productId,
  category: line.category,
  isClearance: product?.isClearance ?? false,
  quantity: line.quantity,
  netAmount: line.netAmount,
  returnedQuantity: 0,
  settledAmount: 0n,
  comparedUnitAmount: product?.priceAmount ?? line.listUnitAmount,
  unitsSold: sold.get(line.productId) ?? 0,
});

async function soldOf(
  on: Reader,
  shopId: string,
  rule: PolicyRule,
  lines: readonly OrderLine[],
): Promise<ReadonlyMap<string, number>> {
  if (rule.soldFrom === null || rule.soldTo === null) return new Map();
  const ids = [...new Set(lines.map((line) => line.productId))];
  return countUnitsSold(on, shopId, ids, new Date(rule.soldFrom), new Date(rule.soldTo));
}
