import { mechanicOf } from '../mechanics.ts';
import type { BasketItem, Campaign } from './facts.ts';

/** Campaigns by what they cover, so that a basket looks at those alone that can concern it. */
export interface Shelf {
  readonly campaigns: readonly Campaign[];
  /** Those that cover everything but what they leave out. */
  readonly everywhere: readonly number[];
  readonly byProduct: ReadonlyMap<string, readonly number[]>;
  readonly byCategory: ReadonlyMap<string, readonly number[]>;
  readonly byCollection: ReadonlyMap<string, readonly number[]>;
}

/** The products that a campaign is about because it or its mechanic names them; undefined: any. */
function namedBy({ rule }: Campaign): readonly string[] {
  const named = mechanicOf(rule.mechanic.type).productIdsOf?.(rule.mechanic) ?? [];
  return named.length > 0 ? named : rule.productIds;
}

function add(map: Map<string, number[]>, keys: readonly string[], at: number): void {
  for (const key of keys) {
    const list = map.get(key);
    if (list) list.push(at);
    else map.set(key, [at]);
  }
}

/** Makes the index of a shop's campaigns; once for every revision of them. */
export function shelve(campaigns: readonly Campaign[]): Shelf {
  const everywhere: number[] = [];
  const [byProduct, byCategory, byCollection] = [0, 0, 0].map(() => new Map<string, number[]>()) as [
    Map<string, number[]>,
    Map<string, number[]>,
    Map<string, number[]>,
  ];
  for (const [at, campaign] of campaigns.entries()) {
    const { rule } = campaign;
    const products = namedBy(campaign);
    add(byProduct, products, at);
    const ofMechanic = (mechanicOf(rule.mechanic.type).productIdsOf?.(rule.mechanic) ?? []).length > 0;
    if (ofMechanic) continue;
    add(byCategory, rule.categories, at);
    add(byCollection, rule.collections, at);
    if (products.length + rule.categories.length + rule.collections.length === 0) everywhere.push(at);
  }
  return { campaigns, everywhere, byProduct, byCategory, byCollection };
}

/** The lines that each campaign concerns, by its place on the shelf; campaigns that concern none are left out. In order of place. */
export function findConcerned(shelf: Shelf, items: readonly BasketItem[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const all = items.map((_, index) => index);
  for (const at of shelf.everywhere) found.set(at, all);
  for (const [index, item] of items.entries()) {
    const places = [
      ...(shelf.byProduct.get(item.productId) ?? []),
      ...(item.category === null ? [] : (shelf.byCategory.get(item.category) ?? [])),
      ...item.collections.flatMap((name) => shelf.byCollection.get(name) ?? []),
    ];
    for (const at of places) {
      const lines = found.get(at);
      if (!lines) found.set(at, [index]);
      else if (lines.at(-1) !== index) lines.push(index);
    }
  }
  return new Map(
    [...found]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([at, lines]) => {
        const campaign = shelf.campaigns[at];
        const kept = campaign ? withoutExcluded(campaign, lines, items) : [];
        return kept.length > 0 ? [[at, kept] as const] : [];
      }),
  );
}

function withoutExcluded(
  { rule }: Campaign,
  lines: readonly number[],
  items: readonly BasketItem[],
): number[] {
  const { excludedProductIds, excludedCategories } = rule;
  if (excludedProductIds.length + excludedCategories.length === 0) return lines as number[];
  return lines.filter((index) => {
    const item = items[index];
    return (
      item &&
      !excludedProductIds.includes(item.productId) &&
      !(item.category !== null && excludedCategories.includes(item.category))
    );
  });
}
