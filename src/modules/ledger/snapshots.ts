import type { Ctx, Deps } from '../../platform/context.ts';
import { findShopsWithTail, foldTail, readShopBalances, type ShopBalance } from './snapshot-repository.ts';

/**
 * Brings the snapshots up to date: entries that stand in the tail are added to them, a batch in one statement. Safe to run anywhere,
 * any time, also twice at once. Upkeep and no business timer: it goes by real time, and no figure depends on when it ran.
 */
export async function takeSnapshots({ db, clock }: Deps): Promise<void> {
  for (const shopId of await findShopsWithTail(db)) while ((await foldTail(db, shopId, clock.now())) > 0);
}

/** The balances of the accounts of the whole shop, exact at the moment of the call. */
export const listLedgerBalances = ({ db, shop }: Ctx): Promise<readonly ShopBalance[]> =>
  readShopBalances(db, shop.id);
