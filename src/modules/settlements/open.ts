import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { sumOf } from '../../platform/money.ts';
import {
  type LineMoney,
  paidLeftOf,
  settledLeftOf,
  taxShareOf,
  unitsLeftOf,
  valueLeftOf,
} from '../orders/line-rules.ts';
import { lockOrderLines, type OrderLines } from '../orders/settle.ts';
import type { Order, OrderLine } from '../orders/tables.ts';
import { type Claim, type ClaimInput, decideBest } from './claims.ts';
import type { ClaimDecision } from './difference-rules.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { findSuspected } from './facts-repository.ts';
import { payOut } from './pay-out.ts';
import { payableMethods } from './payees.ts';
import { PAYOUT_METHODS, type PayoutMethod } from './policy-rules.ts';
import { REFUSAL_WORDS } from './refusal-words-rules.ts';
import { insertSettlement, takePolicyUse, type WholeSettlement } from './settlement-repository.ts';
import { isAutomatic, spreadGoodwill } from './settlement-rules.ts';
import type { Settlement, SettlementLine } from './tables.ts';
import { tell } from './tell.ts';
import { type SettlementView, viewOf } from './view.ts';
import { yearIn } from './year-rules.ts';

const MOST_ATTEMPTS = 5;
/** A cap has less left than was read. */
class CapTaken extends Error {}

interface Payout {
  readonly payoutMethod: PayoutMethod;
  /** Staff says for the customer that they want a coupon. */
  readonly isAgreed?: boolean;
}

interface ClaimRequest extends ClaimInput, Omit<Payout, 'payoutMethod'> {
  readonly orderId: string;
  readonly message?: string;
}

/**
 * Claims what the shop promised for an order: accepted and paid by rule up to the policy's automatic amount, above it a draft that
 * waits for a person. Refusals: claim_refused (with its code, words and lines), payout_method_not_available, coupon_not_agreed,
 * line_in_settlement.
 */
export async function claimSettlement(ctx: Ctx, input: ClaimRequest): Promise<SettlementView> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await decideAndOpen(ctx, input);
    } catch (error) {
      // Another order's claim took of the same cap since it was read: what is left now decides.
      if (!(error instanceof CapTaken)) throw error;
      if (attempt >= MOST_ATTEMPTS) throw platformErrors.version_conflict();
    }
  }
}

function decideAndOpen(ctx: Ctx, input: ClaimRequest): Promise<SettlementView> {
  return inTransaction(ctx, async (tx) => {
    const { order, lines } = await lockOrderLines(tx, ctx, input.orderId);
    const best = payable(await decideBest(tx, ctx, order, lines, input), order, input);
    const { promised, decision, payoutMethod } = best;
    const agreedBy = agreementTo(ctx, { ...input, payoutMethod });
    await takeCaps(tx, ctx, order, best);
    const settlement = {
      ...newSettlement(ctx, order, payoutMethod, decision.amount, input.message),
      reason: input.reason,
      agreedBy,
      policyId: promised.policyId,
      ruleVersion: promised.ruleVersion,
    };
    const suspected = await findSuspected(tx, ctx.shop.id, [order.id]);
    const isAccepted = isAutomatic(promised.rule, decision.amount, suspected.has(order.id));
    const whole = { settlement, lines: linesOfClaim(settlement, best, lines), offers: [] };
    return open(tx, ctx, { order, lines }, whole, isAccepted);
  });
}

/**
 * Gives money without an obligation, spread over the lines by what is left of their price, and pays it at once. Refusals:
 * order_not_settleable, settlement_too_large, payout_method_not_available, coupon_not_agreed, line_in_settlement.
 */
export async function giveGoodwill(
  ctx: Ctx,
  input: Payout & { orderId: string; amount: number; message?: string },
): Promise<SettlementView> {
  return inTransaction(ctx, async (tx) => {
    const { order, lines } = await lockOrderLines(tx, ctx, input.orderId);
    if (order.status === 'cancelled' || order.paidAt === null) throw settlementErrors.order_not_settleable();
    const agreedBy = checkMethod(ctx, input, PAYOUT_METHODS, await payableMethods(tx, ctx, order));
    const shares = spreadGoodwill(BigInt(input.amount), lines.map(asGoodwillLine));
    if (!shares) throw tooLarge(lines);
    const made = newSettlement(ctx, order, input.payoutMethod, BigInt(input.amount), input.message);
    const settlement = { ...made, agreedBy };
    const whole = {
      settlement,
      offers: [],
      lines: shares.map(
        (share): SettlementLine => ({
          ...share,
          shopId: ctx.shop.id,
          settlementId: settlement.id,
          comparedUnitAmount: null,
          differenceAmount: share.amount,
          rateBps: 10_000,
          taxAmount: taxOf(lines, share),
          offeredAmount: null,
          isCharge: false,
          cap: null,
          isOpen: true,
        }),
      ),
    };
    return open(tx, ctx, { order, lines }, whole, true);
  });
}

async function open(
  tx: Tx,
  ctx: Ctx,
  locked: OrderLines,
  whole: WholeSettlement,
  isAccepted: boolean,
): Promise<SettlementView> {
  await insertSettlement(tx, whole);
  if (isAccepted) return viewOf(tx, ctx, await payOut(tx, ctx, locked, whole));
  await tell(tx, ctx, settlementEvents.opened, whole.settlement);
  return viewOf(tx, ctx, whole);
}

