/** What a secret key may be allowed to do. `read` never changes anything; `write` includes `read` nowhere. */
export const SCOPES = [
  'activities:read',
  'activities:write',
  'api-keys:read',
  'api-keys:write',
  'audit:read',
  'calendar:read',
  'calendar:write',
  'campaigns:read',
  'campaigns:write',
  'carriers:read',
  'carriers:write',
  'changes:read',
  'coupons:read',
  'coupons:write',
  'customers:read',
  'customers:write',
  'ledger:read',
  'loyalty:read',
  'loyalty:write',
  'orders:import',
  'orders:read',
  'orders:write',
  'parcels:read',
  'parcels:write',
  'payment-accounts:read',
  'payment-accounts:write',
  'payments:read',
  'payments:write',
  'products:read',
  'products:write',
  'segments:read',
  'segments:write',
  'settlements:read',
  'settlements:write',
  'shipping:read',
  'shipping:write',
  'shop:read',
  'shop:write',
  'wallets:read',
  'wallets:write',
  'webhooks:read',
  'webhooks:write',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who may call an operation. */
export interface Access {
  /** The scope that a secret key needs. */
  readonly secret?: Scope;
  /** Publishable keys may call it. */
  readonly publishable?: boolean;
  /** Customer tokens may call it; the use case shows and changes only what is the customer's. */
  readonly customer?: boolean;
  /** The token in the path opens it: the holder of a link to one thing of this kind. The use case sees only that thing. */
  readonly link?: string;
  /** No credential: the request proves itself in another way, for example by a provider's signature. */
  readonly open?: boolean;
}
