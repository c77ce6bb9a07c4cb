import { decideSort, sortNotAvailable } from '../../platform/sorting.ts';

export const ORDER_SORTS = ['placedAt', '-placedAt', 'updatedAt'] as const;
export type OrderSort = (typeof ORDER_SORTS)[number];

/**
 * How a list of orders is sorted: one that is filtered by a time is sorted by that time. A number or an external id finds one
 * order, whatever stands beside it. Throws sort_not_available.
 */
export function decideOrderSort(filter: {
  readonly sort?: OrderSort;
  readonly placedAtFrom?: string;
  readonly placedAtTo?: string;
  readonly updatedSince?: string;
  readonly number?: string;
  readonly externalId?: string;
}): OrderSort {
  if (filter.number !== undefined || filter.externalId !== undefined) return filter.sort ?? '-placedAt';
  const sort = decideSort(filter, '-placedAt', ['updatedAt']);
  if (sort !== 'updatedAt' || (filter.placedAtFrom ?? filter.placedAtTo) === undefined) return sort;
  throw sortNotAvailable(
    '`placedAtFrom` and `placedAtTo` go with `sort=placedAt` or `sort=-placedAt`, and not with `updatedSince`.',
  );
}