/** A claim that pays something, or the refusal with everything that the rule says. */
function payable(
  claim: Claim | undefined,
  order: Order,
  asked: ClaimInput,
): Claim & { payoutMethod: PayoutMethod } {
  const { payoutMethod } = claim ?? {};
  if (claim && payoutMethod && claim.decision.amount > 0n) return { ...claim, payoutMethod };
  const lines = claim?.decision.lines.map(({ lineId, refusal }) => ({ lineId, refusal })) ?? [];
  const reason = claim ? (claim.decision.refusal ?? lines[0]?.refusal) : 'reason_not_covered';
  const refusal = reason ?? 'no_difference';
  const words = REFUSAL_WORDS[refusal];
  if (refusal === 'payout_method_not_available' && asked.payoutMethod) throw notPayable(words.en);
  const extra = { refusal, refusalWords: words, lines, orderId: order.id };
  throw settlementErrors.claim_refused(words.en, { pointer: '/reason', extra });
}

/** Whether it may and can be paid this way; nobody gets a coupon who did not agree. Returns who agreed to one. */
export function checkMethod(
  ctx: Ctx,
  payout: Payout,
  allowed: readonly PayoutMethod[],
  payableBy: readonly PayoutMethod[],
): Settlement['agreedBy'] {
  if (!allowed.includes(payout.payoutMethod)) throw notPayable(`It is paid by ${allowed.join(' or ')}.`);
  if (!payableBy.includes(payout.payoutMethod))
    throw notPayable('A guest, or a customer who was erased, has neither stored value nor coupons.');
  return agreementTo(ctx, payout);
}

function agreementTo(ctx: Ctx, { payoutMethod, isAgreed }: Payout): Settlement['agreedBy'] {
  if (payoutMethod !== 'coupon') return null;
  if (ctx.customerId !== undefined) return 'customer';
  if (isAgreed !== true) throw settlementErrors.coupon_not_agreed(undefined, { pointer: '/isAgreed' });
  return 'api_key';
}

const notPayable = (detail: string) =>
  settlementErrors.payout_method_not_available(detail, { pointer: '/payoutMethod' });

/** Takes the amount from the budget and the customer's year, or throws CapTaken. */
async function takeCaps(tx: Tx, ctx: Ctx, order: Order, { promised, decision }: Claim): Promise<void> {
  const { policyId, rule } = promised;
  const take = async (holderId: string, year: number, most: number | null) => {
    if (most === null) return;
    if (!(await takePolicyUse(tx, ctx.shop.id, [policyId, holderId, year], decision.amount, BigInt(most))))
      throw new CapTaken();
  };
  await take(policyId, 0, rule.budgetAmount);
  if (order.customerId !== null)
    await take(order.customerId, yearIn(ctx.shop.timezone, ctx.now), rule.customerYearCapAmount);
}

/** A settlement to the customer that nobody has decided on yet. */
export const newSettlement = (
  ctx: Ctx,
  order: Pick<Order, 'id' | 'customerId' | 'currency'>,
  payoutMethod: PayoutMethod | null,
  amount: bigint,
  message: string | undefined,
): Settlement => ({
  shopId: ctx.shop.id,
  id: newId(),
  orderId: order.id,
  customerId: order.customerId,
  direction: 'to_customer',
  reason: 'goodwill',
  state: 'draft',
  policyId: null,
  ruleVersion: null,
  payoutMethod,
  agreedBy: null,
  amount,
  freightAmount: 0n,
  editId: null,
  currency: order.currency,
  message: message ?? null,
  declineReason: null,
  capYear: yearIn(ctx.shop.timezone, ctx.now),
  sweepId: null,
  payoutDueAt: null,
  createdAt: ctx.now,
  acceptedAt: null,
  settledAt: null,
  dueAt: null,
  satisfactionDueAt: null,
  satisfactionAskedAt: null,
  isSatisfied: null,
  satisfactionComment: null,
  satisfactionAnsweredAt: null,
  satisfactionActorKind: null,
  satisfactionActorId: null,
  version: 1,
  updatedAt: ctx.now,
});

/** The lines of a settlement, as they were decided. */
export const linesOfClaim = (
  settlement: Settlement,
  { decision }: { readonly decision: Pick<ClaimDecision, 'lines'> },
  lines: readonly TaxedLine[],
): SettlementLine[] =>
  decision.lines
    .filter(({ amount }) => amount > 0n)
    .map(({ refusal: _none, ...line }) => ({
      ...line,
      taxAmount: taxOf(lines, line),
      shopId: settlement.shopId,
      settlementId: settlement.id,
      offeredAmount: null,
      isCharge: false,
      isOpen: true,
    }));

type TaxedLine = LineMoney & Pick<OrderLine, 'id'>;

/** The tax in what a line gets. */
function taxOf(lines: readonly TaxedLine[], share: { lineId: string; amount: bigint }): bigint {
  const line = lines.find(({ id }) => id === share.lineId);
  return line ? taxShareOf(line, share.amount) : 0n;
}

/** A line as far as it is left with its customer. */
export const asGoodwillLine = (line: OrderLine) => ({
  lineId: line.id,
  quantity: unitsLeftOf(line),
  paidNetAmount: paidLeftOf(line),
  settledAmount: settledLeftOf(line),
});

/** That there is less left of the price of the lines. */
export function tooLarge(lines: readonly OrderLine[]) {
  const left = sumOf(lines.map(valueLeftOf));
  return settlementErrors.settlement_too_large(`At most ${left} can be given.`, {
    pointer: '/amount',
    extra: { largestAmount: Number(left) },
  });
}
