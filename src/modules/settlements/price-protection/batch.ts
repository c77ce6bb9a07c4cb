import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import {
  listLinesToSettle,
  lockOrdersToSettle,
  readOrdersToSettle,
  type SettleableLine,
  type SettleableOrder,
} from '../../orders/settle-many.ts';
import { findErased } from '../../customers/standing.ts';
import { factsOf } from '../claims.ts';
import { countUnitsSold, findBusyLines, findSuspected } from '../facts-repository.ts';
import type { LineFacts } from '../difference-rules.ts';
import { NO_SEGMENTS, readMemberships } from '../named-segments.ts';
import { payableTo } from '../payees.ts';
import { readPricesNow } from '../prices-now.ts';
import { askedMethods, type PolicyRule, RULE_DEFAULTS } from '../policy-rules.ts';
import { yearIn } from '../year-rules.ts';
import { listPromiseVersions, readCapUses, sumPending } from './facts-repository.ts';
import { openSettlements } from './open-many.ts';
import { type BatchDecision, decideBatch, type PromiseVersion } from './rules.ts';
import type { PriceProtectionSweep } from './tables.ts';
import { insertWaits, noteUses, rememberHolders, takeCaps } from './work-repository.ts';

/** A cap has less left than was read: a row of it was made in the meantime. */
export class CapTaken extends Error {}

/** What a batch adds to the figures of its sweep. */
export interface BatchResult {
  readonly decision: BatchDecision<SettleableOrder>;
  readonly newHolderCount: number;
}

/**
 * Sweeps orders of a locked sweep: locks them in the order of their ids, reads everything that the rule has to know with one
 * statement for each kind of fact, decides in memory, and writes with one statement for each table. A dry run decides the same
 * and locks and opens nothing. `only`: of these lines. Throws CapTaken.
 */
export async function sweepOrders(
  tx: Tx,
  ctx: Ctx,
  sweep: PriceProtectionSweep,
  orderIds: readonly string[],
  only?: ReadonlySet<string>,
): Promise<BatchResult> {
  const { decision, linesOf } = await decide(tx, ctx, sweep, orderIds, only);
  const { openings, waiting, takes } = decision;
  const holders = openings.map(({ order }) => order.customerId ?? order.id);
  const newHolderCount = holders.length === 0 ? 0 : await rememberHolders(tx, sweep, holders);
  if (sweep.isDryRun) {
    await noteUses(tx, sweep, takes);
    return { decision, newHolderCount };
  }
  if (!(await takeCaps(tx, ctx.shop.id, takes))) throw new CapTaken();
  await openSettlements(
    tx,
    ctx,
    sweep,
    openings.map((opening) => ({ ...opening, orderLines: linesOf.get(opening.order.id) ?? [] })),
  );
  await insertWaits(
    tx,
    waiting.map((line) => ({ ...line, shopId: ctx.shop.id, sweepId: sweep.id, dueAt: null })),
  );
  return { decision, newHolderCount };
}

/** Leaves orders out of a sweep: their lines are counted, and whoever runs the shop can see in the log which they are. */
export const leaveOut: typeof sweepOrders = async (tx, ctx, sweep, orderIds, only) => {
  ctx.log.error({ sweepId: sweep.id, orderIds }, 'orders are left out of price protection');
  const all = await listLinesToSettle(tx, sweep.shopId, orderIds, sweep.productIds);
  const lines = only === undefined ? all : all.filter(({ id }) => only.has(id));
  const refused = new Map([['order_failed' as const, lines.length]]);
  const decision = { openings: [], waiting: [], refused, takes: [], foundLineCount: lines.length };
  return { decision, newHolderCount: 0 };
};

