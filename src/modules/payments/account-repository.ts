import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { type PaymentAccount, paymentAccounts } from './tables.ts';

const p = sql.placeholder;

const selectAccount = prepared('select_payment_account', (db) =>
  db
    .select()
    .from(paymentAccounts)
    .where(and(eq(paymentAccounts.shopId, p('shopId')), eq(paymentAccounts.provider, p('provider')))),
);

/** The shop's account with a provider, along the primary key. */
export const findAccount = async (
  on: Reader,
  shopId: string,
  provider: string,
): Promise<PaymentAccount | undefined> => (await selectAccount(on, { shopId, provider }))[0];

/** Locks the account, so that two changes of it come one after the other. */
export async function lockAccount(
  tx: Tx,
  shopId: string,
  provider: string,
): Promise<PaymentAccount | undefined> {
  const [account] = await tx
    .select()
    .from(paymentAccounts)
    .where(and(eq(paymentAccounts.shopId, shopId), eq(paymentAccounts.provider, provider)))
    .for('no key update');
  return account;
}

/** Writes the account as it is to be, whether it was there or not. Of two that connect at once, the later stays. */
export async function writeAccount(tx: Tx, account: PaymentAccount): Promise<PaymentAccount> {
  const { shopId, provider, createdAt: _kept, version: _counted, ...changes } = account;
  const [written] = await tx
    .insert(paymentAccounts)
    .values(account)
    .onConflictDoUpdate({
      target: [paymentAccounts.shopId, paymentAccounts.provider],
      set: { ...changes, version: sql`${paymentAccounts.version} + 1` },
    })
    .returning();
  if (!written) throw new Error(`the account with ${provider} of shop ${shopId} was not written`);
  return written;
}
