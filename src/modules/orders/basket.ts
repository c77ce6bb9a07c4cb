import type { Ctx } from '../../platform/context.ts';
import type { Violation } from '../../platform/errors.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import { shippingSettings } from '../shipping/settings.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { orderErrors } from './errors.ts';
import { decideLogos, type LineLogo, logoAmountOf, type LogoTerms } from './logo-requests/line-rules.ts';
import {
  type AppliedBreak,
  breakAdjustments,
  findBreak,
  findQuantityFaults,
  type KeptUnits,
  NOTHING_KEPT,
  totalsOf,
} from './quantity-rules.ts';
import { type BasketFreight, type FreightFacts, priceFreight } from './freight.ts';
import { type LineInput, type PricedBasket, priceBasket } from './rules.ts';

export interface BasketLine {
  readonly productId: string;
  readonly quantity: number;
  /** By which request of the customer it gets a logo. */
  readonly logoRequestId?: string;
}

/** The requests that lines name, as they are known, and whose they have to be. */
export interface BasketLogos {
  readonly requests: readonly LogoTerms[];
  readonly customerId: string | null;
}

/** What is fixed by a quote's token; without one everything is as it is now. */
export interface HeldPrices {
  /** Unit prices in the order of the lines. */
  readonly unitAmounts: readonly bigint[];
  /** The quantity prices, in the same order. */
  readonly breaks: readonly (AppliedBreak | null)[];
  /** Freight to the place that the quote was for; undefined when it did not say. */
  readonly freight: BasketFreight | undefined;
}

/** A line with what its price comes from. */
export interface GoodsLine<P extends ProductTerms> extends LineInput {
  readonly product: P;
  readonly appliedBreak: AppliedBreak | null;
  readonly logo: LineLogo | null;
}

export interface Basket<P extends ProductTerms = ProductTerms> {
  readonly priced: PricedBasket<GoodsLine<P>>;
  readonly freight: BasketFreight;
  readonly freightTaxRateBps: number;
  readonly held: HeldPrices;
}

/** The products of a basket, each once. */
export const productIdsOf = (lines: readonly BasketLine[]): string[] => [
  ...new Set(lines.map((line) => line.productId)),
];

/** What else the prices of goods depend on. */
interface GoodsTerms {
  readonly logos: BasketLogos;
  readonly held?: HeldPrices | undefined;
  /** What an order has of the products already: it counts for the ladder and the least quantity. */
  readonly kept?: KeptUnits;
}

/**
 * The prices of goods, for orders and for what an edit brings: list price, rung and logo. Refuses what is not among the products or not
 * for sale, not sold in this quantity, or has a logo that was not agreed on, each kind all at once.
 */
export function priceGoods<P extends ProductTerms>(
  ctx: Ctx,
  found: readonly P[],
  lines: readonly BasketLine[],
  { logos: { requests, customerId }, held, kept = NOTHING_KEPT }: GoodsTerms,
): GoodsLine<P>[] {
  const products = new Map(found.map((product) => [product.id, product]));
  refuseMissing(lines, products);
  refuseQuantities(lines, products, kept);
  const { logos, faults } = decideLogos(lines, requests, customerId);
  refuseLogos(faults);
  const { minimumMarginBps } = catalogueSettings.of(ctx.shop);
  const totals = totalsOf(lines);
  return lines.map((line, index) => {
    const product = products.get(line.productId) as P;
    const listUnitAmount = held?.unitAmounts[index] ?? product.priceAmount;
    const total = (totals.get(line.productId) ?? 0) + (kept.get(line.productId) ?? 0);
    const appliedBreak = held
      ? (held.breaks[index] ?? null)
      : findBreak(product, total, listUnitAmount, minimumMarginBps);
    const logo = logos[index] ?? null;
    return {
      product,
      appliedBreak,
      logo,
      logoAmount: logoAmountOf(logo, line.quantity),
      quantity: line.quantity,
      listUnitAmount,
      taxRateBps: product.taxRateBps,
      adjustments: breakAdjustments(appliedBreak, listUnitAmount, line.quantity),
    };
  });
}

/** Prices a basket of these products: one function for quotes and orders, so that they cannot disagree. Refusals: those of priceGoods. */
export function priceLines<P extends ProductTerms>(
  ctx: Ctx,
  found: readonly P[],
  lines: readonly BasketLine[],
  facts: FreightFacts,
  logos: BasketLogos,
  held?: HeldPrices,
): Basket<P> {
  const { freightTaxRateBps } = shippingSettings.of(ctx.shop);
  let freight: BasketFreight = held?.freight ?? { amount: 0n, parts: [], isKnown: false };
  const inputs = priceGoods(ctx, found, lines, { logos, held });
  const priced = priceBasket(inputs, {
    taxRateBps: freightTaxRateBps,
    amountFor: (netAmounts) => {
      const items = inputs.map((input, index) => ({ ...input, netAmount: netAmounts[index] ?? 0n }));
      freight = held?.freight ?? priceFreight(items, facts);
      return freight.amount;
    },
  });
  return {
    priced,
    freight,
    freightTaxRateBps,
    held: {
      unitAmounts: inputs.map((line) => line.listUnitAmount),
      breaks: inputs.map((line) => line.appliedBreak),
      freight: freight.isKnown ? freight : undefined,
    },
  };
}

function refuseLogos(faults: ReturnType<typeof decideLogos>['faults']): void {
  const [first] = faults;
  if (!first) return;
  const violations = faults.map(({ index, field, code, detail }): Violation => {
    return { in: 'body', pointer: `/lines/${index}/${field}`, code, detail };
  });
  throw orderErrors[first.code](undefined, { violations });
}

function refuseQuantities(
  lines: readonly BasketLine[],
  products: ReadonlyMap<string, ProductTerms>,
  kept: KeptUnits,
): void {
  const faults = findQuantityFaults(lines, products, kept);
  const [first] = faults;
  if (!first) return;
  const violations = faults.map(({ index, code, detail }): Violation => {
    return { in: 'body', pointer: `/lines/${index}/quantity`, code, detail };
  });
  throw orderErrors[first.code](undefined, { violations });
}

function refuseMissing(lines: readonly BasketLine[], products: ReadonlyMap<string, ProductTerms>): void {
  const violations = lines.flatMap((line, index): Violation[] => {
    if (products.get(line.productId)?.status === 'active') return [];
    const detail = `The product ${line.productId} does not exist or is not for sale.`;
    return [{ in: 'body', pointer: `/lines/${index}/productId`, code: 'product_not_available', detail }];
  });
  if (violations.length > 0) throw orderErrors.product_not_available(undefined, { violations });
}