async function decide(
  tx: Tx,
  ctx: Ctx,
  sweep: PriceProtectionSweep,
  orderIds: readonly string[],
  only: ReadonlySet<string> | undefined,
): Promise<{ decision: BatchDecision<SettleableOrder>; linesOf: ReadonlyMap<string, SettleableLine[]> }> {
  const { shopId, productIds, isDryRun, reason, createdAt } = sweep;
  const [orders, all, versions] = await Promise.all([
    isDryRun ? readOrdersToSettle(tx, shopId, orderIds) : lockOrdersToSettle(tx, shopId, orderIds),
    // Sent right behind: it runs once the locks are there, and sees what their holders before have written.
    listLinesToSettle(tx, shopId, orderIds, productIds),
    listPromiseVersions(tx, shopId),
  ]);
  const lines = only === undefined ? all : all.filter(({ id }) => only.has(id));
  const year = yearIn(ctx.shop.timezone, createdAt);
  const ids = [...new Set(lines.map(({ productId }) => productId))];
  const covering = versions.filter(({ rule }) => rule.reasons.includes(reason));
  const customerIds = [...new Set(orders.flatMap(({ customerId }) => customerId ?? []))];
  const rules = covering.map(({ rule }) => rule);
  // Of all lines, also those that this is not about: together they reach a rung.
  const [priceOf, busy, pending, unitsSold, uses, erased, suspected, membersOf] = await Promise.all([
    readPricesNow(tx, ctx, orders, all, rules),
    findBusyLines(tx, shopId, lines),
    covering.some(({ rule }) => rule.orderCapAmount !== null) ? sumPending(tx, shopId, orderIds) : undefined,
    readUnitsSold(tx, shopId, covering, ids),
    readCapUses(tx, shopId, {
      policyIds: idsOfCapped(covering),
      customerIds,
      year,
      dryRunId: isDryRun ? sweep.id : undefined,
    }),
    findErased(tx, shopId, customerIds),
    findSuspected(tx, shopId, orderIds),
    readMemberships(tx, shopId, covering, orders),
  ]);
  const linesOf = groupByOrder(lines);
  const byId = new Map(lines.map((line) => [line.id, line]));
  const swept = orders.map((order) => ({
    order: {
      ...order,
      isPaid: order.paidAt !== null,
      payableBy: askedMethods(payableTo(order.customerId, erased)),
      memberOf: membersOf.get(order.id) ?? NO_SEGMENTS,
    },
    lines: (linesOf.get(order.id) ?? []).map((line) =>
      factsOf(line, priceOf(line, RULE_DEFAULTS), new Map(), busy),
    ),
    isSuspected: suspected.has(order.id),
    usedAmount: order.settledAmount - order.goodwillAmount + (pending?.get(order.id) ?? 0n),
  }));
  const startedAt = sweep.startedAt ?? createdAt;
  const unitAmountOf = (rule: PolicyRule, { lineId, comparedUnitAmount }: LineFacts): bigint => {
    const line = byId.get(lineId);
    return line ? priceOf(line, rule).unitAmount : comparedUnitAmount;
  };
  const terms = { reason, versions, at: createdAt, startedAt, year, unitsSold, unitAmountOf };
  return { decision: decideBatch(swept, terms, uses), linesOf };
}

function groupByOrder(lines: readonly SettleableLine[]): ReadonlyMap<string, SettleableLine[]> {
  const groups = new Map<string, SettleableLine[]>();
  for (const line of lines) {
    const group = groups.get(line.orderId);
    if (group) group.push(line);
    else groups.set(line.orderId, [line]);
  }
  return groups;
}

const idsOfCapped = (versions: readonly PromiseVersion[]): string[] => [
  ...new Set(
    versions
      .filter(({ rule }) => rule.budgetAmount !== null || rule.customerYearCapAmount !== null)
      .map(({ policyId }) => policyId),
  ),
];

/** Units sold in the periods that rules name; most rules name none. */
async function readUnitsSold(
  tx: Tx,
  shopId: string,
  versions: readonly PromiseVersion[],
  productIds: readonly string[],
): Promise<(rule: PolicyRule, productId: string) => number> {
  const counted = new Map<string, ReadonlyMap<string, number>>();
  for (const { rule } of versions) {
    const { soldFrom, soldTo } = rule;
    if (soldFrom === null || soldTo === null || counted.has(`${soldFrom} ${soldTo}`)) continue;
    const units = await countUnitsSold(tx, shopId, productIds, new Date(soldFrom), new Date(soldTo));
    counted.set(`${soldFrom} ${soldTo}`, units);
  }
  return ({ soldFrom, soldTo }, productId) => counted.get(`${soldFrom} ${soldTo}`)?.get(productId) ?? 0;
}
