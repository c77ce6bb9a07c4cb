import { loadRegions, type RegionBook } from '../../../platform/regions.ts';
import { type Destination, type Fault, type Place, type PriceZone, regionKey } from './price-rules.ts';

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
  const chain = chainWithin(await loadRegions(), country, own);
  if (!chain) return { country, regions: [own] };
  return { country, regions: chain.slice(0, -1).map((inner) => regionKey(country, inner)) };
}

/** The region of a key and those around it; undefined where the country has no such region. */
function chainWithin(book: RegionBook, country: string, key: string): readonly string[] | undefined {
  const inner = `${country}-${key}`;
  const chain = book.chainOf(book.find(inner) ? inner : key);
  return chain.length > 1 && chain.at(-1) === country ? chain : undefined;
}

/** Regions of a price list that their country does not have: nothing would ever be priced by them. */
export async function findUnknownRegions(zones: readonly PriceZone[]): Promise<Fault[]> {
  const named = zones.flatMap(({ areas }, zone) =>
    areas.flatMap(({ country, regions = [] }, area) =>
      regions.map((region, i) => ({
        country,
        region,
        pointer: `/zones/${zone}/areas/${area}/regions/${i}`,
      })),
    ),
  );
  if (named.length === 0) return [];
  const book = await loadRegions();
  return named
    .filter(({ country, region }) => !chainWithin(book, country, regionKey(country, region)))
    .map(({ country, region, pointer }) => ({ pointer, detail: `${country} has no region ${region}.` }));
}
