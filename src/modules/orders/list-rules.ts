import { orderErrors } from './errors.ts';

export const ORDER_SORTS = ['placedAt', '-placedAt', 'updatedAt'] as const;
export type OrderSort = (typeof ORDER_SORTS)[number];

/** Whoever follows changes pages along them; any other order would read past all that did not change. */
export const defaultSort = (filter: { readonly updatedSince?: string }): OrderSort =>
  filter.updatedSince ? 'updatedAt' : '-placedAt';

const BY_PLACING: readonly OrderSort[] = ['placedAt', '-placedAt'];

/**
 * Refuses a list that is filtered by one time and sorted by another: to fill a page, it would read past everything that the
 * filter leaves out, up to the whole table. A number or an external id finds one order, whatever stands beside it.
 * Throws sort_not_available.
 */
export function checkSort(filter: {
  readonly sort: OrderSort;
  readonly placedAtFrom?: string;
  readonly placedAtTo?: string;
  readonly updatedSince?: string;
  readonly number?: string;
  readonly externalId?: string;
}): void {
  if (filter.number !== undefined || filter.externalId !== undefined) return;
  const isByPlacing = BY_PLACING.includes(filter.sort);
  const crossed = isByPlacing ? filter.updatedSince : (filter.placedAtFrom ?? filter.placedAtTo);
  if (crossed === undefined) return;
  const detail = isByPlacing
    ? '`updatedSince` goes with `sort=updatedAt`, and not with `placedAtFrom` or `placedAtTo`.'
    : '`placedAtFrom` and `placedAtTo` go with `sort=placedAt` or `sort=-placedAt`, and not with `updatedSince`.';
  const { code } = orderErrors.sort_not_available;
  throw orderErrors.sort_not_available(detail, {
    violations: [{ in: 'query', pointer: '/sort', code, detail }],
  });
}
