import { and, desc, eq, isNull } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import { platformErrors } from '../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import { accountOf } from './accounts.ts';
import { ledgerInvariants } from './invariants.ts';
import { bookChecks } from './ports.ts';
import { ledgerEntries, type LedgerEntry, type LedgerTransfer, ledgerTransfers } from './tables.ts';

export interface PostedEntry {
  readonly entry: LedgerEntry;
  readonly transfer: LedgerTransfer;
}

/** The entries of an account, newest first. By ledger_entries_account_idx. */
export async function listLedgerEntries(
  ctx: Ctx,
  query: { account: string; limit: number; cursor?: string },
): Promise<Page<PostedEntry>> {
  const account = accountOf(query.account);
  if (!account) throw platformErrors.not_found();
  const { shopId, ownerId, transferId } = ledgerEntries;
  const rows = await ctx.db
    .select({ entry: ledgerEntries, transfer: ledgerTransfers })
    .from(ledgerEntries)
    .innerJoin(ledgerTransfers, and(eq(ledgerTransfers.shopId, shopId), eq(ledgerTransfers.id, transferId)))
    .where(
      and(
        eq(shopId, ctx.shop.id),
        eq(ledgerEntries.account, account.account),
        account.owner === null ? isNull(ownerId) : eq(ownerId, account.owner),
        afterKey([transferId], readCursor('ledger-entries', query), 'desc'),
      ),
    )
    .orderBy(desc(transferId))
    .limit(query.limit + 1);
  return toPage('ledger-entries', query, rows, ({ entry }) => [entry.transferId]);
}

export interface BookCheck {
  readonly name: string;
  readonly checkedCount: number;
  readonly brokenCount: number;
}

/** Proves the shop's books: every check with how much it looked at, and how much breaks it. Reads everything; nothing is locked. */
export async function verifyLedger(ctx: Ctx): Promise<readonly BookCheck[]> {
  const checks: BookCheck[] = [];
  for (const { name, checkShop } of [...ledgerInvariants, ...bookChecks.get()]) {
    const { checked, broken } = await checkShop(ctx.db, ctx.shop.id);
    checks.push({ name, checkedCount: Number(checked), brokenCount: Number(broken) });
  }
  return checks;
}
