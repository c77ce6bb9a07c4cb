import type { Ctx } from '../../platform/context.ts';
import type { Violation } from '../../platform/errors.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import { shippingSettings } from '../shipping/settings.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { orderErrors } from './errors.ts';
import {
  type AppliedBreak,
  breakAdjustments,
  findBreak,
  findQuantityFaults,
  totalsOf,
} from './quantity-rules.ts';
import { type BasketFreight, type FreightFacts, priceFreight } from './freight.ts';
import { type LineInput, type PricedBasket, priceBasket } from './rules.ts';

export interface BasketLine {
  readonly productId: string;
  readonly quantity: number;
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

export interface Basket<P extends ProductTerms = ProductTerms> {
  readonly priced: PricedBasket<
    LineInput & { readonly product: P; readonly appliedBreak: AppliedBreak | null }
  >;
  readonly freight: BasketFreight;
  readonly freightTaxRateBps: number;
  readonly held: HeldPrices;
}

/** The products of a basket, each once. */
export const productIdsOf = (lines: readonly BasketLine[]): string[] => [
  ...new Set(lines.map((line) => line.productId)),
];

/**
 * Prices a basket of these products: one function for quotes and orders, so that they cannot disagree. Refuses what is not
 * among them or not for sale, all at once.
 */
export function priceLines<P extends ProductTerms>(
  ctx: Ctx,
  found: readonly P[],
  lines: readonly BasketLine[],
  facts: FreightFacts,
  held?: HeldPrices,
): Basket<P> {
  const products = new Map(found.map((product) => [product.id, product]));
  refuseMissing(lines, products);
  refuseQuantities(lines, products);

  const { freightTaxRateBps } = shippingSettings.of(ctx.shop);
  let freight: BasketFreight = held?.freight ?? { amount: 0n, parts: [], isKnown: false };
  const { minimumMarginBps } = catalogueSettings.of(ctx.shop);
  const totals = totalsOf(lines);
  const inputs = lines.map((line, index) => {
    const product = products.get(line.productId) as P;
    const listUnitAmount = held?.unitAmounts[index] ?? product.priceAmount;
    const appliedBreak = held
      ? (held.breaks[index] ?? null)
      : findBreak(product, totals.get(line.productId) ?? 0, listUnitAmount, minimumMarginBps);
    return {
      product,
      appliedBreak,
      quantity: line.quantity,
      listUnitAmount,
      taxRateBps: product.taxRateBps,
      adjustments: breakAdjustments(appliedBreak, listUnitAmount, line.quantity),
    };
  });
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

function refuseQuantities(lines: readonly BasketLine[], products: ReadonlyMap<string, ProductTerms>): void {
  const faults = findQuantityFaults(lines, products);
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
