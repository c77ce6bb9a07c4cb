import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { dayIn } from '../../platform/days.ts';
import { countMatching, planForAll } from './evaluate-repository.ts';
import type { SegmentRule } from './rule-schemas.ts';
import { checkReferences, refuseFaults } from './segments.ts';

// Enough to see whether the rule means what was meant.
const SAMPLE = 20;

/** Who would be in a segment of a rule now. */
export interface Preview {
  readonly customerCount: number;
  readonly customerIds: readonly string[];
  readonly at: Date;
}

/** Counts who would be in a segment of a rule, and names a few of them; writes nothing. Refusals: those of a rule. */
export async function previewSegment(ctx: Ctx, rule: SegmentRule): Promise<Preview> {
  refuseFaults(rule);
  const { id: shopId, timezone: timeZone } = ctx.shop;
  const terms = { shopId, now: ctx.now, today: dayIn(timeZone, ctx.now), timeZone };
  // For the time limit and the plans of a transaction.
  return inTransaction(ctx, async (tx) => {
    await checkReferences(tx, ctx, undefined, rule);
    await planForAll(tx);
    const { count, sample } = await countMatching(tx, rule, SAMPLE, terms);
    return { customerCount: count, customerIds: sample, at: ctx.now };
  });
}
