import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { minOf } from '../../platform/money.ts';
import { type EverybodysPrices, readEverybodysPrices } from '../campaigns/everybody.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { isGiven, unitsLeftOf } from '../orders/line-rules.ts';
import { findBreak } from '../orders/quantity-rules.ts';
import type { SettleableLine } from '../orders/settle-many.ts';
import { findProductFacts, type ProductFacts } from './facts-repository.ts';
import { coversFlashSales, type PolicyRule } from './policy-rules.ts';

type PricedLine = Pick<
  SettleableLine,
  | 'orderId'
  | 'productId'
  | 'listUnitAmount'
  | 'quantity'
  | 'cancelledQuantity'
  | 'returnedQuantity'
  | 'giftCampaignId'
  | 'giftGrantId'
>;

/** Where an order was placed and where it goes: campaigns may be for some places only. */
export interface OrderPlace {
  readonly id: string;
  readonly channel: string;
  readonly country: string | null;
}

/** What a unit of a line costs now. */
export interface PriceNow {
  readonly unitAmount: bigint;
  readonly isClearance: boolean;
}

/** What units of lines cost now, as a rule compares them. */
export type PricesNow = (line: PricedLine, rule: Comparing) => PriceNow;
type Comparing = Pick<PolicyRule, 'compareWith' | 'includesFlashSales'>;

/**
 * What units of lines cost now: as many pieces as the customer still has of a product by one order, also in several lines, are at
 * the rung that so many reach today. Who bought 100 at the rung of 100 is not told that a single one has become no cheaper. The net
 * price is that or, where it is less, what one more piece costs whoever buys it under today's campaigns. `lines`: all of their orders.
 */
export async function readPricesNow(
  on: Reader,
  ctx: Ctx,
  orders: readonly OrderPlace[],
  lines: readonly PricedLine[],
  rules: readonly Comparing[],
): Promise<PricesNow> {
  const ids = [...new Set(lines.map(({ productId }) => productId))];
  const [products, everybodys] = await Promise.all([
    findProductFacts(on, ctx.shop.id, ids),
    rules.some(isNet) ? readEverybodysPrices(on, ctx, ids) : undefined,
  ]);
  const kept = keptOf(lines);
  const places = new Map(orders.map((order) => [order.id, order]));
  const { minimumMarginBps } = catalogueSettings.of(ctx.shop);
  return (line, rule) => {
    const product = products.get(line.productId);
    if (!product) return { unitAmount: line.listUnitAmount, isClearance: false };
    const quantity = kept.get(keyOf(line)) ?? 0;
    const listed = listedAt(product, quantity, minimumMarginBps);
    const place = places.get(line.orderId);
    const net = isNet(rule) && everybodys && place && netOf(everybodys, line, place, quantity, rule);
    const unitAmount = net === undefined || net === false ? listed : minOf(listed, net);
    return { unitAmount, isClearance: product.isClearance };
  };
}

const isNet = ({ compareWith }: Comparing): boolean => compareWith === 'net_price';

const netOf = (
  everybodys: EverybodysPrices,
  { productId }: PricedLine,
  { channel, country }: OrderPlace,
  quantity: number,
  rule: Comparing,
) => everybodys({ productId, channel, country, quantity, withFlashSales: coversFlashSales(rule) });

function listedAt(product: ProductFacts, quantity: number, minimumMarginBps: number): bigint {
  const { priceAmount } = product;
  return findBreak(product, quantity, priceAmount, minimumMarginBps)?.unitAmount ?? priceAmount;
}

const keyOf = ({ orderId, productId }: PricedLine): string => `${orderId}/${productId}`;

/** How many pieces of a product the customer still has by an order. What was given away was not bought. */
function keptOf(lines: readonly PricedLine[]): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  for (const line of lines)
    if (!isGiven(line)) kept.set(keyOf(line), (kept.get(keyOf(line)) ?? 0) + unitsLeftOf(line));
  return kept;
}
