import { and, count, desc, eq, isNotNull, max } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { rowInsert } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { type WalletMovement, walletMovements } from './tables.ts';

const insertMovements = rowInsert('insert_wallet_movements', walletMovements);

export const insertMovement = (tx: Tx, movement: WalletMovement): Promise<void> =>
  sendAlong(tx, insertMovements(tx, [movement]));

const ofWallet = (shopId: string, customerId: string) =>
  and(eq(walletMovements.shopId, shopId), eq(walletMovements.customerId, customerId));

/** The movements of a wallet, newest first. By wallet_movements_position_key. */
export async function listMovementRows(
  on: Reader,
  shopId: string,
  customerId: string,
  query: { readonly limit: number; readonly cursor?: string },
): Promise<Page<WalletMovement>> {
  const list = `wallet-movements/${customerId}`;
  const columns = [walletMovements.position] as const;
  const rows = await on
    .select()
    .from(walletMovements)
    .where(and(ofWallet(shopId, customerId), afterKey(columns, readCursor(list, query), 'desc')))
    .orderBy(desc(walletMovements.position))
    .limit(query.limit + 1);
  return toPage(list, query, rows, (row) => [row.position]);
}

/** Every movement of a wallet, oldest first. By wallet_movements_position_key. */
export const listAllMovements = (on: Reader, shopId: string, customerId: string): Promise<WalletMovement[]> =>
  on.select().from(walletMovements).where(ofWallet(shopId, customerId)).orderBy(walletMovements.position);

/** Removes what is personal from the movements of a locked customer. */
export async function eraseNotes(tx: Tx, shopId: string, customerId: string): Promise<void> {
  await tx
    .update(walletMovements)
    .set({ note: null })
    .where(and(ofWallet(shopId, customerId), isNotNull(walletMovements.note)));
}

/** How many movements a wallet has, and when the newest was. By wallet_movements_position_key. */
export async function countMovements(on: Reader, shopId: string, customerId: string) {
  const [row] = await on
    .select({ count: count(), newestAt: max(walletMovements.createdAt) })
    .from(walletMovements)
    .where(ofWallet(shopId, customerId));
  return { count: row?.count ?? 0, newestAt: row?.newestAt ?? null };
}
