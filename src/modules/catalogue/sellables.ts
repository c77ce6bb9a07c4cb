import { putBounded } from '../../platform/bounded-map.ts';
import type { Reader } from '../../platform/db/client.ts';
import { type Guard, whenStale } from '../../platform/db/guards.ts';
import { findProductOfTemplate, findSellableRows, findTermRows } from './repository.ts';

/** What pricing needs to know of a product. Amounts are per unit, in minor units. */
export type ProductTerms = Awaited<ReturnType<typeof findTermRows>>[number];
/** The same with what could be sold at this moment: only `requireStock` and `reserveStock` make sure of it. */
export type Sellable = Awaited<ReturnType<typeof findSellableRows>>[number];

/** The products of these ids, in no order and of any status; ids that the shop does not have are left out. */
export const findSellables = (on: Reader, shopId: string, ids: readonly string[]): Promise<Sellable[]> =>
  findSellableRows(on, shopId, ids);

/** Whether a product names this freight template. */
export const isTemplateNamed = async (on: Reader, shopId: string, templateId: string): Promise<boolean> =>
  (await findProductOfTemplate(on, shopId, templateId)) !== undefined;

const MOST_REMEMBERED = 5_000;
const remembered = new Map<string, ProductTerms>();
const nameOf = (shopId: string, id: string): string => `${shopId}/${id}`;

/**
 * What this process last read of the products; undefined unless it remembers all of them. They may have changed since: a
 * decision on them counts only when the statement that carries it out holds `requireTerms`, and a refusal never.
 */
export function recallTerms(shopId: string, ids: readonly string[]): ProductTerms[] | undefined {
  const terms: ProductTerms[] = [];
  for (const id of ids) {
    const known = remembered.get(nameOf(shopId, id));
    if (!known) return undefined;
    terms.push(known);
  }
  return terms;
}

/** Reads products for pricing and remembers them. Otherwise like `findSellables`. */
export async function readTerms(on: Reader, shopId: string, ids: readonly string[]): Promise<ProductTerms[]> {
  const terms = await findTermRows(on, shopId, ids);
  rememberTerms(shopId, terms);
  return terms;
}

/** Remembers what was read of products. */
export function rememberTerms(shopId: string, products: readonly ProductTerms[]): void {
  for (const product of products)
    putBounded(remembered, MOST_REMEMBERED, nameOf(shopId, product.id), product);
}

/** Makes sure that the products are as they were read, as part of one statement. */
export function requireTerms(shopId: string, products: readonly ProductTerms[]): Guard {
  const part = {
    name: 'terms',
    // By the primary key.
    check: `select refuse('terms_changed', '') from unnest($2::uuid[], $3::int[]) as read (id, version)
      where not exists (select 1 from products p where p.shop_id = $1 and p.id = read.id and p.version = read.version) limit 1`,
    values: [shopId, products.map(({ id }) => id), products.map(({ version }) => version)],
  };
  const forget = () => {
    for (const { id } of products) remembered.delete(nameOf(shopId, id));
  };
  return { part, toError: whenStale('terms_changed', forget) };
}
