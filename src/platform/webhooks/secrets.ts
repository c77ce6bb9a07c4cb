import type { Sealing } from '../sealing.ts';

/** Where an endpoint's secrets belong; the earlier one keeps its place, because it is moved as it is. */
export const bindingOf = (shopId: string, endpointId: string): string =>
  `${shopId}/webhook_endpoints/${endpointId}/secret`;

/** The secrets of an endpoint as its row holds them. */
export interface SealedSecrets {
  readonly secret: Buffer;
  readonly previous_secret: Buffer | null;
  readonly previous_secret_expires_at: Date | null;
}

/** The secrets that count now: the newest, and while rotating the one before. */
export function secretsOf(
  sealing: Sealing,
  shopId: string,
  endpointId: string,
  endpoint: SealedSecrets,
  now: Date,
): string[] {
  const { secret, previous_secret: previous, previous_secret_expires_at: expiresAt } = endpoint;
  const live = previous !== null && expiresAt !== null && expiresAt > now ? [secret, previous] : [secret];
  return live.map((sealed) => sealing.open(sealed, bindingOf(shopId, endpointId)));
}
