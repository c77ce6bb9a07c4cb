import { getProductByExternalId, updateProduct } from '../../modules/catalogue/products.ts';
import { createPolicy } from '../../modules/settlements/policies.ts';
import { RULE_DEFAULTS } from '../../modules/settlements/policy-rules.ts';
import { payDueSettlements } from '../../modules/settlements/price-protection/pay.ts';
import {
  readPriceProtectionSweep,
  startPriceProtectionSweep,
  type WholeSweep,
} from '../../modules/settlements/price-protection/requests.ts';
import { advanceSweep } from '../../modules/settlements/price-protection/run.ts';
import { type Ctx, type Deps, systemContext } from '../../platform/context.ts';
import type { Shop } from '../../platform/shops/shop.ts';
import { readOrders, readPriceHistory, readProducts } from './map.ts';

/** A product whose price goes back to what it was before it last rose. */
export interface Fallen {
  readonly externalId: string;
  readonly name: string;
  readonly productId: string;
  readonly fromAmount: bigint;
  readonly toAmount: bigint;
}

export interface ProductFigures extends Fallen {
  readonly figures: WholeSweep['sweep'];
}

/** What a promise of so many days pays, by a dry run for each product and one for all. */
export interface WindowFigures {
  readonly windowDays: number;
  readonly products: readonly ProductFigures[];
  readonly total: WholeSweep['sweep'];
}

export interface ProtectionDemo {
  readonly windows: readonly WindowFigures[];
  /** The run that opens and pays what the longest window promises. */
  readonly real: WholeSweep;
}

const WINDOWS = [30, 365];
const AUTOMATIC_AMOUNT = 100_000_000;

/**
 * Price protection on a shop with Northwind: prices go back to what they were before they last rose, two promises count from
 * payment on, one after the other, each is tried without opening anything, and then what the longer one pays is opened and paid.
 */
export async function playPriceProtection(deps: Deps, shop: Shop): Promise<ProtectionDemo> {
  // Each step sees the shop's time as it is then.
  const now = () => systemContext(deps, shop, 'demo');
  const fallen = await lowerPrices(now);
  const productIds = fallen.map(({ productId }) => productId);
  const windows: WindowFigures[] = [];
  for (const windowDays of WINDOWS) {
    await createPolicy(now(), {
      ...RULE_DEFAULTS,
      name: `${windowDays} days`,
      reasons: ['price_drop'],
      windowDays,
      windowFrom: 'paid',
      automaticAmount: AUTOMATIC_AMOUNT,
      inForceFrom: '1996-01-01T00:00:00Z',
    });
    const products: ProductFigures[] = [];
    for (const product of fallen) {
      const { sweep } = await runSweep(now, [product.productId], true);
      products.push({ ...product, figures: sweep });
    }
    windows.push({ windowDays, products, total: (await runSweep(now, productIds, true)).sweep });
  }
  const { sweep } = await runSweep(now, productIds, false);
  while ((await payDueSettlements(now())) > 0);
  return { windows, real: await readPriceProtectionSweep(now(), sweep.id) };
}

async function runSweep(
  now: () => Ctx,
  productIds: readonly string[],
  isDryRun: boolean,
): Promise<WholeSweep> {
  const { sweep } = await startPriceProtectionSweep(now(), { reason: 'price_drop', isDryRun, productIds });
  while (await advanceSweep(now(), sweep.id));
  return readPriceProtectionSweep(now(), sweep.id);
}

async function lowerPrices(now: () => Ctx): Promise<Fallen[]> {
  const tables = readOrders();
  const history = readPriceHistory(tables);
  const fallen: Fallen[] = [];
  for (const { fields } of readProducts(tables)) {
    const { externalId, name, priceAmount: fromAmount } = fields;
    const points = (history.get(externalId) ?? []).map(({ amount }) => amount);
    const toAmount = priceBeforeLastRise([...points, fromAmount]);
    if (toAmount === undefined || toAmount >= fromAmount) continue;
    const { id: productId } = await getProductByExternalId(now(), externalId);
    await updateProduct(now(), productId, { priceAmount: toAmount });
    fallen.push({ externalId, name, productId, fromAmount, toAmount });
  }
  return fallen;
}

/** 14.40, 18.00, 17.00: 14.40. Undefined when the price never rose. */
function priceBeforeLastRise(amounts: readonly bigint[]): bigint | undefined {
  const at = amounts.findLastIndex((amount, index) => index > 0 && amount > (amounts[index - 1] ?? amount));
  return amounts[at - 1];
}
