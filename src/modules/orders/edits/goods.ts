import type { Ctx } from '../../../platform/context.ts';
import type { Reader } from '../../../platform/db/client.ts';
import { type Places, pointingInto } from '../../../platform/pointers.ts';
import { findSellables, type Sellable } from '../../catalogue/sellables.ts';
import { readFreight } from '../../shipping/freight/terms.ts';
import { type GoodsLine, priceGoods, productIdsOf } from '../basket.ts';
import { gatherFacts, priceFreight, templatesNamed } from '../freight.ts';
import { unitsLeftOf } from '../line-rules.ts';
import { type LogoTerms, requestIdsOf } from '../logo-requests/line-rules.ts';
import type { KeptUnits } from '../quantity-rules.ts';
import type { OrderLines } from '../settle.ts';
import type { Address, OrderLine } from '../tables.ts';
import type { EditWish } from './rules.ts';

/** With where the request asks for them. */
export type EditGoods = GoodsLine<Sellable> & { readonly pointer: string };

/** The goods that come with an edit, and the requests for logos that they name. */
export interface PricedGoods {
  readonly goods: readonly EditGoods[];
  readonly requests: readonly LogoTerms[];
}

/** Where the request of an edit has what a basket has in its lines. */
export const placesOf = (items: readonly { readonly pointer: string }[]): Places =>
  Object.fromEntries(
    items.flatMap(({ pointer }, index) => [
      [`/lines/${index}`, pointer],
      [`/lines/${index}/productId`, pointer],
      // A line that is to have more pieces names no request: it has its own.
      [`/lines/${index}/logoRequestId`, pointer.startsWith('/items') ? `${pointer}/logoRequestId` : pointer],
    ]),
  );

interface GoodsTerms {
  /** Where the order goes then. */
  readonly shippingAddress: Address | null;
  /** The requests for logos: as they are, or locked. */
  readonly requestsOf: (ids: readonly string[]) => Promise<LogoTerms[]>;
}

/**
 * The goods that come, at their prices of now, by the rules of placing: rung, least quantity and packs, logo, and whether they are sent
 * to where the order goes. Units that the order keeps count towards rung and least quantity, as if all had been ordered together.
 * Refusals: those of priceGoods and priceFreight.
 */
export async function readGoods(
  on: Reader,
  ctx: Ctx,
  { order, lines }: OrderLines,
  wish: EditWish,
  { shippingAddress, requestsOf }: GoodsTerms,
): Promise<PricedGoods> {
  const { items } = wish;
  if (items.length === 0) return { goods: [], requests: [] };
  const [products, requests] = await Promise.all([
    findSellables(on, ctx.shop.id, productIdsOf(items)),
    requestsOf(requestIdsOf(items)),
  ]);
  const freight = await readFreight(on, ctx.shop.id, templatesNamed(products));
  return pointingInto(placesOf(items), async () => {
    const logos = { requests, customerId: order.customerId };
    const priced = priceGoods(ctx, products, items, { logos, kept: keptOf(lines, wish) });
    // What freight it would be is not asked for: the order keeps its own. What cannot be sent is refused as it is in a new order.
    const facts = await gatherFacts(freight, shippingAddress, '/shippingAddress');
    const weighed = priced.map((line) => ({
      ...line,
      netAmount: line.listUnitAmount * BigInt(line.quantity),
    }));
    priceFreight(weighed, facts);
    return {
      goods: priced.map((line, index) => ({ ...line, pointer: items[index]?.pointer ?? '' })),
      requests,
    };
  });
}

/** How many pieces of each product the order keeps. */
function keptOf(lines: readonly OrderLine[], { units }: EditWish): KeptUnits {
  const kept = new Map<string, number>();
  for (const line of lines) {
    const gone = units.find(({ lineId }) => lineId === line.id)?.quantity ?? 0;
    kept.set(line.productId, (kept.get(line.productId) ?? 0) + unitsLeftOf(line) - gone);
  }
  return kept;
}
