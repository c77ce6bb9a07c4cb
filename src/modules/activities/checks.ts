import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import type { Violation } from '../../platform/errors.ts';
import { findGivableDefinitions } from '../campaigns/coupons/give.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { requireSegments } from '../segments/references.ts';
import { activityErrors } from './errors.ts';
import { findActivityFaults } from './fault-rules.ts';
import { formatOf } from './formats.ts';
import type { ActivityRule } from './rule-schemas.ts';

/**
 * Refuses what an activity cannot say; all that is wrong in one way at once. Refusals: activity_format_faulty,
 * activity_segments_contradictory, activity_times_contradictory, activity_text_twice, activity_budget_too_small.
 */
export function refuseFaults(rule: ActivityRule): void {
  const [first, ...others] = findActivityFaults(rule);
  if (!first) return;
  const violations = [first, ...others].map((fault): Violation => ({ in: 'body', ...fault }));
  throw activityErrors[first.code](undefined, { violations });
}

/**
 * Makes sure that an activity names what there is; segments stay until the caller commits. Refusals: activity_product_not_found,
 * activity_coupon_not_possible, segment_not_found, segment_archived.
 */
export async function requireNamed(tx: Tx, ctx: Ctx, rule: ActivityRule): Promise<void> {
  const { segmentIds, excludedSegmentIds } = rule;
  await requireSegments(tx, ctx.shop.id, { segmentIds, excludedSegmentIds });
  await requireProducts(tx, ctx, rule);
  await requireCoupons(tx, ctx, rule);
}

const rewardsOf = ({ format }: ActivityRule) => formatOf(format.type).rewardsOf(format);

async function requireProducts(on: Reader, ctx: Ctx, rule: ActivityRule): Promise<void> {
  const named = rewardsOf(rule).flatMap(({ pointer, reward }) =>
    reward.kind === 'goods' && reward.productId != null ? [{ pointer, id: reward.productId }] : [],
  );
  if (named.length === 0) return;
  const known = await findSellables(on, ctx.shop.id, [...new Set(named.map(({ id }) => id))]);
  const violations = named.flatMap(({ id, pointer }): Violation[] =>
    known.some((product) => product.id === id)
      ? []
      : [
          {
            in: 'body',
            pointer: `/format${pointer}/productId`,
            code: 'activity_product_not_found',
            detail: `There is no product ${id}.`,
          },
        ],
  );
  if (violations.length > 0) throw activityErrors.activity_product_not_found(undefined, { violations });
}

async function requireCoupons(on: Reader, ctx: Ctx, rule: ActivityRule): Promise<void> {
  const named = rewardsOf(rule).flatMap(({ pointer, reward }) =>
    reward.kind === 'coupon' ? [{ pointer, id: reward.couponDefinitionId }] : [],
  );
  if (named.length === 0) return;
  const givable = await findGivableDefinitions(on, ctx.shop.id, [...new Set(named.map(({ id }) => id))]);
  const violations = named.flatMap(({ id, pointer }): Violation[] =>
    givable.includes(id)
      ? []
      : [
          {
            in: 'body',
            pointer: `/format${pointer}/couponDefinitionId`,
            code: 'activity_coupon_not_possible',
            detail: 'It takes an active definition of a campaign whose codes belong to customers.',
          },
        ],
  );
  if (violations.length > 0) throw activityErrors.activity_coupon_not_possible(undefined, { violations });
}
