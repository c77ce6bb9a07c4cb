import type { CampaignTerms } from '../campaigns/terms.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Violation } from '../../platform/errors.ts';
import { minOf } from '../../platform/money.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import { shippingSettings } from '../shipping/settings.ts';
import { catalogueSettings } from '../catalogue/settings.ts';
import { type CampaignPrices, giftLines, priceByCampaigns, withCampaigns } from './campaign-prices.ts';
import { heldLosses } from './entry-losses.ts';
import { orderErrors } from './errors.ts';
import { type HeldCampaigns, packCampaigns, unpackCampaigns } from './held-campaigns.ts';
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
import { type BasketFreight, type FreightFacts, isFreightFixed, priceFreight } from './freight.ts';
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
  /** Freight to the place that the quote was for; undefined when it did not say. */
  readonly freight: BasketFreight | undefined;
  /** What campaigns did, also when they have ended since. */
  readonly campaigns: HeldCampaigns | undefined;
}

/** A line with what its price comes from. */
export interface GoodsLine<P extends ProductTerms> extends LineInput {
  readonly product: P;
  readonly appliedBreak: AppliedBreak | null;
  readonly logo: LineLogo | null;
  /** The campaign that gives it away; null: it was ordered. */
  readonly giftOf: string | null;
  /** Whether some of it has the price of a flash sale. */
  readonly isFlashSale: boolean;
}

export interface Basket<P extends ProductTerms = ProductTerms> {
  readonly priced: PricedBasket<GoodsLine<P>>;
  readonly freight: BasketFreight;
  readonly freightTaxRateBps: number;
  readonly campaigns: CampaignPrices;
  /** List prices of the goods that were asked for, in the order of their lines. */
  readonly unitAmounts: readonly bigint[];
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
 * Goods at their list prices, with their logos. Refuses what is not among the products or not for sale, not sold in this quantity, or has
 * a logo that was not agreed on, each kind all at once.
 */
function listGoods<P extends ProductTerms>(
  found: readonly P[],
  lines: readonly BasketLine[],
  { logos: { requests, customerId }, held, kept = NOTHING_KEPT }: GoodsTerms,
): GoodsLine<P>[] {
  const products = new Map(found.map((product) => [product.id, product]));
  refuseMissing(lines, products);
  refuseQuantities(lines, products, kept);
  const { logos, faults } = decideLogos(lines, requests, customerId);
  refuseLogos(faults);
  return lines.map((line, index) => {
    const product = products.get(line.productId) as P;
    const logo = logos[index] ?? null;
    return {
      product,
      appliedBreak: null,
      logo,
      logoAmount: logoAmountOf(logo, line.quantity),
      quantity: line.quantity,
      listUnitAmount: held?.unitAmounts[index] ?? product.priceAmount,
      taxRateBps: product.taxRateBps,
      adjustments: [],
      giftOf: null,
      isFlashSale: false,
    };
  });
}

/**
 * The prices of goods that an edit brings: list price, rung and logo. Campaigns are for orders: what they promised one, it keeps.
 * Refusals: those of listGoods.
 */
export function priceGoods<P extends ProductTerms>(
  ctx: Ctx,
  found: readonly P[],
  lines: readonly BasketLine[],
  terms: GoodsTerms,
): GoodsLine<P>[] {
  const { minimumMarginBps } = catalogueSettings.of(ctx.shop);
  const totals = totalsOf(lines);
  return listGoods(found, lines, terms).map((line) => {
    const { product, listUnitAmount, quantity } = line;
    const total = (totals.get(product.id) ?? 0) + (terms.kept?.get(product.id) ?? 0);
    const appliedBreak = findBreak(product, total, listUnitAmount, minimumMarginBps);
    return { ...line, appliedBreak, adjustments: breakAdjustments(appliedBreak, listUnitAmount, quantity) };
  });
}

/** What a basket is priced with. */
interface BasketTerms<P extends ProductTerms> {
  readonly freight: FreightFacts;
  readonly logos: BasketLogos;
  readonly campaigns: CampaignTerms<P>;
  readonly held?: HeldPrices | undefined;
}

/**
 * Prices a basket of these products: one function for quotes and orders, so that they cannot disagree. List prices and logos, then
 * campaigns and ladders, then freight. Refusals: those of listGoods and priceFreight.
 */
export function priceLines<P extends ProductTerms>(
  ctx: Ctx,
  found: readonly P[],
  lines: readonly BasketLine[],
  { freight: facts, logos, campaigns: terms, held }: BasketTerms<P>,
): Basket<P> {
  const { freightTaxRateBps } = shippingSettings.of(ctx.shop);
  const goods = listGoods(found, lines, { logos, held });
  const isFixed = isFreightFixed(goods, facts);
  const freightFor = askFreight(goods, facts, held?.freight, isFixed);
  const campaigns =
    held === undefined
      ? priceByCampaigns(ctx, goods, terms, {
          isFixed,
          amountFor: (netAmounts) => freightFor(netAmounts).amount,
        })
      : heldPrices(goods, held.campaigns, terms);
  const inputs = [...withCampaigns(goods, campaigns), ...giftLines(campaigns, terms.products)];
  let freight: BasketFreight = { amount: 0n, parts: [], isKnown: false };
  const priced = priceBasket(inputs, {
    taxRateBps: freightTaxRateBps,
    amountFor: (netAmounts) => {
      // Gifts travel along for nothing.
      freight = freightFor(goods.map((line, index) => (netAmounts[index] ?? 0n) - (line.logoAmount ?? 0n)));
      return freight.amount - minOf(campaigns.outcome.freightDiscountAmount, freight.amount);
    },
  });
  return {
    priced,
    freight,
    freightTaxRateBps,
    campaigns,
    unitAmounts: goods.map((line) => line.listUnitAmount),
  };
}

/** Freight of goods at what they cost then, each with its logo. It is asked for each of many combinations of campaigns. */
function askFreight<P extends ProductTerms>(
  goods: readonly GoodsLine<P>[],
  facts: FreightFacts,
  held: BasketFreight | undefined,
  isFixed: boolean,
): (netAmounts: readonly bigint[]) => BasketFreight {
  let known = held;
  return (netAmounts) => {
    if (known) return known;
    const lines = goods.map((line, index) => ({
      ...line,
      netAmount: (netAmounts[index] ?? 0n) + (line.logoAmount ?? 0n),
    }));
    const freight = priceFreight(lines, facts);
    if (isFixed) known = freight;
    return freight;
  };
}

/** What a quote holds of a basket. */
export const pricesToHold = ({ unitAmounts, freight, campaigns }: Basket): HeldPrices => ({
  unitAmounts,
  freight: freight.isKnown ? freight : undefined,
  campaigns: packCampaigns(campaigns),
});

/** What a quote held of campaigns, with what it loses on entry items now. */
function heldPrices<P extends ProductTerms>(
  goods: readonly GoodsLine<P>[],
  held: HeldCampaigns | undefined,
  { products, facts }: CampaignTerms<P>,
): CampaignPrices {
  const prices = unpackCampaigns(held, goods.length, (id) => products.get(id)?.costAmount ?? 0n);
  const { discounts } = prices.outcome;
  return { ...prices, losses: heldLosses(goods, discounts, held?.entries ?? {}, facts.minimumMarginBps) };
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
