import { createSigner, createVerifier } from 'fast-jwt';
import type { Clock } from '../clock.ts';

/**
 * Signed tokens. Each purpose has its own audience, so that a quote can never be used to log in. Their times are
 * real time, whatever the shop's clock says.
 */
export interface Tokens<T extends object> {
  sign(payload: T, ttlSeconds: number): { token: string; expiresAt: Date };
  /** The payload, or why the token does not count. */
  verify(token: string): { payload: T & { iat: number } } | { refusal: 'invalid' | 'expired' };
}

/** Tokens for one purpose, signed with HS256 by the process's secret. */
export function createTokens<T extends object>(purpose: string, secret: string, clock: Clock): Tokens<T> {
  return {
    sign(payload, ttlSeconds) {
      const issued = Math.floor(clock.now().getTime() / 1000);
      const expires = issued + ttlSeconds;
      const signer = createSigner({ key: secret, algorithm: 'HS256', aud: purpose });
      return {
        token: signer({ ...payload, iat: issued, exp: expires }),
        expiresAt: new Date(expires * 1000),
      };
    },
    verify(token) {
      const clockTimestamp = clock.now().getTime();
      const verifier = createVerifier({
        key: secret,
        algorithms: ['HS256'],
        allowedAud: purpose,
        // What a token does not say is not checked: without this, one without an audience would serve every purpose.
        requiredClaims: ['aud', 'iat', 'exp'],
        clockTimestamp,
      });
      try {
        return { payload: verifier(token) as T & { iat: number } };
      } catch (error) {
        return { refusal: (error as { code?: string }).code === 'FAST_JWT_EXPIRED' ? 'expired' : 'invalid' };
      }
    },
  };
}

export interface CustomerTokenPayload {
  readonly shop: string;
  readonly sub: string;
}

/** A token with which a customer acts for themselves. */
export const customerTokens = (config: { tokenSecret: string }, clock: Clock): Tokens<CustomerTokenPayload> =>
  createTokens('customer', config.tokenSecret, clock);
