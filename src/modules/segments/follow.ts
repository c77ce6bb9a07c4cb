import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { FeedEvent } from '../../platform/events/dispatcher.ts';
import { queueChecks } from './checks-repository.ts';
import { evaluateChecks } from './evaluate.ts';

/** A customer has changed: every rule looks at them. While somebody else decides about members they wait in the queue. */
export async function followCustomer(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  await queueChecks(tx, ctx.shop.id, [event.subject_id], ctx.now);
  await evaluateChecks(tx, ctx);
}

/** Something was bought or given back: whoever waits in the queue is looked at now, and not when the sweep comes by. */
export const followQueue = async (tx: Tx, ctx: Ctx): Promise<void> => void (await evaluateChecks(tx, ctx));
