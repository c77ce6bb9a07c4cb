import { canonicalRegion } from '../../../platform/regions.ts';

/** Where something goes: country as ISO 3166-1 alpha-2, region by its code or as addresses write it. */
export interface Destination {
  readonly country: string;
  readonly region: string | null;
}

/** The same with the regions around it, narrowest first, each by its key. */
export interface Place {
  readonly country: string;
  readonly regions: readonly string[];
}

/** A country, whole or only some of its regions. */
export interface ZoneArea {
  readonly country: string;
  readonly regions?: readonly string[];
}

/** What a parcel costs whose weight lies above `fromGrams` and up to `toGrams`. */
export interface PriceStep {
  readonly fromGrams: number;
  /** Null: as heavy as it may be. */
  readonly toGrams: number | null;
  readonly firstWeightGrams: number;
  readonly firstAmount: number;
  readonly additionalWeightGrams: number;
  readonly additionalAmount: number;
}

export interface PriceZone {
  readonly name: string;
  readonly areas: readonly ZoneArea[];
  readonly steps: readonly PriceStep[];
}

export interface PriceList {
  /** Cubic centimetres that weigh as much as a kilogram; null where only the scales count. */
  readonly volumetricDivisor: number | null;
  readonly zones: readonly PriceZone[];
}

/** What is wrong with something, and where. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Nothing heavier is priced. With the largest prices that a list may have, an amount still fits what the API can carry. */
export const MAX_GRAMS = 10_000_000;

/** A region by one name: `us-ca` and `CA` are the same in the US, `440000` and `CN-GD` in China. */
export const regionKey = (country: string, region: string): string => {
  const text = canonicalRegion(region.trim().toUpperCase());
  return text.startsWith(`${country}-`) ? text.slice(country.length + 1) : text;
};

/** What contradicts itself in a price list: areas that are in it twice, and ladders of weights with gaps or overlaps. */
export const findPriceListFaults = ({ zones }: Pick<PriceList, 'zones'>): Fault[] => [
  ...findAreaFaults(zones),
  ...zones.flatMap(({ steps }, zone) => findStepFaults(steps, `/zones/${zone}/steps`)),
];

function findAreaFaults(zones: readonly PriceZone[]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, string>();
  const see = (key: string, pointer: string, what: string) => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, pointer);
    else faults.push({ pointer, detail: `${what} is at ${first} already.` });
  };
  for (const [zone, { areas }] of zones.entries()) {
    for (const [area, { country, regions }] of areas.entries()) {
      const pointer = `/zones/${zone}/areas/${area}`;
      if (regions === undefined) see(country, pointer, `All of ${country}`);
      for (const [place, region] of (regions ?? []).entries())
        see(
          `${country} ${regionKey(country, region)}`,
          `${pointer}/regions/${place}`,
          `${country} ${region}`,
        );
    }
  }
  return faults;
}

function findStepFaults(steps: readonly PriceStep[], pointer: string): Fault[] {
  const faults: Fault[] = [];
  const add = (place: number, field: string, detail: string) =>
    faults.push({ pointer: `${pointer}/${place}/${field}`, detail });
  let reached: number | null = 0;
  for (const [place, { fromGrams, toGrams }] of steps.entries()) {
    if (reached === null) add(place, 'fromGrams', 'The step before has no end.');
    else if (fromGrams > reached)
      add(place, 'fromGrams', `Nothing is said of ${reached} to ${fromGrams} grams.`);
    else if (fromGrams < reached) add(place, 'fromGrams', `The step before reaches up to ${reached} grams.`);
    if (toGrams !== null && toGrams <= fromGrams) add(place, 'toGrams', 'A step ends above where it begins.');
    reached = toGrams;
  }
  return faults;
}

/** What a parcel is charged for: the heavier of scales and size. 2 kg in 18 litres at 6,000 cm³ per kg are 3 kg. */
function chargeableGrams(weightGrams: number, volumeMm3: number | null, divisor: number | null): number {
  if (volumeMm3 === null || divisor === null) return weightGrams;
  // A cubic millimetre is a thousandth of a cubic centimetre, and a gram a thousandth of a kilogram.
  return Math.max(weightGrams, Math.ceil(volumeMm3 / divisor));
}

/** What a list says of a parcel. */
export type Priced =
  | { readonly amount: bigint; readonly chargedGrams: number; readonly zoneName: string }
  | { readonly fault: 'not_served' | 'too_heavy' };

/**
 * The price of a parcel. The narrowest region that a zone names counts, and its whole country last. First 500 g for 6.00 and each 500 g begun
 * beyond that for 1.50: 1,200 g cost 9.00.
 */
export function priceParcel(
  list: PriceList,
  to: Place,
  weightGrams: number,
  volumeMm3: number | null,
): Priced {
  const zone = findZone(list.zones, to);
  if (!zone) return { fault: 'not_served' };
  const grams = chargeableGrams(weightGrams, volumeMm3, list.volumetricDivisor);
  const step = zone.steps.find(({ toGrams }) => toGrams === null || grams <= toGrams);
  if (!step || grams > MAX_GRAMS) return { fault: 'too_heavy' };
  const beyond = Math.max(0, grams - step.firstWeightGrams);
  const units = BigInt(Math.ceil(beyond / step.additionalWeightGrams));
  const amount = BigInt(step.firstAmount) + units * BigInt(step.additionalAmount);
  return { amount, chargedGrams: grams, zoneName: zone.name };
}

function findZone(zones: readonly PriceZone[], { country, regions }: Place): PriceZone | undefined {
  const holding = (isMeant: (area: ZoneArea) => boolean) =>
    zones.find(({ areas }) => areas.some((area) => area.country === country && isMeant(area)));
  for (const key of regions) {
    const zone = holding((area) => (area.regions ?? []).some((name) => regionKey(country, name) === key));
    if (zone) return zone;
  }
  return holding((area) => area.regions === undefined);
}

/** From when to when a price list counts; without an end, for ever. */
export interface Validity {
  readonly validFrom: Date;
  readonly validTo: Date | null;
}

/** Whether two validities have a moment in common. The end belongs to neither. */
export const areOverlapping = (a: Validity, b: Validity): boolean =>
  (b.validTo === null || a.validFrom < b.validTo) && (a.validTo === null || b.validFrom < a.validTo);
