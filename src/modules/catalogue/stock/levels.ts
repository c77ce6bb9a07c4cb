import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { platformErrors } from '../../../platform/errors.ts';
import { eventRow } from '../../../platform/events/define.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { productStockAdjusted } from '../events.ts';
import { getProductRow } from '../repository.ts';
import { findStockFault } from '../rules.ts';
import type { StockAdjustmentRow, StockRow } from '../tables.ts';
import {
  changeStock,
  getStockRow,
  insertAdjustments,
  listAdjustmentRows,
  listStockRows,
} from './repository.ts';

interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
}

interface Adjustment {
  readonly onHandChange: number;
  readonly reason: string;
}

/**
 * Changes the stock on hand by a number of pieces. Refusals: not_found, version_mismatch, insufficient_stock below
 * what is reserved, stock_limit_exceeded.
 */
export const adjustStock = (ctx: Ctx, productId: string, input: Adjustment): Promise<StockRow> =>
  inTransaction(ctx, async (tx) => {
    const stock = await recordAdjustment(tx, ctx, productId, input, ctx.expectedVersion);
    if (stock) return stock;
    throw refusalOf(ctx, await getStockRow(tx, ctx.shop.id, productId), input.onHandChange);
  });

/**
 * Building block: pieces came in or are gone, for the records. Undefined where fewer would be left than are reserved, or more than can
 * be counted. Refusal: not_found.
 */
export async function recordAdjustment(
  tx: Tx,
  ctx: Ctx,
  productId: string,
  { onHandChange, reason }: Adjustment,
  expectedVersion?: number,
): Promise<StockRow | undefined> {
  const { externalId } = await getProductRow(tx, ctx.shop.id, productId);
  const change = { shopId: ctx.shop.id, productId, change: onHandChange, expectedVersion };
  const stock = await changeStock(tx, change);
  if (!stock) return undefined;
  const adjustment = {
    shopId: ctx.shop.id,
    productId,
    id: newId(),
    onHandChange,
    onHandAfter: stock.onHand,
    reason,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    adjustedAt: ctx.now,
  };
  const data = { externalId, onHandChange, onHandQuantity: stock.onHand, reason };
  await Promise.all([
    insertAdjustments(tx, [adjustment]),
    appendEvents(tx, ctx, [eventRow(ctx, productStockAdjusted, productId, data)]),
  ]);
  return stock;
}

// The update found a guard against it. Where the row says otherwise by now, it has just changed.
function refusalOf(ctx: Ctx, stock: StockRow, change: number): Error {
  checkVersion(ctx, stock);
  return findStockFault(stock, stock.onHand + change, '/onHandChange') ?? platformErrors.version_conflict();
}

/** The stock of a product. Refusals: not_found. */
export const getStock = (ctx: Ctx, productId: string): Promise<StockRow> =>
  getStockRow(ctx.db, ctx.shop.id, productId);

/** The stock of every product, newest product first. */
export const listStockLevels = (ctx: Ctx, query: ListQuery): Promise<Page<StockRow>> =>
  listStockRows(ctx.db, ctx.shop.id, query);

/** The adjustments of a product's stock, newest first. Refusals: not_found. */
export async function listStockAdjustments(
  ctx: Ctx,
  productId: string,
  query: ListQuery,
): Promise<Page<StockAdjustmentRow>> {
  await getStockRow(ctx.db, ctx.shop.id, productId);
  return listAdjustmentRows(ctx.db, ctx.shop.id, productId, query);
}
