import type { Tx } from '../../platform/db/client.ts';
import type { Guard } from '../../platform/db/guards.ts';
import { type StockQuantity, sumByProduct } from './rules.ts';
import { reservePart, stockMoves, toStockShort } from './stock/repository.ts';

export { StockShort } from './stock/repository.ts';

export interface StockMove {
  /** What is left of each product that was moved. */
  readonly levels: readonly {
    readonly productId: string;
    readonly onHand: number;
    readonly reserved: number;
  }[];
  /** Products of which there was not enough, or which the shop does not have. Nothing of them was moved. */
  readonly failed: readonly string[];
}

async function move(
  statement: (typeof stockMoves)[keyof typeof stockMoves],
  tx: Tx,
  shopId: string,
  items: readonly StockQuantity[],
): Promise<StockMove> {
  const wanted = sumByProduct(items);
  if (wanted.length === 0) return { levels: [], failed: [] };
  const ids = wanted.map(({ productId }) => productId);
  const moved = await statement(tx, [shopId, ids, wanted.map(({ quantity }) => quantity)]);
  const done = new Set(moved.map((row) => row.product_id));
  return {
    levels: moved.map((row) => ({ productId: row.product_id, onHand: row.on_hand, reserved: row.reserved })),
    failed: ids.filter((id) => !done.has(id)),
  };
}

type MoveStock = (tx: Tx, shopId: string, items: readonly StockQuantity[]) => Promise<StockMove>;

/** Promises pieces to an order, all or none, as part of one statement; `toError` turns its failure into `StockShort`. */
export function requireStock(shopId: string, items: readonly StockQuantity[]): Guard {
  const wanted = sumByProduct(items);
  const ids = wanted.map(({ productId }) => productId);
  const part = reservePart(
    shopId,
    ids,
    wanted.map(({ quantity }) => quantity),
  );
  return { part, toError: (error: unknown) => toStockShort(error, ids) };
}

/** Promises pieces to an order. Where some products failed, the others are reserved: roll back to undo that. */
export const reserveStock: MoveStock = (tx, shopId, items) => move(stockMoves.reserve, tx, shopId, items);

/** Takes a promise back. Fails for a product of which less is reserved. */
export const releaseStock: MoveStock = (tx, shopId, items) => move(stockMoves.release, tx, shopId, items);

/** Reserved pieces leave the warehouse. Fails for a product of which less is reserved. */
export const shipStock: MoveStock = (tx, shopId, items) => move(stockMoves.ship, tx, shopId, items);

/** Pieces come back into the warehouse. Fails only where the stock would grow beyond what the API carries. */
export const returnStock: MoveStock = (tx, shopId, items) => move(stockMoves.return, tx, shopId, items);

/** Pieces leave the warehouse without a reservation, as in an imported order. Fails where fewer are available. */
export const takeStock: MoveStock = (tx, shopId, items) => move(stockMoves.take, tx, shopId, items);
