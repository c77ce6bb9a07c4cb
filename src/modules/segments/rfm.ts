import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { sumOf } from '../../platform/money.ts';
import { holdEndings } from '../customers/standing.ts';
import { queueChecks } from './checks-repository.ts';
import { dayIn, startOfDay } from '../../platform/days.ts';
import { planForAll, tryToTakeTurn } from './evaluate-repository.ts';
import { listRuled, makeDue } from './repository.ts';
import {
  countPlaces,
  finishSchedule,
  followPurchases,
  lockDueSchedule,
  writeScores,
} from './rfm-repository.ts';
import { cellAt, RFM_CELLS, type RfmCell } from './rfm-rules.ts';
import { usesRfm } from './rules.ts';

/**
 * Computes the RFM scores of the shop's buyers when they are due, and has the segments that go by them looked at. Returns how
 * often: once, or not at all.
 */
export async function computeDueScores(ctx: Ctx): Promise<number> {
  const { id: shopId } = ctx.shop;
  return inTransaction(ctx, async (tx) => {
    if (!(await tryToTakeTurn(tx, shopId))) return 0;
    // Before the schedule: a merge that has its turn may be about to tell of the purchases that it moves.
    await holdEndings(tx, shopId);
    if (!(await lockDueSchedule(tx, shopId, ctx.now))) return 0;
    const users = (await listRuled(tx, shopId)).filter(({ rule }) => usesRfm(rule));
    if (users.length > 0) {
      await planForAll(tx);
      await writeScores(tx, shopId);
      await makeDue(
        tx,
        shopId,
        users.map(({ id }) => id),
        ctx.now,
      );
    }
    await finishSchedule(tx, shopId, ctx.now);
    return 1;
  });
}

/**
 * What a customer bought has changed: every rule looks at them, and scores, which go by all buyers together, are computed at the
 * next midnight.
 */
export async function followCustomerPurchases(tx: Tx, ctx: Ctx, customerId: string): Promise<void> {
  await queueChecks(tx, ctx.shop.id, [customerId], ctx.now);
  await followBuyers(tx, ctx);
}

/** The buyers of the shop are others, or bought otherwise: their scores are computed at the next midnight. */
export async function followBuyers(tx: Tx, ctx: Ctx): Promise<void> {
  const { id: shopId, timezone } = ctx.shop;
  await followPurchases(tx, shopId, startOfDay(timezone, dayIn(timezone, ctx.now) + 1));
}

/** An RFM cell with what is in it now. */
export interface CellFigures {
  readonly cell: RfmCell;
  readonly places: readonly { readonly recency: number; readonly value: number }[];
  readonly customerCount: number;
  readonly salesAmount: bigint;
}

/** The RFM cells of the shop as of now, the best customers first. */
export async function readRfmCells(ctx: Ctx): Promise<CellFigures[]> {
  const counts = await countPlaces(ctx.db, ctx.shop.id);
  const known = new Map(counts.map((one) => [one.place, one]));
  const places = [1, 2, 3, 4, 5].flatMap((recency) =>
    [1, 2, 3, 4, 5].map((value) => ({ recency, value, cell: cellAt(recency, value) })),
  );
  return RFM_CELLS.map((cell) => {
    const own = places.filter((place) => place.cell === cell);
    const found = own.flatMap(({ recency, value }) => known.get(recency * 10 + value) ?? []);
    return {
      cell,
      places: own.map(({ recency, value }) => ({ recency, value })),
      customerCount: found.reduce((sum, { count }) => sum + count, 0),
      salesAmount: sumOf(found.map(({ total }) => total)),
    };
  });
}
