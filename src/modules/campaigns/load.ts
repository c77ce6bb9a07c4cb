import { putBounded } from '../../platform/bounded-map.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { type Guard, whenStale } from '../../platform/db/guards.ts';
import type { Campaign } from './engine/facts.ts';
import { type Shelf, shelve } from './engine/shelf.ts';
import type { EntryMark } from './entry-items/mark-rules.ts';
import { findCampaigns, findRevision, raiseRevision, readShelf, shelfPart } from './shelf-repository.ts';

/** The campaigns of a shop that a basket is priced under: scheduled, running and paused, by the version in force. */
export interface ShopCampaigns {
  /** Rises with every change of one of them, or of an entry item. */
  readonly revision: number;
  readonly shelf: Shelf;
  /** By product. */
  readonly entryItems: ReadonlyMap<string, EntryMark>;
}

const MOST_REMEMBERED = 500;
const remembered = new Map<string, ShopCampaigns>();

/**
 * What this process last read of a shop's campaigns. They may have changed since: what is written by it counts only when the statement
 * that writes it holds `requireCampaigns`.
 */
export const recallCampaigns = (shopId: string): ShopCampaigns | undefined => remembered.get(shopId);

/** The campaigns of a shop as they are now. One short read while their revision is the one that this process remembers. */
export async function loadCampaigns(on: Reader, shopId: string): Promise<ShopCampaigns> {
  const known = recallCampaigns(shopId);
  if (known && known.revision === (await findRevision(on, shopId))) return known;
  const { revision, campaigns, entryItems } = await readShelf(on, shopId);
  const loaded = { revision, shelf: shelve(campaigns), entryItems };
  putBounded(remembered, MOST_REMEMBERED, shopId, loaded);
  return loaded;
}

/** Makes sure that the campaigns are as they were read, as part of one statement. */
export const requireCampaigns = (shopId: string, { revision }: ShopCampaigns): Guard => ({
  part: shelfPart(shopId, revision),
  toError: whenStale('campaigns_changed', () => remembered.delete(shopId)),
});

/** Whoever changes a campaign or an entry item calls it: those that come after wait, and processes read the campaigns anew. */
export const changeCampaigns = (tx: Tx, shopId: string): Promise<void> => raiseRevision(tx, shopId);

/** Campaigns of any state, by the version in force or the draft; ids that the shop does not have are left out. */
export const findAnyCampaigns = (on: Reader, shopId: string, ids: readonly string[]): Promise<Campaign[]> =>
  findCampaigns(on, shopId, ids);
