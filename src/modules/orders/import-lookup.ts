import { and, eq, inArray } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import type { Violation } from '../../platform/errors.ts';
import { findSellables, type Sellable } from '../catalogue/sellables.ts';
import { products } from '../catalogue/tables.ts';
import { customersErrors } from '../customers/errors.ts';
import { holdCustomer } from '../customers/standing.ts';
import { customers } from '../customers/tables.ts';
import { orderErrors } from './errors.ts';
import type { ImportInput } from './import.ts';
import type { LineInput } from './rules.ts';

export interface ResolvedImport {
  readonly customerId: string | null;
  readonly lines: readonly (LineInput & {
    readonly product: Sellable;
    readonly appliedBreak: null;
    readonly logo: null;
    readonly giftOf: null;
    readonly isFlashSale: boolean;
  })[];
}

/** Finds the customer and the products that an import names by id or by their own system's id. */
export async function resolveImport(tx: Tx, ctx: Ctx, input: ImportInput): Promise<ResolvedImport> {
  const customerId = await findCustomer(tx, ctx, input);
  const byExternalId = await findProductIds(tx, ctx, input);
  const idOf = (line: ImportInput['lines'][number]) =>
    line.productId ?? byExternalId.get(line.productExternalId ?? '');
  const ids = [...new Set(input.lines.flatMap((line) => idOf(line) ?? []))];
  const sellables = new Map(
    (await findSellables(tx, ctx.shop.id, ids)).map((product) => [product.id, product]),
  );
  const violations: Violation[] = [];
  const lines = input.lines.flatMap((line, index) => {
    // A product that is no longer sold was sold then.
    const product = sellables.get(idOf(line) ?? '');
    if (!product) {
      const detail = 'There is no such product.';
      violations.push({ in: 'body', pointer: `/lines/${index}`, code: 'product_not_available', detail });
      return [];
    }
    const adjustments = (line.adjustments ?? []).map(({ reason, amount }) => ({
      kind: 'staff' as const,
      reason,
      amount: BigInt(amount),
    }));
    const taxRateBps = line.taxRateBps ?? product.taxRateBps;
    return [
      {
        product,
        quantity: line.quantity,
        listUnitAmount: BigInt(line.unitAmount),
        taxRateBps,
        adjustments,
        appliedBreak: null,
        logo: null,
        giftOf: null,
        isFlashSale: false,
      },
    ];
  });
  if (violations.length > 0) throw orderErrors.product_not_available(undefined, { violations });
  return { customerId, lines };
}

// By products_external_id_key.
async function findProductIds(
  tx: Tx,
  ctx: Ctx,
  { lines }: ImportInput,
): Promise<ReadonlyMap<string, string>> {
  const wanted = lines.flatMap((line) => line.productExternalId ?? []);
  if (wanted.length === 0) return new Map();
  const rows = await tx
    .select({ id: products.id, externalId: products.externalId })
    .from(products)
    .where(and(eq(products.shopId, ctx.shop.id), inArray(products.externalId, wanted)));
  return new Map(rows.map((row) => [row.externalId ?? '', row.id]));
}

async function findCustomer(tx: Tx, ctx: Ctx, input: ImportInput): Promise<string | null> {
  if (input.customerExternalId === undefined) {
    if (input.customerId !== undefined && input.customerId !== null)
      await holdCustomer(tx, ctx.shop.id, input.customerId);
    return input.customerId ?? null;
  }
  const [row] = await tx
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.shopId, ctx.shop.id), eq(customers.externalId, input.customerExternalId)));
  if (!row) throw customersErrors.customer_not_found(undefined, { pointer: '/customerExternalId' });
  await holdCustomer(tx, ctx.shop.id, row.id, '/customerExternalId');
  return row.id;
}
