import { loadRegions } from '../../../platform/regions.ts';
import { type Destination, type Place, type PriceZone, regionKey } from './price-rules.ts';

/**
 * Where something goes, with the regions around it, narrowest first: a zone of Guangdong holds what goes to Shenzhen. The book of
 * regions is only asked where a zone of the country names a region; a region that is in no book stays as it is written.
 */
export async function placeOf({ country, region }: Destination, zones: readonly PriceZone[]): Promise<Place> {
  if (region === null) return { country, regions: [] };
  const own = regionKey(country, region);
  const isByRegion = zones.some(({ areas }) =>
    areas.some((area) => area.country === country && area.regions !== undefined),
  );
  if (!isByRegion) return { country, regions: [own] };
  const book = await loadRegions();
  const code = book.find(own) ? own : `${country}-${own}`;
  const chain = book.chainOf(code);
  if (chain.at(-1) !== country) return { country, regions: [own] };
  return { country, regions: chain.slice(0, -1).map((inner) => regionKey(country, inner)) };
}
