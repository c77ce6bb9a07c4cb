import type { Static } from '@sinclair/typebox';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import type { orderEvents } from '../orders/events.ts';
import { paymentEventKinds } from '../payments/events.ts';
import { settlementEvents } from '../settlements/events.ts';
import {
  changePurchaseAmount,
  hasPurchase,
  setPurchaseAmount,
  upsertPurchase,
} from './purchase-repository.ts';
import { categoriesOf, keptAmount } from './purchase-rules.ts';
import { purchaseChanges } from './ports.ts';
import { holdSurvivor } from './standing.ts';

type OrderData = Static<typeof orderEvents.cancelled.data> &
  Partial<Pick<Static<typeof orderEvents.paid.data>, 'lines'>>;
type SettlementData = Static<typeof settlementEvents.settled.data>;
type RefundData = Static<typeof paymentEventKinds.refundRequested.data>;

/**
 * Keeps what an order amounts to for its customer, from what an order or a refund tells, and tells who goes by it. The same event
 * again changes nothing.
 */
export async function keepPurchase(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const customerId = await writePurchase(tx, ctx, event);
  if (customerId !== undefined) await purchaseChanges.get()(tx, ctx, customerId);
}

/** Whether anything was kept of an order of this customer. */
export const hasBought = (on: Reader, shopId: string, customerId: string): Promise<boolean> =>
  hasPurchase(on, shopId, customerId);

/** Returns whose purchase has changed. */
async function writePurchase(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<string | undefined> {
  if (event.type === paymentEventKinds.refundRequested.type) return lowerPurchase(tx, ctx, event);
  if (event.type === settlementEvents.settled.type) return raisePurchase(tx, ctx, event);
  const data = event.data as OrderData;
  if (data.customerId === null) return undefined;
  const amount = keptAmount(data);
  const what = { orderId: event.subject_id, amount, position: event.position };
  // An order of which nothing is kept is no purchase; one that was a purchase before comes down to nothing.
  if (amount === 0n || !data.lines) return setPurchaseAmount(tx, ctx.shop.id, what);
  const customerId = await holdSurvivor(tx, ctx.shop.id, data.customerId);
  if (customerId === undefined) return undefined;
  const categories = categoriesOf(data.lines);
  return upsertPurchase(tx, {
    ...what,
    shopId: ctx.shop.id,
    customerId,
    placedAt: new Date(data.placedAt),
    categories,
  });
}

/** Money of an order that is set on its way back. A surplus was never part of what the order amounts to. */
async function lowerPurchase(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<string | undefined> {
  const { subjectType, subjectId, amount, reason, ...data } = event.data as RefundData;
  // An event from before refunds told the order: then what was paid for was the order itself.
  const orderId = data.orderId ?? (subjectType === 'order' ? subjectId : null);
  if (orderId === null || reason === 'surplus') return undefined;
  return changePurchaseAmount(tx, ctx.shop.id, {
    orderId,
    amount: -BigInt(amount),
    position: event.position,
  });
}

/** What the customer paid on top of an order. Money to the customer is a refund, or stored value that is spent later. */
async function raisePurchase(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<string | undefined> {
  const { direction, orderId, amount } = event.data as SettlementData;
  if (direction !== 'from_customer') return undefined;
  return changePurchaseAmount(tx, ctx.shop.id, {
    orderId,
    amount: BigInt(amount),
    position: event.position,
  });
}
