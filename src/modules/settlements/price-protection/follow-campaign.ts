import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import type { FeedEvent } from '../../../platform/events/dispatcher.ts';
import { newId } from '../../../platform/ids.ts';
import { shelve } from '../../campaigns/engine/shelf.ts';
import type { Campaign } from '../../campaigns/engine/facts.ts';
import { isForEverybody } from '../../campaigns/everybody-rules.ts';
import { findAnyCampaigns } from '../../campaigns/load.ts';
import { listComparedNet } from './facts-repository.ts';
import { queueProducts } from './repository.ts';

/**
 * A campaign began, goes on or says something else: what everybody pays may have fallen, which only a sweep finds out. It is queued
 * for each reason for which the shop ever promised to compare net prices.
 */
export async function followCampaign(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void> {
  const reasons = await listComparedNet(tx, ctx.shop.id);
  if (reasons.length === 0) return;
  const [campaign] = await findAnyCampaigns(tx, ctx.shop.id, [event.subject_id]);
  if (campaign?.state !== 'running' || !isForEverybody(campaign)) return;
  const productIds = productsOf(campaign);
  for (const reason of reasons)
    await queueProducts(tx, ctx.shop.id, {
      id: newId(),
      reason,
      productIds,
      now: ctx.now,
      at: event.occurred_at,
    });
}

/** The products that it is about where it names them; null: any may be among them. */
function productsOf(campaign: Campaign): string[] | null {
  const { byProduct, byCategory, byCollection, everywhere } = shelve([campaign]);
  const isOpen = everywhere.length + byCategory.size + byCollection.size > 0;
  return isOpen ? null : [...byProduct.keys()];
}
