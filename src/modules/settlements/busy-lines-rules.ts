import type { Violation } from '../../platform/errors.ts';
import { settlementErrors } from './errors.ts';

/**
 * Refuses when one of the lines is held by a settlement that is not over, and names it. `pointer`: the list of the request that has
 * them in this order. Refusal: line_in_settlement.
 */
export function refuseBusy(
  lines: readonly { readonly id: string }[],
  busy: ReadonlyMap<string, string | null>,
  pointer?: string,
): void {
  const held = lines.flatMap(({ id }, index) => {
    const settlementId = busy.get(id);
    return settlementId === undefined ? [] : [{ lineId: id, settlementId, index }];
  });
  const [first] = held;
  if (!first) return;
  const violations = held.map(
    ({ lineId, settlementId, index }): Violation => ({
      in: 'body',
      pointer: pointer === undefined ? '' : `${pointer}/${index}/lineId`,
      code: 'line_in_settlement',
      detail:
        settlementId === null
          ? `Units of the line ${lineId} are about to go with an edit.`
          : `The line ${lineId} is in the settlement ${settlementId}, which is not over.`,
    }),
  );
  const { lineId, settlementId } = first;
  throw settlementErrors.line_in_settlement(violations[0]?.detail, {
    ...(pointer === undefined ? {} : { violations }),
    extra: { lineId, ...(settlementId !== null && { settlementId }) },
  });
}
