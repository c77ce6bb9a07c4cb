import type { Ctx } from '../../platform/context.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { checkVersion } from '../../platform/versions.ts';
import { orderErrors } from './errors.ts';
import { loadWhole, lockOrder, type OrderWhole, updateOrder } from './repository.ts';
import { addTimeline } from './timeline.ts';

interface OrderChanges {
  readonly externalId?: string | null;
  readonly staffNote?: string | null;
  readonly metadata?: Readonly<Record<string, string | null>>;
}

/** Changes what outside systems attach to an order. Its goods and its price are changed in other ways. */
export async function updateOrderNotes(
  ctx: Ctx,
  orderId: string,
  changes: OrderChanges,
): Promise<OrderWhole> {
  return inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx, ctx.shop.id, orderId);
    checkVersion(ctx, order);
    const { metadata, ...fields } = changes;
    const merged = { ...order.metadata, ...metadata };
    const kept = Object.fromEntries(
      Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null),
    );
    if (Object.keys(kept).length > 50)
      throw orderErrors.too_much_metadata(undefined, { pointer: '/metadata' });
    const updated = await onConflict(
      updateOrder(tx, order, { ...fields, metadata: kept }, ctx.now),
      'orders_external_id_key',
      () => orderErrors.external_id_taken(undefined, { pointer: '/externalId' }),
    );
    await addTimeline(tx, ctx, order.id, {
      kind: 'note_changed',
      isPublic: false,
      details: { fields: Object.keys(changes) },
    });
    return loadWhole(tx, updated);
  });
}
