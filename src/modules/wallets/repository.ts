import { and, count, desc, eq, isNotNull, max, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { rowInsert } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { customers } from '../customers/tables.ts';
import { type WalletMovement, walletMovements } from './tables.ts';

const insertMovements = rowInsert('insert_wallet_movements', walletMovements);

export const insertMovement = (tx: Tx, movement: WalletMovement): Promise<void> =>
  sendAlong(tx, insertMovements(tx, [movement]));

const ofWallet = (shopId: string, customerId: string) =>
  and(eq(walletMovements.shopId, shopId), eq(walletMovements.customerId, customerId));

// The movements of duplicates stay under their ids: they are of the same person. By customers_merged_into_idx.
const ofPerson = (shopId: string, customerId: string) =>
  and(
    eq(walletMovements.shopId, shopId),
    sql`${walletMovements.customerId} = any(array(select ${customerId}::uuid union all
      select ${customers.id} from ${customers} where ${customers.shopId} = ${shopId}
        and ${customers.mergedIntoId} = ${customerId}))`,
  );

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

/** Every movement of a person, also as the duplicates that they were, oldest first. By wallet_movements_position_key. */
export const listAllMovements = (on: Reader, shopId: string, customerId: string): Promise<WalletMovement[]> =>
  on
    .select()
    .from(walletMovements)
    .where(ofPerson(shopId, customerId))
    .orderBy(walletMovements.createdAt, walletMovements.customerId, walletMovements.position);

/** Removes what is personal from the movements of a locked customer and of their duplicates. */
export async function eraseNotes(tx: Tx, shopId: string, customerId: string): Promise<void> {
  await tx
    .update(walletMovements)
    .set({ note: null })
    .where(and(ofPerson(shopId, customerId), isNotNull(walletMovements.note)));
}

/** How many movements a person has, and when the newest was. By wallet_movements_position_key. */
export async function countMovements(on: Reader, shopId: string, customerId: string) {
  const [row] = await on
    .select({ count: count(), newestAt: max(walletMovements.createdAt) })
    .from(walletMovements)
    .where(ofPerson(shopId, customerId));
  return { count: row?.count ?? 0, newestAt: row?.newestAt ?? null };
}
