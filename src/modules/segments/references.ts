import type { Tx } from '../../platform/db/client.ts';
import type { Violation } from '../../platform/errors.ts';
import { segmentErrors } from './errors.ts';
import { holdNamed } from './repository.ts';

/**
 * Building block: makes sure that a rule of another module names only segments that the shop has and that are not archived, until the
 * caller commits. `named` are the ids by field. Refusals: segment_not_found, segment_archived.
 */
export async function requireSegments(
  tx: Tx,
  shopId: string,
  named: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const places = Object.entries(named).flatMap(([field, ids]) =>
    ids.map((id, i) => ({ id, pointer: `/${field}/${i}` })),
  );
  if (places.length === 0) return;
  const rows = await holdNamed(
    tx,
    shopId,
    places.map(({ id }) => id),
  );
  const known = new Map(rows.map((row) => [row.id, row.archivedAt]));
  refuse(
    'segment_not_found',
    places.filter(({ id }) => !known.has(id)),
  );
  refuse(
    'segment_archived',
    places.filter(({ id }) => known.get(id)),
  );
}

function refuse(
  code: 'segment_not_found' | 'segment_archived',
  places: readonly { readonly pointer: string }[],
): void {
  const { title } = segmentErrors[code];
  const violations = places.map(({ pointer }): Violation => ({ in: 'body', pointer, code, detail: title }));
  if (violations.length > 0) throw segmentErrors[code](undefined, { violations });
}
