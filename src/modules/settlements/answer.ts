import type { Ctx } from '../../platform/context.ts';
import { after, HOUR_MS } from '../../platform/time.ts';
import { platformErrors } from '../../platform/errors.ts';
import { MAX_AMOUNT, minOf } from '../../platform/money.ts';
import { unitsLeftOf, valueLeftOf } from '../orders/line-rules.ts';
import { freightLeftOf } from '../orders/refund-rules.ts';
import { listLines, type OrderLines } from '../orders/settle.ts';
import type { Order } from '../orders/tables.ts';
import { settlementErrors } from './errors.ts';
import { settlementEvents } from './events.ts';
import { underLock } from './locked.ts';
import { insertOffer, rescaleLines } from './offer-repository.ts';
import { countersOf, decideTurn, largestOffer, scaleOffer, type Side } from './offer-rules.ts';
import { taxOf } from './offer-tax.ts';
import { payOut } from './pay-out.ts';
import { changeSettlement, moveSettlement, type WholeSettlement } from './settlement-repository.ts';
import { settlementsSettings } from './settings.ts';
import { sideOf } from './sides.ts';
import type { SettlementOffer } from './tables.ts';
import { tell } from './tell.ts';
import type { SettlementView } from './view.ts';

/** Refuses who has not the turn, and an answer that comes too late; also where the sweep has not come by yet. */
export function checkTurn(ctx: Ctx, { settlement, offers }: WholeSettlement): void {
  const turn = decideTurn(settlement.state, offers.at(-1));
  if (turn === undefined)
    throw settlementErrors.settlement_not_open(`The settlement is ${settlement.state}.`);
  if (settlement.dueAt !== null && settlement.dueAt <= ctx.now) throw settlementErrors.offer_expired();
  if (turn !== sideOf(ctx)) throw settlementErrors.not_your_turn();
}

/**
 * The side that has the turn takes what was offered: money to the customer is set on its way, money from the customer is to be
 * paid in time. Refusals: settlement_not_open, not_your_turn, offer_expired, order_not_settleable.
 */
export const acceptSettlement = (ctx: Ctx, id: string): Promise<SettlementView> =>
  underLock(ctx, id, async (tx, { order, whole }) => {
    checkTurn(ctx, whole);
    const locked = { order, lines: await listLines(tx, ctx.shop.id, order.id) };
    if (!canTake(locked, whole)) throw settlementErrors.order_not_settleable();
    if (whole.settlement.direction === 'to_customer') return payOut(tx, ctx, locked, whole);
    const dueAt = after(ctx.now, settlementsSettings.of(ctx.shop).payHours * HOUR_MS);
    const changes = { state: 'accepted', acceptedAt: ctx.now, dueAt } as const;
    const accepted = await moveSettlement(tx, whole, changes, ctx.now);
    await tell(tx, ctx, settlementEvents.accepted, accepted.settlement);
    return accepted;
  });

interface CounterInput {
  readonly settlementId: string;
  /** Minor units. */
  readonly amount: number;
  readonly message?: string;
}

/**
 * The side that has the turn offers another amount, which is spread over the lines as the first one was, and the other side has
 * the turn. Refusals: those of checkTurn, too_many_rounds, settlement_too_large, order_not_settleable.
 */
export const counterSettlement = (ctx: Ctx, input: CounterInput): Promise<SettlementView> =>
  underLock(ctx, input.settlementId, async (tx, { order, whole }) => {
    checkTurn(ctx, whole);
    if (order.status === 'cancelled') throw settlementErrors.order_not_settleable();
    const { offerHours, counterOffers } = settlementsSettings.of(ctx.shop);
    if (whole.settlement.editId !== null)
      throw settlementErrors.too_many_rounds('What an edit of the order costs is not open to offers.');
    if (countersOf(whole.offers) >= counterOffers)
      throw settlementErrors.too_many_rounds(`There may be ${counterOffers} counter-offers.`);
    const amount = BigInt(input.amount);
    const shares = sharesOf(order, whole, amount);
    const orderLines = await listLines(tx, ctx.shop.id, order.id);
    const offer = newOffer(ctx, whole, {
      side: sideOf(ctx),
      amount,
      message: input.message,
      expiresAt: after(ctx.now, offerHours * HOUR_MS),
    });
    await insertOffer(tx, offer);
    const rescaled = whole.lines.map((line, at) => ({ ...line, amount: shares[at] ?? 0n }));
    const lines = rescaled.map((line) => ({ ...line, taxAmount: taxOf(orderLines, line) }));
    await rescaleLines(tx, lines);
    const { settlement } = whole;
    const freightAmount = settlement.freightAmount > 0n ? amount : 0n;
    const changes = { amount, freightAmount, dueAt: offer.expiresAt };
    const offers = [...whole.offers, offer];
    // A counter-offer to a counter-offer changes the amount and the turn, and leaves the state.
    const countered =
      settlement.state === 'countered'
        ? { settlement: await changeSettlement(tx, settlement, changes, ctx.now), lines, offers }
        : {
            ...(await moveSettlement(tx, whole, { ...changes, state: 'countered' }, ctx.now)),
            lines,
            offers,
          };
    await tell(tx, ctx, settlementEvents.countered, countered.settlement);
    return countered;
  });

function sharesOf(order: Order, { settlement, lines }: WholeSettlement, amount: bigint): bigint[] {
  const { direction, freightAmount } = settlement;
  const room = direction === 'to_customer' ? MAX_AMOUNT : roomOf(order);
  const left = freightAmount > 0n && direction === 'to_customer' ? freightLeftOf(order) : room;
  const shares = scaleOffer(direction, amount, lines);
  if (shares && amount <= left) return shares;
  const most = minOf(largestOffer(direction, lines), left);
  throw settlementErrors.settlement_too_large(`At most ${most} can be offered.`, {
    pointer: '/amount',
    extra: { largestAmount: Number(most) },
  });
}

/** What an order can be made dearer by, so that the API can still carry its total. */
export const roomOf = ({ totalAmount, chargedAmount }: Order): bigint =>
  MAX_AMOUNT - totalAmount - chargedAmount;

/**
 * Whether an order still has what a settlement is about: units of its lines may have been cancelled or come back since it was
 * offered, and the order may be over.
 */
export function canTake(
  { order, lines }: OrderLines,
  { settlement, lines: settled }: WholeSettlement,
): boolean {
  if (order.status === 'cancelled') return false;
  if (
    settlement.direction === 'from_customer'
      ? settlement.amount > roomOf(order)
      : settlement.freightAmount > freightLeftOf(order)
  )
    return false;
  return settled.every(({ lineId, amount, isCharge }) => {
    const line = lines.find(({ id }) => id === lineId);
    if (amount === 0n || !line) return amount === 0n;
    return isCharge ? unitsLeftOf(line) > 0 : amount <= valueLeftOf(line);
  });
}

/** The next offer of a settlement. */
export function newOffer(
  ctx: Ctx,
  { settlement, offers }: Pick<WholeSettlement, 'settlement' | 'offers'>,
  made: { side: Side; amount: bigint; message: string | undefined; expiresAt: Date },
): SettlementOffer {
  if (made.amount > MAX_AMOUNT) throw platformErrors.amount_too_large();
  return {
    shopId: settlement.shopId,
    settlementId: settlement.id,
    round: offers.length + 1,
    side: made.side,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    amount: made.amount,
    message: made.message ?? null,
    createdAt: ctx.now,
    expiresAt: made.expiresAt,
  };
}
