import { modules } from '../../../src/modules.ts';
import { runSweep } from '../../../src/platform/jobs/sweeps.ts';
import { getShop } from '../../../src/platform/shops/shop.ts';
import type { TestApp, TestShop } from '../../support/app.ts';
import { pay } from '../../support/world.ts';
import { ok } from '../orders/support.ts';

const sweeps = modules.flatMap((module) => module.sweeps ?? []);

/** Runs everything that is due in a shop, and hands over its events. */
export async function runSweeps(app: TestApp, shop: TestShop): Promise<void> {
  await app.settle();
  for (const sweep of sweeps) await runSweep(app.deps, sweep, await getShop(app.deps.db, shop.shopId));
  await app.settle();
}

export const startSweep = (shop: TestShop, body: object = {}): Promise<any> =>
  ok(shop.call('POST /v1/price-protection-sweeps', { body }));

export const readSweep = (shop: TestShop, id: string): Promise<any> =>
  ok(shop.call(`GET /v1/price-protection-sweeps/${id}`));

/** Newest first. */
export const sweepsOf = async (shop: TestShop): Promise<any[]> =>
  (await ok(shop.call('GET /v1/price-protection-sweeps'))).data;

/** Starts a sweep and runs it to its end. */
export async function sweepNow(app: TestApp, shop: TestShop, body: object = {}): Promise<any> {
  const { id } = await startSweep(shop, body);
  await runSweeps(app, shop);
  return readSweep(shop, id);
}

/** Staff has handed over every refund. */
export async function confirmAll(app: TestApp, shop: TestShop): Promise<void> {
  for (const { id, state } of (await ok(shop.call('GET /v1/refunds?limit=200'))).data)
    if (state !== 'succeeded') await ok(shop.call(`POST /v1/refunds/${id}/confirm`, { body: {} }));
  await app.settle();
}

export const price = (shop: TestShop, productId: string, priceAmount: number): Promise<any> =>
  ok(shop.call(`PATCH /v1/products/${productId}`, { body: { priceAmount } }));

/** A paid order of one piece of each product. */
export async function buy(
  shop: TestShop,
  products: readonly { id: string }[],
  fields: object = {},
): Promise<any> {
  const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
  const order = await ok(shop.call('POST /v1/orders', { body: { lines, ...fields } }));
  await pay(shop, order.id);
  return order;
}

/** Newest first. */
export const settlementsOf = async (shop: TestShop): Promise<any[]> =>
  (await ok(shop.call('GET /v1/settlements?limit=200'))).data;
