import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import type { Violation } from '../../platform/errors.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { settlementErrors } from './errors.ts';

/** Refuses ids in a body that no product of the shop has: a rule that names them would never do anything. `product_not_found`. */
export async function requireProducts(
  on: Reader,
  ctx: Ctx,
  named: Readonly<Record<string, readonly string[] | undefined>>,
): Promise<void> {
  const lists = Object.entries(named).map(([field, ids = []]) => ({ field, ids }));
  const wanted = [...new Set(lists.flatMap(({ ids }) => ids))];
  if (wanted.length === 0) return;
  const known = new Set((await findSellables(on, ctx.shop.id, wanted)).map(({ id }) => id));
  const violations = lists.flatMap(({ field, ids }) =>
    ids.flatMap((id, index): Violation[] =>
      known.has(id)
        ? []
        : [
            {
              in: 'body',
              pointer: `/${field}/${index}`,
              code: 'product_not_found',
              detail: `There is no product ${id}.`,
            },
          ],
    ),
  );
  if (violations.length > 0) throw settlementErrors.product_not_found(undefined, { violations });
}
