import { eq, gte } from 'drizzle-orm';
import type { Reader } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import type { Page } from '../../platform/http/pagination.ts';
import type { SettlementState } from './states.ts';
import { type Settlement, settlements } from './tables.ts';

export interface SettlementFilter {
  readonly limit: number;
  readonly cursor?: string;
  readonly orderId?: string;
  readonly customerId?: string;
  readonly state?: SettlementState;
  readonly updatedSince?: string;
}

/**
 * Newest first: of an order by settlements_order_idx, of a customer by settlements_customer_idx, in a state by settlements_state_idx,
 * else along the key. By change along settlements_updated_at_idx, or settlements_state_updated_at_idx in a state; an order and a
 * customer have few, which are sorted.
 */
const keyset = createKeyset({
  name: 'settlements',
  table: settlements,
  filters: {
    orderId: (value) => eq(settlements.orderId, value),
    ownerId: (value) => eq(settlements.customerId, value),
    customerId: (value) => eq(settlements.customerId, value),
    state: (value) => eq(settlements.state, value),
    updatedSince: (value) => gte(settlements.updatedAt, value),
  },
  sorts: {
    '-id': { columns: [settlements.id], direction: 'desc' },
    updatedAt: { columns: [settlements.updatedAt, settlements.id], direction: 'asc' },
  },
});

/** A page of settlements; with an owner, only theirs, whatever the filter says. */
export function listSettlementRows(
  on: Reader,
  shopId: string,
  filter: SettlementFilter,
  ownerId?: string,
): Promise<Page<Settlement>> {
  const { limit: _limit, cursor: _cursor, ...filters } = filter;
  const sort = filter.updatedSince === undefined ? '-id' : 'updatedAt';
  return keyset(on, { shopId, page: filter, sort, filters: { ...filters, ownerId } });
}
