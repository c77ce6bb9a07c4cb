import type { Reader } from '../../../platform/db/client.ts';
import { definePort } from '../../../platform/ports.ts';

/** A customer and the first order of theirs with an entry item. */
export interface EntryBuyer {
  readonly customerId: string;
  readonly orderId: string;
  readonly placedAt: Date;
}

/** What customers bought next. Amounts are minor units. */
export interface NextPurchases {
  /** How many of the customers bought anything. */
  readonly buyers: number;
  readonly orders: number;
  /** Of goods, after discounts, without what was given back since. */
  readonly revenueAmount: bigint;
  /** The part of the revenue whose cost is known, and that cost. */
  readonly costedRevenueAmount: bigint;
  readonly costAmount: bigint;
}

export interface BuyersOrders {
  /** What each bought after that order, within so many days of it. */
  sumNext(on: Reader, shopId: string, buyers: readonly EntryBuyer[], days: number): Promise<NextPurchases>;
}

export const buyersOrders = definePort<BuyersOrders>('campaigns.buyersOrders');
