import type { Deps } from '../../../platform/context.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import type { Payment, Refund } from '../tables.ts';

/** What a provider says about a charge. */
export interface ProviderEvent {
  readonly paymentId: string;
  /** The provider's id of this statement: the same statement said twice has the same id. */
  readonly eventId: string;
  readonly kind: 'succeeded' | 'processing' | 'failed';
  readonly reference: string | null;
  readonly failureCode: string | null;
}

export interface CallbackRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * A way to take money and give it back. Calls may be repeated with the same payment or refund, whose id is the
 * idempotency key with the provider; a repetition must not move money again. An error means "not known": the call is repeated.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Staff says that the money was taken or given; nothing is called. */
  readonly manual: boolean;
  /** Whether this shop may use it. */
  isAvailable(shop: Shop): boolean;
  charge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent>;
  /** What became of a charge, without asking for one; undefined when the provider never heard of it. */
  findCharge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent | undefined>;
  refund(
    deps: Deps,
    shop: Shop,
    refund: Refund,
    payment: Payment,
  ): Promise<{ reference: string } | { failureCode: string }>;
  /** The statements in a callback; undefined when it does not come from the provider. */
  readCallback(deps: Deps, shop: Shop, request: CallbackRequest): readonly ProviderEvent[] | undefined;
}
