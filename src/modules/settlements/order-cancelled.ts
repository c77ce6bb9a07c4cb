import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { cancel } from './decide.ts';
import { lockSettlement } from './locked.ts';
import { findOpenSettlements, moveSettlement } from './settlement-repository.ts';
import type { Settlement } from './tables.ts';

/**
 * An order is cancelled: nothing about its price is open any more. What is on its way to the customer arrives; its refunds say so.
 * Until then nothing could be accepted or paid, because the order says that it is cancelled. The same event again changes nothing.
 */
export async function cancelSettlementsOf(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  for (const id of await findOpenSettlements(tx, ctx.shop.id, event.subject_id)) {
    const { order, whole } = await lockSettlement(tx, ctx, id);
    const { settlement } = whole;
    if (!isOver(settlement)) {
      // Its attempts were cancelled with the order.
      const failed =
        settlement.state === 'paying' ? await moveSettlement(tx, whole, { state: 'failed' }, ctx.now) : whole;
      await cancel(tx, ctx, { order, whole: failed });
    }
  }
}

const isOver = ({ state, direction }: Settlement): boolean => {
  const states = [
    'draft',
    'offered',
    'countered',
    ...(direction === 'from_customer' ? ['accepted', 'paying', 'failed'] : []),
  ];
  return !states.includes(state);
};
