/** What an order says that points depend on. Amounts are minor units of the shop's currency. */
export interface Purchase {
  readonly orderId: string;
  readonly customerId: string;
  readonly paidAt: Date;
  /** Null while it has not arrived. */
  readonly deliveredAt: Date | null;
  /** By how much its campaigns multiply what it earns, in basis points. */
  readonly campaignMultiplierBps: number;
  readonly lines: readonly PurchaseLine[];
}

export interface PurchaseLine {
  readonly lineId: string;
  readonly productId: string;
  readonly category: string | null;
  /** Units that the customer has or still gets. */
  readonly quantity: number;
  /** What they cost as it stands, after discounts and settlements. */
  readonly amount: bigint;
  /** Given away. */
  readonly isGift: boolean;
}
