import type { TestShop } from '../../support/app.ts';
import { creditWallet, makeCustomer, makeOrder } from '../../support/world.ts';
import { ok } from '../orders/support.ts';

/** A customer with stored value. */
export async function makeRich(shop: TestShop, amount: number): Promise<string> {
  const { id } = await makeCustomer(shop);
  if (amount > 0) await creditWallet(shop, id, amount);
  return id;
}

export const walletOf = (shop: TestShop, customerId: string): Promise<any> =>
  ok(shop.call(`GET /v1/customers/${customerId}/wallet`));
export const balanceOf = async (shop: TestShop, customerId: string): Promise<number> =>
  (await walletOf(shop, customerId)).balanceAmount;

/** What happened to a wallet, newest first. */
export const movementsOf = async (shop: TestShop, customerId: string): Promise<any[]> =>
  (await ok(shop.call(`GET /v1/customers/${customerId}/wallet/movements?limit=200`))).data;
export const toldOf = async (shop: TestShop, customerId: string): Promise<[string, number, number][]> =>
  (await movementsOf(shop, customerId)).map((row) => [row.kind, row.amount, row.balanceAfterAmount]);

/** An order of a customer; it costs 3,600. */
export const orderOf = (shop: TestShop, customerId: string): Promise<any> => makeOrder(shop, { customerId });

export const payByWallet = (shop: TestShop, orderId: string, fields: object = {}, more: object = {}) =>
  shop.call(`POST /v1/orders/${orderId}/payments`, { body: { provider: 'wallet', ...fields }, ...more });
export const withdraw = (shop: TestShop, customerId: string, amount: number, more: object = {}) =>
  shop.call(`POST /v1/customers/${customerId}/wallet/withdrawals`, { body: { amount }, ...more });
export const cancel = (shop: TestShop, orderId: string) =>
  shop.call(`POST /v1/orders/${orderId}/cancel`, { body: {} });

export const entriesOf = async (shop: TestShop, account: string): Promise<[string, number][]> => {
  const { data } = await ok(shop.call(`GET /v1/ledger/entries?account=${encodeURIComponent(account)}`));
  return data.map((entry: { kind: string; amount: number }) => [entry.kind, entry.amount]);
};
