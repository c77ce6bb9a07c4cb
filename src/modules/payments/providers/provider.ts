import type { Ctx, Deps } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import type { Account } from '../../ledger/accounts.ts';
import type { LedgerEntry } from '../../ledger/tables.ts';
import type { Payment, Refund } from '../tables.ts';

/** What a provider says about a charge. */
export interface ProviderEvent {
  readonly paymentId: string;
  /** The provider's id of this statement: the same statement said twice has the same id. */
  readonly eventId: string;
  readonly kind: 'succeeded' | 'processing' | 'failed';
  readonly reference: string | null;
  readonly failureCode: string | null;
  /** How the provider calls the state of an attempt that is open, such as `requires_action`. */
  readonly providerStatus?: string;
  /** When it was said, where the provider tells: what is older than what is known changes nothing. */
  readonly saidAt?: Date;
  /** A failed charge that the provider would still take money for, until it is cancelled there. */
  readonly staysOpen?: boolean;
}

/** What a provider says about a refund. */
export interface ProviderRefundEvent {
  readonly paymentId: string;
  readonly refundId: string;
  /** Which handing over of the refund it is about. */
  readonly attempt: number;
  readonly eventId: string;
  readonly outcome: RefundOutcome;
}

/** How a refund stands with its provider. */
export type RefundOutcome =
  | { readonly kind: 'succeeded'; readonly reference: string | null }
  | { readonly kind: 'pending'; readonly reference: string }
  | { readonly kind: 'failed'; readonly failureCode: string };

export interface CallbackRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What a provider opened, before any money can move by it. */
export interface OpenedCharge {
  readonly reference: string;
  readonly clientSecret: string | null;
}

/**
 * Value that the payer keeps in the shop's own books. It moves in the transaction that asks for it: no provider is called, no
 * attempt is ever open, and a refund has arrived when it is requested.
 */
interface StoredValue {
  /**
   * The account that pays or gets back; undefined where the payer has none. What the account belongs to is locked here, before the account.
   * Refusals: its own, of a payment.
   */
  accountOf(
    tx: Tx,
    ctx: Ctx,
    move: { readonly payment: Payment; readonly payerId: string | null; readonly kind: 'spent' | 'refunded' },
  ): Promise<Account | undefined>;
  /** Writes down for the payer what was posted to the account. */
  onMoved(tx: Tx, ctx: Ctx, payment: Payment, entry: LedgerEntry, kind: 'spent' | 'refunded'): Promise<void>;
}

/**
 * A way to take money and give it back. Calls may be repeated with the same payment or refund, whose id is the
 * idempotency key with the provider; a repetition must not move money again. An error means "not known": the call is repeated.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Staff says that the money was taken or given; nothing is called. */
  readonly manual: boolean;
  readonly storedValue?: StoredValue;
  /** Whether this shop may use it for new payments. */
  isAvailable(on: Reader, shop: Shop): boolean | Promise<boolean>;
  /** Refuses what it is known never to take: an amount, or an option that means nothing to it. */
  checkCharge?(payment: Payment): void;
  /**
   * Opens a charge by which no money can move yet, or says that it never will. Its id is committed before `charge` is
   * called, so that a repetition finds the same charge, also when the provider has forgotten the idempotency key.
   */
  open?(deps: Deps, shop: Shop, payment: Payment): Promise<OpenedCharge | ProviderEvent>;
  charge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent>;
  /** What became of a charge, without asking for one; undefined when the provider never heard of it. */
  findCharge(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent | undefined>;
  /**
   * Gives a charge up, so that no money moves by it any more; says what became of it when it is too late. Undefined
   * when the provider never heard of it.
   */
  cancel(deps: Deps, shop: Shop, payment: Payment): Promise<ProviderEvent | undefined>;
  refund(deps: Deps, shop: Shop, refund: Refund, payment: Payment): Promise<RefundOutcome>;
  /** The statements in a callback about what is this shop's; undefined when it does not come from the provider. */
  readCallback(
    deps: Deps,
    shop: Shop,
    request: CallbackRequest,
  ): Promise<readonly (ProviderEvent | ProviderRefundEvent)[] | undefined>;
}
