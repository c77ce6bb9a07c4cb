import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import type { Violation } from '../../platform/errors.ts';
import { findSellables } from '../catalogue/sellables.ts';
import { listTierKeys } from '../loyalty/tiers/read.ts';
import { requireSegments } from '../segments/references.ts';
import { campaignErrors } from './errors.ts';
import { findCampaignFaults, namedProducts } from './fault-rules.ts';
import type { CampaignRule } from './rule-schemas.ts';

/**
 * Refuses what a campaign cannot say; all that is wrong in one way at once. Refusals: campaign_mechanic_faulty,
 * campaign_class_not_possible, campaign_basis_not_possible, campaign_segments_required, campaign_scope_contradictory,
 * campaign_times_contradictory, campaign_recurrence_faulty, campaign_text_twice.
 */
export function refuseFaults(rule: CampaignRule): void {
  const [first, ...others] = findCampaignFaults(rule);
  if (!first) return;
  const violations = [first, ...others].map((fault): Violation => ({ in: 'body', ...fault }));
  throw campaignErrors[first.code](undefined, { violations });
}

/**
 * Makes sure that a campaign names what there is; segments stay until the caller commits. Refusals: campaign_product_not_found,
 * segment_not_found, segment_archived, campaign_tier_not_found.
 */
export async function requireNamed(tx: Tx, ctx: Ctx, rule: CampaignRule): Promise<void> {
  await requireProducts(tx, ctx, rule);
  const { segmentIds, excludedSegmentIds } = rule;
  await requireSegments(tx, ctx.shop.id, { segmentIds, excludedSegmentIds });
  await requireTiers(tx, ctx, rule);
}

async function requireTiers(on: Reader, ctx: Ctx, { tierKeys }: CampaignRule): Promise<void> {
  if (tierKeys.length === 0) return;
  const known = await listTierKeys(on, ctx.shop.id);
  const violations = tierKeys.flatMap((key, index): Violation[] =>
    known.includes(key)
      ? []
      : [
          {
            in: 'body',
            pointer: `/tierKeys/${index}`,
            code: 'campaign_tier_not_found',
            detail: `The loyalty programme has no tier ${key}.`,
          },
        ],
  );
  if (violations.length > 0) throw campaignErrors.campaign_tier_not_found(undefined, { violations });
}

async function requireProducts(on: Reader, ctx: Ctx, rule: CampaignRule): Promise<void> {
  const named = namedProducts(rule);
  if (named.length === 0) return;
  const ids = [...new Set(named.map(({ id }) => id))];
  const known = new Set((await findSellables(on, ctx.shop.id, ids)).map(({ id }) => id));
  const violations = named.flatMap(({ id, pointer }): Violation[] =>
    known.has(id)
      ? []
      : [{ in: 'body', pointer, code: 'campaign_product_not_found', detail: `There is no product ${id}.` }],
  );
  if (violations.length > 0) throw campaignErrors.campaign_product_not_found(undefined, { violations });
}
