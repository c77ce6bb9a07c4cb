import type { Ctx } from '../../../platform/context.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { buyerIdOf } from '../terms.ts';
import { normaliseCode } from './code-rules.ts';
import {
  type CouponQuery,
  getBatch,
  getCoupon,
  listBatchRows,
  listCouponRows,
  readCodes,
} from './code-repository.ts';
import { getDefinition } from './definition-repository.ts';
import { type CouponOutcome, resolveCoupons } from './resolve.ts';
import type { Coupon, CouponBatch } from './tables.ts';

/** Codes, newest first; of a customer who calls only their own. A code is found however it is written. */
export async function listCoupons(ctx: Ctx, query: CouponQuery): Promise<Page<Coupon>> {
  const code = query.code === undefined ? {} : { code: normaliseCode(query.code) ?? query.code };
  return listCouponRows(ctx.db, ctx.shop.id, { ...query, ...code }, ctx.customerId);
}

/** A coupon; of a customer who calls only their own. Refusal: not_found. */
export async function readCoupon({ db, shop, customerId }: Ctx, id: string): Promise<Coupon> {
  const coupon = await getCoupon(db, shop.id, id);
  if (customerId !== undefined && coupon.customerId !== customerId) throw platformErrors.not_found();
  return coupon;
}

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** The batches of a definition, newest first. Refusal: not_found. */
export async function listCouponBatches(
  { db, shop }: Ctx,
  definitionId: string,
  query: PageQuery,
): Promise<Page<CouponBatch>> {
  await getDefinition(db, shop.id, definitionId);
  return listBatchRows(db, shop.id, definitionId, query);
}

const HEAD = 'code,state,validFrom,validUntil,usesLimit\n';
const textOf = (value: Date | number | null): string =>
  value instanceof Date ? value.toISOString() : String(value ?? '');

/** The codes of a batch as CSV, in pieces. Nothing in it needs quotes: codes are letters and digits. Refusal: not_found. */
export async function exportCouponBatch(
  { db, shop }: Ctx,
  definitionId: string,
  batchId: string,
): Promise<AsyncIterable<string>> {
  await getBatch(db, shop.id, definitionId, batchId);
  return (async function* pieces() {
    yield HEAD;
    for await (const rows of readCodes(db, shop.id, batchId)) {
      yield rows
        .map((row) =>
          [row.code, row.state, textOf(row.valid_from), textOf(row.valid_until), textOf(row.uses_limit)].join(
            ',',
          ),
        )
        .join('\n')
        .concat('\n');
    }
  })();
}

/**
 * What codes would do now, for the customer who calls, else for the one whom staff names. Codes of other shops are unknown. Refusal:
 * customer_not_nameable.
 */
export async function checkCoupons(
  ctx: Ctx,
  input: { readonly codes: readonly string[]; readonly customerId?: string; readonly channel?: string },
): Promise<CouponOutcome[]> {
  const { db, shop, now } = ctx;
  const customerId = buyerIdOf(ctx, input.customerId);
  return resolveCoupons(db, shop, { codes: input.codes, customerId, channel: input.channel ?? null, now });
}
