import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import { checkVersion } from '../../platform/versions.ts';
import { findAccount, lockAccount, writeAccount } from './account-repository.ts';
import { sealSecret } from './account-secrets.ts';
import { paymentErrors } from './errors.ts';
import { ACCOUNT_PROVIDERS, type AccountProvider } from './providers/registry.ts';
import { hintOf, isKeyForMode } from './rules.ts';
import type { PaymentAccount } from './tables.ts';

/** An account as the shop may see it; without a row there is none yet. */
export interface AccountView {
  readonly shopId: string;
  readonly provider: AccountProvider;
  readonly account: PaymentAccount | undefined;
}

interface AccountInput {
  readonly provider: AccountProvider;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly publishableKey?: string;
}

/** Every provider that can have an account, with how it stands. */
export const readPaymentAccounts = (ctx: Ctx): Promise<AccountView[]> =>
  Promise.all(
    ACCOUNT_PROVIDERS.map(async (provider) => ({
      shopId: ctx.shop.id,
      provider,
      account: await findAccount(ctx.db, ctx.shop.id, provider),
    })),
  );

/**
 * Connects the shop's account, or changes its keys; it takes payments from now on. `account_key_mode` when a key is
 * for the other mode: a test shop must not take real money, and a live shop must not think that it did.
 */
export async function setPaymentAccount(ctx: Ctx, input: AccountInput): Promise<AccountView> {
  checkMode(ctx, '/secretKey', input.secretKey);
  if (input.publishableKey !== undefined) checkMode(ctx, '/publishableKey', input.publishableKey);
  const place = { shopId: ctx.shop.id, provider: input.provider };
  return inTransaction(ctx, async (tx) => {
    checkVersion(ctx, (await lockAccount(tx, ctx.shop.id, input.provider)) ?? { version: 0 });
    const account = await writeAccount(tx, {
      ...place,
      secretKey: sealSecret(ctx.config, place, 'secretKey', input.secretKey),
      webhookSecret: sealSecret(ctx.config, place, 'webhookSecret', input.webhookSecret),
      publishableKey: input.publishableKey ?? null,
      keyHint: hintOf(input.secretKey),
      isEnabled: true,
      version: 1,
      createdAt: ctx.realNow,
      updatedAt: ctx.realNow,
    });
    await audit(tx, ctx, 'setPaymentAccount', account);
    return { ...place, account };
  });
}

/** Stops or resumes taking new payments by an account. What is open is finished either way. */
export async function enablePaymentAccount(
  ctx: Ctx,
  input: { provider: AccountProvider; isEnabled: boolean },
): Promise<AccountView> {
  const { provider, isEnabled } = input;
  return inTransaction(ctx, async (tx) => {
    const current = await lockAccount(tx, ctx.shop.id, provider);
    if (!current) throw platformErrors.not_found('The shop has no account with this provider.');
    checkVersion(ctx, current);
    if (current.isEnabled === isEnabled) return { shopId: ctx.shop.id, provider, account: current };
    const account = await writeAccount(tx, { ...current, isEnabled, updatedAt: ctx.realNow });
    await audit(tx, ctx, isEnabled ? 'enablePaymentAccount' : 'disablePaymentAccount', account);
    return { shopId: ctx.shop.id, provider, account };
  });
}

function checkMode(ctx: Ctx, pointer: string, key: string): void {
  if (isKeyForMode(key, ctx.shop.mode)) return;
  throw paymentErrors.account_key_mode(`This is a ${ctx.shop.mode} shop.`, { pointer });
}

const audit = (tx: Tx, ctx: Ctx, action: string, { provider, keyHint, publishableKey }: PaymentAccount) =>
  recordAudit(tx, ctx, {
    action,
    subjectType: 'payment_account',
    subjectId: ctx.shop.id,
    details: { provider, keyHint, publishableKey },
  });
