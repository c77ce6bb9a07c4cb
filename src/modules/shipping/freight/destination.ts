import { canonicalRegion, loadRegions } from '../../../platform/regions.ts';
import type { Destination, ResolvedTemplate } from './rules.ts';

/** Where goods go to. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 3166-2, or in China the code of an administrative division. */
  readonly regionCode?: string | null;
}

/** A region that its country does not have. The message says which country it is in, where there is one. */
export class UnknownRegion extends Error {}

const isWhole = (code: string): boolean => code.length === 2;

/**
 * The destination as the rule looks at it. The book of regions is asked only where a narrower one than a country is named.
 * Throws UnknownRegion.
 */
export async function destinationOf(
  { country, regionCode }: Place,
  templates: readonly ResolvedTemplate[],
): Promise<Destination> {
  const isByCountry = templates.every(({ tariffs }) =>
    tariffs.every(({ rule: { zones } }) => zones.every(({ regions }) => regions.every(isWhole))),
  );
  if (regionCode == null && isByCountry) return { chain: [country], around: () => [] };
  const regions = await loadRegions();
  const chain = regionCode == null ? [country] : regions.chainOf(canonicalRegion(regionCode));
  const own = chain.at(-1);
  if (own !== country)
    throw new UnknownRegion(
      own === undefined ? `There is no region ${regionCode}.` : `${regionCode} is in the country ${own}.`,
    );
  return { chain, around: (code) => regions.chainOf(code).slice(1) };
}
