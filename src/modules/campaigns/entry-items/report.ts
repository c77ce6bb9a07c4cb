import type { Ctx } from '../../../platform/context.ts';
import { buyersOrders, type NextPurchases } from './ports.ts';
import { type EntryUsage, listBuyers, sumUsage } from './report-repository.ts';
import { getEntryItem, type WholeEntryItem } from './repository.ts';

/** What came of an entry item: what was lost on it, and what its buyers bought next. */
export interface EntryItemReport {
  readonly whole: WholeEntryItem;
  readonly days: number;
  readonly usage: EntryUsage;
  /** Known customers who have an order with it. */
  readonly buyers: number;
  readonly next: NextPurchases;
}

const PAGE = 1_000;
const FIRST = '00000000-0000-0000-0000-000000000000';
const NOTHING: NextPurchases = {
  buyers: 0,
  orders: 0,
  revenueAmount: 0n,
  costedRevenueAmount: 0n,
  costAmount: 0n,
};

const add = (a: NextPurchases, b: NextPurchases): NextPurchases => ({
  buyers: a.buyers + b.buyers,
  orders: a.orders + b.orders,
  revenueAmount: a.revenueAmount + b.revenueAmount,
  costedRevenueAmount: a.costedRevenueAmount + b.costedRevenueAmount,
  costAmount: a.costAmount + b.costAmount,
});

/** What buyers of an entry item bought within so many days of their first order with it. Refusal: not_found. */
export async function readEntryItemReport(ctx: Ctx, id: string, days: number): Promise<EntryItemReport> {
  const whole = await getEntryItem(ctx.db, ctx.shop.id, id);
  const usage = await sumUsage(ctx.db, ctx.shop.id, id);
  let [buyers, next, after] = [0, NOTHING, FIRST];
  for (;;) {
    const page = await listBuyers(ctx.db, ctx.shop.id, id, after, PAGE);
    const last = page.at(-1);
    if (!last) return { whole, days, usage, buyers, next };
    buyers += page.length;
    next = add(next, await buyersOrders.get().sumNext(ctx.db, ctx.shop.id, page, days));
    after = last.customerId;
  }
}
