import { and, eq } from 'drizzle-orm';
import type { Tx } from '../../platform/db/client.ts';
import type { Leg } from './rules.ts';
import { ledgerEntries, type LedgerTransfer, ledgerTransfers } from './tables.ts';

/** A transfer by what it stands for. By ledger_transfers_reference_key. */
export async function findTransfer(
  tx: Tx,
  shopId: string,
  reference: string,
): Promise<LedgerTransfer | undefined> {
  const [found] = await tx
    .select()
    .from(ledgerTransfers)
    .where(and(eq(ledgerTransfers.shopId, shopId), eq(ledgerTransfers.reference, reference)));
  return found;
}

/** The legs of a transfer. Along the primary key. */
export async function listLegs(tx: Tx, shopId: string, transferId: string): Promise<Leg[]> {
  const rows = await tx
    .select()
    .from(ledgerEntries)
    .where(and(eq(ledgerEntries.shopId, shopId), eq(ledgerEntries.transferId, transferId)));
  return rows.map(({ account, ownerId, amount, accountVersion }) => ({
    account,
    owner: ownerId,
    amount,
    ...(accountVersion === null ? {} : { floor: 0n as const }),
  }));
}
