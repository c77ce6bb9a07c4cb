import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { post, type TransferInput } from '../ledger/post.ts';
import { decideLegs } from './posting-rules.ts';
import type { Order } from './tables.ts';

/** What an order that is placed adds to the books. */
export const placedTransfer = (order: Order): TransferInput => ({
  kind: 'order_placed',
  subject: order.id,
  legs: decideLegs(order.id, undefined, { ...order, paidAmount: 0n }),
  effectiveAt: order.placedAt,
});

/** Posts how the books of a locked order move from how it was to how it is; nothing, where they stay. `subject` is the cause. */
export async function postOrderChange(
  tx: Tx,
  ctx: Ctx,
  change: { readonly kind: string; readonly subject: string; readonly effectiveAt?: Date },
  before: Order,
  after: Order,
): Promise<void> {
  await post(tx, ctx, { ...change, legs: decideLegs(after.id, before, after) });
}
