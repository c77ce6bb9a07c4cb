import { platformErrors } from './errors.ts';

/** The refusal of a list that is filtered by one time and sorted by another. */
export const sortNotAvailable = (detail: string) =>
  platformErrors.sort_not_available(detail, {
    violations: [{ in: 'query', pointer: '/sort', code: 'sort_not_available', detail }],
  });

/**
 * How a list is sorted: as it is asked for; with `updatedSince` in the order of changes, else as is usual. Whoever follows
 * changes pages along them: in any other order a page would be found by reading past all that did not change, up to the whole
 * table. `byChange` are the sorts that go with `updatedSince`, the usual one first. Throws sort_not_available.
 */
export function decideSort<S extends string>(
  query: { readonly sort?: S; readonly updatedSince?: string },
  usual: S,
  byChange: readonly [S, ...S[]],
): S {
  if (query.updatedSince === undefined) return query.sort ?? usual;
  const sort = query.sort ?? byChange[0];
  if (byChange.includes(sort)) return sort;
  const names = byChange.map((name) => `\`sort=${name}\``).join(' or ');
  throw sortNotAvailable(`\`updatedSince\` goes with ${names}, and without a filter by another time.`);
}
