import type { Ctx } from '../../platform/context.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { checkCustomer } from '../customers/standing.ts';
import { walletOf } from '../ledger/accounts.ts';
import { type Balance, readBalance } from '../ledger/balances.ts';
import { listMovementRows } from './repository.ts';
import type { WalletMovement } from './tables.ts';

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface WalletView extends Balance {
  readonly customerId: string;
  readonly currency: string;
}

/** What a customer has; nothing, when nothing ever came in. Refusals: not_found, customer_merged. */
export async function getWallet({ db, shop }: Ctx, customerId: string): Promise<WalletView> {
  await checkCustomer(db, shop.id, customerId);
  const balance = await readBalance(db, shop.id, walletOf(customerId));
  return { ...balance, customerId, currency: shop.currency };
}

/** What came in and left, newest first. Refusals: not_found, customer_merged. */
export async function listWalletMovements(
  { db, shop }: Ctx,
  customerId: string,
  query: PageQuery,
): Promise<Page<WalletMovement>> {
  await checkCustomer(db, shop.id, customerId);
  return listMovementRows(db, shop.id, customerId, query);
}

/** The wallet of the customer who calls. Refusals: those of getWallet. */
export const getOwnWallet = (ctx: Ctx): Promise<WalletView> => getWallet(ctx, ownId(ctx));

/** What came into the wallet of the customer who calls, and left it. Refusals: those of listWalletMovements. */
export const listOwnWalletMovements = (ctx: Ctx, query: PageQuery): Promise<Page<WalletMovement>> =>
  listWalletMovements(ctx, ownId(ctx), query);

function ownId({ customerId }: Ctx): string {
  if (customerId === undefined) throw platformErrors.not_found();
  return customerId;
}
