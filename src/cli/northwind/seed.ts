import { getProductByExternalId } from '../../modules/catalogue/products.ts';
import { recordPastPrices } from '../../modules/catalogue/prices/history.ts';
import { bulkUpsertProducts } from '../../modules/catalogue/upsert.ts';
import { bulkUpsertCustomers } from '../../modules/customers/upsert.ts';
import { importOrder } from '../../modules/orders/import.ts';
import { upsertCarrierByExternalId } from '../../modules/shipping/carriers/carriers.ts';
import { scoreCarriersOn } from '../../modules/shipping/scores/score.ts';
import { type Ctx, type Deps, systemContext } from '../../platform/context.ts';
import type { Shop } from '../../platform/shops/shop.ts';
import {
  DEMO_EVE,
  readCustomers,
  readImports,
  readOrders,
  readPriceHistory,
  readProducts,
  readShippers,
} from './map.ts';

const AT_ONCE = 4;

/** What a seed did, in words. */
export interface SeedReport {
  readonly lines: readonly string[];
}

/** Fills a shop with Northwind through the use cases that real shops call. Safe to run again and to be cut off. */
export async function seedNorthwind(deps: Deps, shop: Shop): Promise<SeedReport> {
  const ctx = systemContext(deps, shop, 'seed');
  const tables = readOrders();
  const customers = await seedCustomers(ctx);
  const products = await seedProducts(ctx, tables);
  const { carriers, carrierLine } = await seedCarriers(ctx);
  let created = 0;
  let known = 0;
  const waiting = readImports(tables, carriers).values();
  const importNext = async (): Promise<void> => {
    for (const order of waiting) {
      // Each import sees the shop's time as it is then.
      if ((await importOrder(systemContext(deps, shop, 'seed'), order)).created) created += 1;
      else known += 1;
    }
  };
  // A few at once: while one waits for the database, the next one is prepared.
  await Promise.all(Array.from({ length: AT_ONCE }, importNext));
  await scoreCarriersOn(systemContext(deps, shop, 'seed'), DEMO_EVE);
  const orders = `orders: ${created} imported, ${known} were there`;
  return { lines: [customers, products, carrierLine, orders] };
}

/** The shippers as carriers, with what the files call them. */
async function seedCarriers(ctx: Ctx) {
  const carriers = new Map<string, string>();
  let added = 0;
  for (const { externalId, shipperId, name } of readShippers()) {
    const input = { name, status: 'active' as const };
    const { whole, created } = await upsertCarrierByExternalId(ctx, externalId, input);
    carriers.set(shipperId, whole.carrier.id);
    if (created) added += 1;
  }
  return { carriers, carrierLine: `carriers: ${added} added, ${carriers.size - added} were there` };
}

async function seedProducts(ctx: Ctx, tables: ReturnType<typeof readOrders>): Promise<string> {
  const items = readProducts(tables);
  const present = await Promise.all(
    items.map(({ fields }) =>
      getProductByExternalId(ctx, fields.externalId).then(
        () => true,
        () => false,
      ),
    ),
  );
  // A product that is there keeps its stock: it has changed with the orders since.
  const missing = items.filter((_, index) => !present[index]);
  if (missing.length > 0) await bulkUpsertProducts(ctx, 'atomic', missing);
  let points = 0;
  for (const [externalId, history] of readPriceHistory(tables)) {
    const product = await getProductByExternalId(ctx, externalId);
    points += (await recordPastPrices(ctx, product.id, history)).recorded;
  }
  return `products: ${missing.length} added, ${items.length - missing.length} were there, ${points} past prices recorded`;
}

async function seedCustomers(ctx: Ctx): Promise<string> {
  const { outcomes } = await bulkUpsertCustomers(ctx, 'atomic', readCustomers());
  const added = outcomes.filter(({ created }) => created).length;
  return `customers: ${added} added, ${outcomes.length - added} were there`;
}
