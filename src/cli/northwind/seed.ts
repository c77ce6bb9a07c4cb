import { getProductByExternalId, updateProduct } from '../../modules/catalogue/products.ts';
import { recordPastPrices } from '../../modules/catalogue/prices/history.ts';
import { bulkUpsertProducts } from '../../modules/catalogue/upsert.ts';
import { bulkUpsertCustomers } from '../../modules/customers/upsert.ts';
import { orderErrors } from '../../modules/orders/errors.ts';
import { type ImportInput, importOrder } from '../../modules/orders/import.ts';
import { upsertCarrierByExternalId } from '../../modules/shipping/carriers/carriers.ts';
import { addCarrierMethod } from '../../modules/shipping/carriers/methods.ts';
import { addCarrierPriceList, readCarrierPriceLists } from '../../modules/shipping/carriers/price-lists.ts';
import type { PriceZone } from '../../modules/shipping/carriers/price-rules.ts';
import type { WholeCarrier } from '../../modules/shipping/carriers/repository.ts';
import { scoreCarriersOn } from '../../modules/shipping/scores/score.ts';
import { type Ctx, type Deps, systemContext } from '../../platform/context.ts';
import { Problem } from '../../platform/errors.ts';
import type { Shop } from '../../platform/shops/shop.ts';
import {
  DEMO_EVE,
  DELIVERY_DAYS,
  readCustomers,
  readImports,
  readOrders,
  readPriceHistory,
  readProducts,
  readShippers,
  type Tables,
} from './map.ts';
import { deriveRates } from './rates.ts';

const AT_ONCE = 4;

/** What a seed did, in words. */
export interface SeedReport {
  readonly lines: readonly string[];
}

/** Fills a shop with Northwind through the use cases that real shops call. Safe to run again and to be cut off. */
export async function seedNorthwind(deps: Deps, shop: Shop): Promise<SeedReport> {
  const tables = readOrders();
  const { carriers, lines } = await seedWorld(deps, shop, tables);
  const prices = await seedPrices(systemContext(deps, shop, 'seed'), tables);
  let created = 0;
  let known = 0;
  let older = 0;
  const waiting = readImports(tables, carriers).values();
  const importNext = async (): Promise<void> => {
    for (const order of waiting) {
      // Each import sees the shop's time as it is then.
      const outcome = await importUnlessOther(systemContext(deps, shop, 'seed'), order);
      if (outcome === 'created') created += 1;
      else known += 1;
      if (outcome === 'other') older += 1;
    }
  };
  // A few at once: while one waits for the database, the next one is prepared.
  await Promise.all(Array.from({ length: AT_ONCE }, importNext));
  await scoreCarriersOn(systemContext(deps, shop, 'seed'), DEMO_EVE);
  const left = older === 0 ? '' : `, ${older} of them as an earlier version took them in: left as they are`;
  const orders = `orders: ${created} imported, ${known} were there${left}`;
  return { lines: [...lines, prices, orders] };
}

/** What there was before the first order: customers, products, and carriers by the ids of the files. */
export async function seedWorld(
  deps: Deps,
  shop: Shop,
  tables: Tables,
): Promise<SeedReport & { readonly carriers: ReadonlyMap<string, string> }> {
  const ctx = systemContext(deps, shop, 'seed');
  const customers = await seedCustomers(ctx);
  const products = await seedProducts(ctx, tables);
  const { carriers, carrierLine } = await seedCarriers(ctx, tables);
  return { carriers, lines: [customers, products, carrierLine] };
}

/**
 * Imports an order. One that is there with other content was taken in by an earlier version of the demo, and has lived since: it is
 * left as it is.
 */
async function importUnlessOther(ctx: Ctx, order: ImportInput): Promise<'created' | 'known' | 'other'> {
  try {
    return (await importOrder(ctx, order)).created ? 'created' : 'known';
  } catch (error) {
    const isOther = error instanceof Problem && error.definition.code === orderErrors.import_conflict.code;
    if (!isOther) throw error;
    return 'other';
  }
}

/** The shippers as carriers, with what the files call them; each with one method, whose prices are derived from the files. */
async function seedCarriers(ctx: Ctx, tables: Tables) {
  const rates = deriveRates(tables);
  const carriers = new Map<string, string>();
  let added = 0;
  for (const { externalId, shipperId, name } of readShippers()) {
    const input = { name, status: 'active' as const };
    const { whole, created } = await upsertCarrierByExternalId(ctx, externalId, input);
    carriers.set(shipperId, whole.carrier.id);
    await seedMethod(ctx, whole, rates.get(shipperId) ?? []);
    if (created) added += 1;
  }
  return { carriers, carrierLine: `carriers: ${added} added, ${carriers.size - added} were there` };
}

/** The one method of a shipper, unless the shop has made others; a list for it, unless it has had one. */
async function seedMethod(
  ctx: Ctx,
  { carrier, methods }: WholeCarrier,
  zones: readonly PriceZone[],
): Promise<void> {
  const promises = [{ fromDays: DELIVERY_DAYS, toDays: DELIVERY_DAYS }];
  const fields = { code: 'standard', name: 'Standard', dayKind: 'calendar' as const, promises };
  const method =
    methods.find(({ code }) => code === fields.code) ?? (await addCarrierMethod(ctx, carrier.id, fields));
  const name = { carrierId: carrier.id, methodId: method.id };
  const lists = await readCarrierPriceLists(ctx, name, { limit: 1 });
  if (lists.rows.length === 0)
    await addCarrierPriceList(ctx, name, { zones, validFrom: '1996-07-04T00:00:00Z' });
}

async function seedProducts(ctx: Ctx, tables: ReturnType<typeof readOrders>): Promise<string> {
  const items = readProducts(tables);
  const present = await Promise.all(
    items.map(({ fields }) => getProductByExternalId(ctx, fields.externalId).catch(() => undefined)),
  );
  // An earlier version of the demo knew no weights, and nobody has said one since.
  for (const [index, product] of present.entries()) {
    const weightGrams = items[index]?.fields.weightGrams;
    if (product && product.weightGrams === null && weightGrams !== undefined)
      await updateProduct(ctx, product.id, { weightGrams });
  }
  // A product that is there keeps its stock: it has changed with the orders since.
  const missing = items.filter((_, index) => !present[index]);
  if (missing.length > 0) await bulkUpsertProducts(ctx, 'atomic', missing);
  return `products: ${missing.length} added, ${items.length - missing.length} were there`;
}

/** What the products cost before, for a shop whose time is after all of it. */
async function seedPrices(ctx: Ctx, tables: Tables): Promise<string> {
  let points = 0;
  for (const [externalId, history] of readPriceHistory(tables)) {
    const product = await getProductByExternalId(ctx, externalId);
    points += (await recordPastPrices(ctx, product.id, history)).recorded;
  }
  return `prices: ${points} past ones recorded`;
}

async function seedCustomers(ctx: Ctx): Promise<string> {
  const { outcomes } = await bulkUpsertCustomers(ctx, 'atomic', readCustomers());
  const added = outcomes.filter(({ created }) => created).length;
  return `customers: ${added} added, ${outcomes.length - added} were there`;
}
