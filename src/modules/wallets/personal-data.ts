import { after, DAY_MS } from '../../platform/time.ts';
import type { CustomerMove, KeptData, PersonalDataSection } from '../customers/ports.ts';
import { walletOf } from '../ledger/accounts.ts';
import { readBalance } from '../ledger/balances.ts';
import { handOver } from '../ledger/handover.ts';
import { walletErrors } from './errors.ts';
import { recordMovement } from './movements.ts';
import { countMovements, eraseNotes, listAllMovements } from './repository.ts';

/** Books are kept as long as the orders that they belong to. */
const KEPT_DAYS = 3 * 365;

/** What wallets hold about a customer: what came in and left, with notes. */
export const walletPersonalData: PersonalDataSection = {
  name: 'wallet',
  async export(on, ctx, customerId) {
    const rows = await listAllMovements(on, ctx.shop.id, customerId);
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      amount: Number(row.amount),
      balanceAmount: Number(row.balanceAfter),
      currency: row.currency,
      reason: row.reason,
      note: row.note,
      createdAt: row.createdAt.toISOString(),
    }));
  },
  // Once nobody knows whose it is, it can be paid to nobody.
  async checkErasable(tx, ctx, customerId) {
    const { balanceAmount } = await readBalance(tx, ctx.shop.id, walletOf(customerId));
    if (balanceAmount > 0n)
      throw walletErrors.wallet_not_empty(`${balanceAmount} is in the wallet.`, {
        extra: { balanceAmount: Number(balanceAmount) },
      });
  },
  async erase(tx, ctx, customerId) {
    await eraseNotes(tx, ctx.shop.id, customerId);
    const { count, newestAt } = await countMovements(tx, ctx.shop.id, customerId);
    if (!newestAt) return { kept: [] };
    const until = after(newestAt, KEPT_DAYS * DAY_MS);
    const why = 'Books have to be kept for three years.';
    const kept: KeptData[] = [
      { what: `${count} movements of stored value, under an id that names nobody`, why, until },
    ];
    // An order that is cancelled after the erasure gives back what it was paid with.
    const { balanceAmount } = await readBalance(tx, ctx.shop.id, walletOf(customerId));
    if (balanceAmount > 0n)
      kept.push({ what: 'Stored value that came back later', why: 'It is not paid out yet.', until: null });
    return { kept };
  },
};

/** The value of a duplicate goes to the customer that stays. Their orders have moved before, so none is being paid by now. */
export const walletCustomerMove: CustomerMove = {
  name: 'wallets',
  async move(tx, ctx, from, to) {
    const entries = await handOver(tx, ctx, walletOf(from), walletOf(to), {
      kind: 'wallet_merged',
      subject: from,
    });
    for (const entry of entries) {
      const isOut = entry.ownerId === from;
      await recordMovement(tx, ctx, entry, {
        kind: isOut ? 'merged_out' : 'merged_in',
        subject: { type: 'customer', id: isOut ? to : from },
      });
    }
    return entries.length > 0 ? 1 : 0;
  },
};
