import { type Ctx, type Deps, systemContext } from '../../platform/context.ts';
import { getShop } from '../../platform/shops/shop.ts';
import { evaluateDueChecks, evaluateDueSegment } from './evaluate.ts';
import { computeDueScores } from './rfm.ts';

/** The job that does what is due in a shop at once; the sweeps would do it within a minute. */
export const EVALUATE_TASK = 'segments.evaluate';

export async function evaluateShop(deps: Deps, { shopId }: { readonly shopId: string }): Promise<void> {
  const shop = await getShop(deps.db, shopId);
  const ctx = () => systemContext(deps, shop, EVALUATE_TASK);
  for (const step of [computeDueScores, evaluateDueSegment, evaluateDueChecks]) await untilDone(ctx, step);
}

async function untilDone(ctx: () => Ctx, step: (ctx: Ctx) => Promise<number>): Promise<void> {
  while ((await step(ctx())) > 0);
}
