import type { Reader } from '../../../platform/db/client.ts';
import type { PriceWindow } from '../ports.ts';
import { findOfferedPrices } from './repository.ts';
import type { OfferedPrice } from './rules.ts';

/** The list prices of products in windows, the oldest first, with those in force when they opened. */
export const listOfferedPrices = (
  on: Reader,
  shopId: string,
  windows: readonly PriceWindow[],
): Promise<ReadonlyMap<string, readonly OfferedPrice[]>> => findOfferedPrices(on, shopId, windows);
