import type { Ctx } from '../../platform/context.ts';
import type { Calendar } from '../calendar/calendar-rules.ts';
import type { TransitDays } from '../calendar/lead-rules.ts';
import type { ProductTerms } from '../catalogue/sellables.ts';
import type { ExpectedDays } from '../shipping/carriers/transit-rules.ts';
import type { Place } from '../shipping/freight/destination.ts';
import { type DeliveryOptions, listDeliveryOptions } from '../shipping/options/list.ts';
import type { Ranking } from '../shipping/options/rules.ts';
import type { ToldWays } from './quote-token.ts';

interface Item {
  readonly quantity: number;
  readonly product: Pick<ProductTerms, 'weightGrams' | 'lengthMm' | 'widthMm' | 'heightMm'>;
}

interface Wish {
  readonly destination: Place | undefined;
  readonly rankBy: Ranking;
  readonly leavesOn: string | undefined;
  /** The same for the same basket: by it carriers on trial get their turns. */
  readonly key: string;
}

/**
 * The ways in which a basket can be sent as one parcel, ranked. Undefined while nobody has said where it goes, or where a product does
 * not tell its weight: then no price list can be asked.
 */
export async function optionsFor(
  ctx: Ctx,
  calendar: Calendar,
  items: readonly Item[],
  { destination, rankBy, leavesOn, key }: Wish,
): Promise<DeliveryOptions | undefined> {
  const parcel = parcelOf(items);
  if (!destination || !parcel) return undefined;
  return listDeliveryOptions(ctx.db, ctx, calendar, {
    country: destination.country,
    region: destination.regionCode ?? null,
    ...parcel,
    rankBy,
    key,
    ...(leavesOn === undefined ? {} : { leavesOn }),
  });
}

/** A basket as one parcel; undefined where a product does not tell its weight. Its size counts where all of them tell it. */
export function parcelOf(
  items: readonly Item[],
): { readonly weightGrams: number; readonly volumeMm3: number | null } | undefined {
  const weightGrams = sumOver(items, ({ weightGrams: grams }) => grams);
  if (weightGrams === null) return undefined;
  const volumeMm3 = sumOver(items, ({ lengthMm, widthMm, heightMm }) =>
    lengthMm === null || widthMm === null || heightMm === null ? null : lengthMm * widthMm * heightMm,
  );
  return { weightGrams, volumeMm3 };
}

/** What all pieces come to; null when one of them does not tell. */
function sumOver(items: readonly Item[], of: (product: Item['product']) => number | null): number | null {
  let sum = 0;
  for (const { quantity, product } of items) {
    const each = of(product);
    if (each === null) return null;
    sum += each * quantity;
  }
  return sum;
}

/** What a quote tells of the ways to send its basket. */
export const waysOf = (
  dispatchOn: string | undefined,
  options: DeliveryOptions | undefined,
): ToldWays | undefined =>
  dispatchOn === undefined || !options
    ? undefined
    : {
        dispatchOn,
        transits: new Map(
          options.options.map(({ option }) => [option.methodId, transitOf(option.expected) ?? null]),
        ),
      };

/** How many days a parcel is on its way, by what is known of a way; undefined where that is not known. */
export function transitOf(expected: ExpectedDays | undefined): TransitDays | undefined {
  const { earliestDays = null, latestDays = null } = expected ?? {};
  return earliestDays === null || latestDays === null
    ? undefined
    : { minimumDays: earliestDays, maximumDays: latestDays };
}
