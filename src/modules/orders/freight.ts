import type { Violation } from '../../platform/errors.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import type { Ctx } from '../../platform/context.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import { destinationOf, type Place, UnknownRegion } from '../shipping/freight/destination.ts';
import { type StoredFreightPart, storedPart } from '../shipping/freight/part-schemas.ts';
import { decideFreight, type Destination, type FreightLine } from '../shipping/freight/rules.ts';
import { type FreightTerms, readFreight, resolveTemplate } from '../shipping/freight/terms.ts';
import { orderErrors } from './errors.ts';

/** What freight of a basket is decided by. */
export interface FreightFacts {
  readonly terms: FreightTerms;
  /** Undefined while nobody has said where it goes. */
  readonly destination: Destination | undefined;
  /** Where the caller says it. */
  readonly pointer: '/destination' | '/shippingAddress';
}

export interface BasketFreight {
  readonly amount: bigint;
  readonly parts: readonly StoredFreightPart[];
  /** False when it depends on where the basket goes, which nobody has said: the amount is not in the total yet. */
  readonly isKnown: boolean;
}

/** The templates that products name. */
export const templatesNamed = (products: readonly Pick<ProductTerms, 'freightTemplateId'>[]) =>
  products.map(({ freightTemplateId }) => freightTemplateId);

/** What freight to a place is decided by, with templates that were read. Refusal: region_unknown. */
export async function gatherFacts(
  terms: FreightTerms,
  place: Place | null | undefined,
  pointer: FreightFacts['pointer'],
): Promise<FreightFacts> {
  if (!place) return { terms, destination: undefined, pointer };
  const templates = [...terms.byId.keys()].flatMap((id) => resolveTemplate(terms, id) ?? []);
  const destination = await destinationOf(place, templates).catch((error: unknown) => {
    if (!(error instanceof UnknownRegion)) throw error;
    throw orderErrors.region_unknown(error.message, { pointer: `${pointer}/regionCode` });
  });
  return { terms, destination, pointer };
}

/** The same with the templates as they are now. */
export const readFacts = async (
  ctx: Ctx,
  products: readonly ProductTerms[],
  place: Place | null | undefined,
  pointer: FreightFacts['pointer'],
): Promise<FreightFacts> =>
  gatherFacts(await readFreight(ctx.db, ctx.shop.id, templatesNamed(products)), place, pointer);

/** Whether freight of these goods is the same whatever they cost: no zone of their templates is free from an amount on. */
export const isFreightFixed = (
  lines: readonly { readonly product: ProductTerms }[],
  { terms }: FreightFacts,
): boolean =>
  lines.every(({ product }) =>
    (resolveTemplate(terms, product.freightTemplateId)?.tariffs ?? []).every(({ rule }) =>
      rule.zones.every(({ freeFromAmount }) => freeFromAmount === null),
    ),
  );

interface PricedItem {
  readonly quantity: number;
  readonly netAmount: bigint;
  readonly product: ProductTerms;
}

/**
 * What freight of priced lines is. A quote may leave open where its basket goes; an order has to say it where freight depends on
 * it. Refusals: region_not_served, region_required, freight_facts_missing, amount_too_large.
 */
export function priceFreight(lines: readonly PricedItem[], facts: FreightFacts): BasketFreight {
  const decision = decideFreight(
    lines.map((line) => lineOf(line, facts.terms)),
    facts.destination,
  );
  const isOpen = facts.destination === undefined && facts.pointer === '/destination';
  const refused = decision.refused.filter(({ code }) => !(isOpen && code === 'region_required'));
  const [first] = refused;
  if (first) {
    const violations = refused.map(({ line, code, detail }): Violation => {
      const place = facts.destination ? `${facts.pointer}/regionCode` : facts.pointer;
      return { in: 'body', pointer: code === 'region_required' ? place : `/lines/${line}`, code, detail };
    });
    throw orderErrors[first.code](first.detail, { violations });
  }
  const tooMuch = decision.parts.find(({ tariffAmount }) => tariffAmount > MAX_AMOUNT);
  if (tooMuch)
    throw orderErrors.amount_too_large(undefined, { pointer: `/lines/${tooMuch.lines[0] ?? 0}/quantity` });
  const isKnown = decision.refused.length === 0;
  // A part of the freight would read as all of it.
  return isKnown
    ? { amount: decision.amount, parts: decision.parts.map(storedPart), isKnown }
    : { amount: 0n, parts: [], isKnown };
}

function lineOf({ quantity, netAmount, product }: PricedItem, terms: FreightTerms): FreightLine {
  const { lengthMm, widthMm, heightMm, weightGrams, freightTemplateId } = product;
  return {
    quantity,
    netAmount,
    weightGrams,
    sidesMm:
      lengthMm === null || widthMm === null || heightMm === null ? null : [lengthMm, widthMm, heightMm],
    template: resolveTemplate(terms, freightTemplateId),
  };
}
