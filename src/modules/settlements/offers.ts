import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { MAX_AMOUNT, sumOf } from '../../platform/money.ts';
import { after, HOUR_MS } from '../../platform/time.ts';
import { lockOrderLines } from '../orders/settle.ts';
import type { Order, OrderLine } from '../orders/tables.ts';
import { newOffer, roomOf } from './answer.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import {
  decideOfferLine,
  type Direction,
  largestOf,
  OFFER_REASONS,
  type OfferedLine,
  type OfferFault,
  type OfferShare,
} from './offer-rules.ts';
import { freightLeftOf } from '../orders/refund-rules.ts';
import { taxOf } from './offer-tax.ts';
import { asGoodwillLine, checkMethod, newSettlement, tooLarge } from './open.ts';
import { payableMethods } from './payees.ts';
import type { PayoutMethod, SettlementReason } from './policy-rules.ts';
import { insertSettlement, moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { spreadGoodwill } from './settlement-rules.ts';
import { settlementsSettings } from './settings.ts';
import type { Settlement, SettlementLine } from './tables.ts';
import { tell } from './tell.ts';
import { type SettlementView, viewOf } from './view.ts';

export interface OfferInput {
  readonly orderId: string;
  readonly direction: Direction;
  readonly reason: SettlementReason;
  /** Either lines, each with its amount, or one amount: for freight, and to the customer also of goodwill. */
  readonly lines?: readonly OfferedLine[];
  readonly amount?: number;
  readonly payoutMethod?: PayoutMethod;
  readonly message?: string;
  /** How long the customer has to answer. */
  readonly answerHours?: number;
  /** The order edit that it pays for. */
  readonly editId?: string;
}

/**
 * Staff offers to pay a difference to the customer, or asks the customer to pay one; the customer has the turn. Refusals:
 * order_not_settleable, offer_inconsistent, settlement_too_large, payout_method_not_available, line_in_settlement.
 */
export async function offerSettlement(ctx: Ctx, input: OfferInput): Promise<SettlementView> {
  return inTransaction(ctx, async (tx) => {
    const { order, lines } = await lockOrderLines(tx, ctx, input.orderId);
    if (order.status === 'cancelled' || order.paidAt === null) throw settlementErrors.order_not_settleable();
    const content = contentOf(order, lines, input);
    const payableBy = await payableMethods(tx, ctx, order);
    const settlement = { ...headOf(ctx, order, input, payableBy), ...content.amounts };
    const shares = content.shares.map((share) => lineOf(settlement, share, lines));
    return viewOf(
      tx,
      ctx,
      await openOffer(tx, ctx, { settlement, lines: shares }, input, input.lines && '/lines'),
    );
  });
}

/** Makes the first offer of a settlement for a locked order. Refusal: line_in_settlement. */
async function openOffer(
  tx: Tx,
  ctx: Ctx,
  draft: Pick<WholeSettlement, 'settlement' | 'lines'>,
  { message, answerHours }: Pick<OfferInput, 'message' | 'answerHours'>,
  linesPointer: string | undefined,
): Promise<WholeSettlement> {
  const { settlement } = draft;
  const dueAt = after(ctx.now, (answerHours ?? settlementsSettings.of(ctx.shop).offerHours) * HOUR_MS);
  const made = { side: 'shop', amount: settlement.amount, message, expiresAt: dueAt } as const;
  const whole = { ...draft, offers: [newOffer(ctx, { settlement, offers: [] }, made)] };
  await insertSettlement(tx, whole, linesPointer);
  const offered = await moveSettlement(tx, whole, { state: 'offered', dueAt }, ctx.now);
  await tell(tx, ctx, settlementEvents.offered, offered.settlement);
  return offered;
}

function headOf(ctx: Ctx, order: Order, input: OfferInput, payableBy: readonly PayoutMethod[]): Settlement {
  const { direction, reason } = input;
  const head = { direction, reason, editId: input.editId ?? null };
  if (direction === 'from_customer') {
    if (input.payoutMethod !== undefined)
      throw settlementErrors.payout_method_not_available('The customer pays.', { pointer: '/payoutMethod' });
    return { ...newSettlement(ctx, order, null, 0n, undefined), ...head };
  }
  const method = input.payoutMethod ?? 'original_payment';
  checkMethod(ctx, { payoutMethod: method }, ['original_payment', 'stored_value'], payableBy);
  return { ...newSettlement(ctx, order, method, 0n, undefined), ...head };
}

interface Content {
  readonly shares: readonly OfferShare[];
  readonly amounts: { readonly amount: bigint; readonly freightAmount: bigint };
}

function contentOf(order: Order, lines: readonly OrderLine[], input: OfferInput): Content {
  const { direction, reason } = input;
  if (!(OFFER_REASONS[direction] as readonly SettlementReason[]).includes(reason))
    throw inconsistent('reason_other_direction', '/reason');
  const isWhole = reason === 'freight' || (reason === 'goodwill' && direction === 'to_customer');
  if (input.amount !== undefined && (!isWhole || input.lines))
    throw inconsistent('lines_or_amount', '/amount');
  if (input.amount === undefined && !input.lines) throw inconsistent('lines_or_amount', '/lines');
  const content =
    input.amount === undefined
      ? ofLines(direction, lines, input.lines ?? [])
      : ofAmount(reason, lines, BigInt(input.amount));
  const left = reason === 'freight' && !input.lines ? freightLeftOf(order) : MAX_AMOUNT;
  const most = direction === 'to_customer' ? left : roomOf(order);
  if (content.amounts.amount <= most) return content;
  throw settlementErrors.settlement_too_large(`At most ${most} can be asked for.`, {
    pointer: input.lines ? '/lines' : '/amount',
    extra: { largestAmount: Number(most) },
  });
}

/** One amount: for freight it is for no line; goodwill is spread over the lines by what is left of their price. */
function ofAmount(reason: SettlementReason, lines: readonly OrderLine[], amount: bigint): Content {
  if (reason === 'freight') return { shares: [], amounts: { amount, freightAmount: amount } };
  const shares = spreadGoodwill(amount, lines.map(asGoodwillLine));
  if (!shares) throw tooLarge(lines);
  const offered = shares.map((share) => ({
    ...share,
    comparedUnitAmount: null,
    differenceAmount: share.amount,
  }));
  return { shares: offered, amounts: { amount, freightAmount: 0n } };
}

function ofLines(direction: Direction, lines: readonly OrderLine[], asked: readonly OfferedLine[]): Content {
  const known = new Map(lines.map((line) => [line.id, asGoodwillLine(line)]));
  const shares = asked.map((offered, at) => {
    if (asked.findIndex(({ lineId }) => lineId === offered.lineId) < at)
      throw inconsistent('line_twice', `/lines/${at}/lineId`);
    const share = decideOfferLine(direction, offered, known.get(offered.lineId));
    if (typeof share === 'string') throw inconsistent(share, `/lines/${at}`);
    const most = largestOf(direction, share);
    if (share.amount <= most) return share;
    throw settlementErrors.settlement_too_large(`At most ${most} can be offered of this line.`, {
      pointer: `/lines/${at}/amount`,
      extra: { largestAmount: Number(most) },
    });
  });
  return { shares, amounts: { amount: sumOf(shares.map(({ amount }) => amount)), freightAmount: 0n } };
}

const inconsistent = (fault: OfferFault, pointer: string) =>
  settlementErrors.offer_inconsistent(FAULTS[fault], { pointer, extra: { fault } });

const FAULTS: Readonly<Record<OfferFault, string>> = {
  reason_other_direction: 'For this reason money does not go in this direction.',
  lines_or_amount: 'An offer is for lines, or for freight and goodwill of one amount.',
  line_unknown: 'The order has no such line.',
  line_twice: 'A line is named twice.',
  too_many_units: 'The line has not so many units.',
  no_difference: 'At this price there is no difference in this direction.',
  more_than_difference: 'The amount is more than the difference.',
};

function lineOf(settlement: Settlement, share: OfferShare, lines: readonly OrderLine[]): SettlementLine {
  const isCharge = settlement.direction === 'from_customer';
  return {
    ...share,
    shopId: settlement.shopId,
    settlementId: settlement.id,
    rateBps: 10_000,
    taxAmount: taxOf(lines, { ...share, isCharge }),
    offeredAmount: share.amount,
    isCharge,
    cap: null,
    isOpen: true,
  };
}
