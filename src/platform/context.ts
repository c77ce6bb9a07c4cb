import type { KnownCredentials } from './auth/known-credentials.ts';
import type { Clock } from './clock.ts';
import { shopTime } from './clock.ts';
import type { Config } from './config.ts';
import type { Db } from './db/client.ts';
import type { Logger } from './logging.ts';
import type { Shop } from './shops/shop.ts';
import { newId } from './ids.ts';

/** What the process has and every request shares. */
export interface Deps {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  /** Credentials that need not be read again; absent where every request asks the database. */
  readonly known?: KnownCredentials;
  /** Tells the dispatcher of this process that committed events wait to be numbered. */
  readonly wakeDispatcher: () => void;
}

/** Who acts: an API key, a customer, the holder of a link, a payment provider, or the system itself. */
export interface Actor {
  readonly kind: 'api_key' | 'customer' | 'link' | 'provider' | 'system';
  readonly id: string;
}

/** An answer as it goes out. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The answer to a request with an Idempotency-Key, stored in the transaction of its effect. */
export interface IdempotentCall {
  readonly credentialId: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** Turns the use case's result into the answer as it goes out. */
  readonly render: (result: unknown) => Answer;
}

/** Everything a use case may know about the call it serves. */
export interface Ctx extends Deps {
  readonly shop: Shop;
  readonly actor: Actor;
  /** Set when a customer calls: the call then sees and changes only what is theirs. */
  readonly customerId: string | undefined;
  /** Set when anybody calls who has seen the key of a shop front: nothing is told of a person. */
  readonly isPublic?: boolean;
  /** Set when the holder of a link calls: the one thing that the call sees and changes. */
  readonly linkedId: string | undefined;
  /** The shop's time. Orders, policies, points and campaigns go by it. */
  readonly now: Date;
  /** The real time. Keys, tokens and link expiry go by it. */
  readonly realNow: Date;
  readonly requestId: string;
  /** The version that If-Match names. */
  readonly expectedVersion: number | undefined;
  readonly idempotency: IdempotentCall | undefined;
}

/** The context of work that the system does by itself: sweeps, subscribers, payment jobs. */
export function systemContext(deps: Deps, shop: Shop, name: string): Ctx {
  const realNow = deps.clock.now();
  return {
    ...deps,
    shop,
    actor: { kind: 'system', id: name },
    customerId: undefined,
    linkedId: undefined,
    now: shopTime(shop, realNow),
    realNow,
    requestId: newId(),
    expectedVersion: undefined,
    idempotency: undefined,
  };
}
