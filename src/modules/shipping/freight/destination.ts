import { canonicalRegion, loadRegions } from '../../../platform/regions.ts';
import type { Destination, ResolvedTemplate } from './rules.ts';

/** Where goods go to. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 3166-2, or in China the code of an administrative division. */
  readonly regionCode?: string | null;
}

/** A region that its country does not have. */
export class UnknownRegion extends Error {}

const isCountry = (code: string): boolean => code.length === 2;

/**
 * The destination as the rule looks at it. The book of regions is asked only where a narrower one than a country is named.
 * Throws UnknownRegion.
 */
export async function destinationOf(
  { country, regionCode }: Place,
  templates: readonly ResolvedTemplate[],
): Promise<Destination> {
  const isByCountry = templates.every(({ rules }) =>
    rules.every(({ zones }) => zones.every(({ regions }) => regions.every(isCountry))),
  );
  if (regionCode == null && isByCountry) return { chain: [country], around: () => [] };
  const regions = await loadRegions();
  const chain = regionCode == null ? [country] : regions.chainOf(canonicalRegion(regionCode));
  if (chain.at(-1) !== country) throw new UnknownRegion();
  return { chain, around: (code) => regions.chainOf(code).slice(1) };
}
