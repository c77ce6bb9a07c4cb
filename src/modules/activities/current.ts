import type { Ctx } from '../../platform/context.ts';
import { findMemberships } from '../segments/members.ts';
import { formatOf } from './formats.ts';
import { findClosedReason } from './open-rules.ts';
import { listActivitiesAt, type WholeActivity } from './repository.ts';
import { activitySettings } from './settings.ts';

/** An activity that is there now. */
export type CurrentActivity = WholeActivity;

/**
 * The activities that are there now on a channel, for banners: those for members of segments only for who is one. It is for the customer
 * whose token it is, and for nobody in particular with a key.
 */
export async function listCurrentActivities(
  ctx: Ctx,
  { channel }: { readonly channel: string },
): Promise<CurrentActivity[]> {
  const running = await listActivitiesAt(ctx.db, ctx.shop.id, ctx.now);
  const segmentIds = await readSegments(ctx, running);
  const { sharingForbiddenChannels } = activitySettings.of(ctx.shop);
  const presence = { channel, segmentIds, sharingForbiddenChannels };
  return running.filter(
    ({ row, rule }) => !findClosedReason(rule, formatOf(row.type).isSharing ?? false, presence),
  );
}

async function readSegments(
  { db, shop, now, customerId }: Ctx,
  running: readonly WholeActivity[],
): Promise<ReadonlySet<string>> {
  const named = new Set(running.flatMap(({ rule }) => [...rule.segmentIds, ...rule.excludedSegmentIds]));
  if (named.size === 0 || customerId === undefined) return new Set();
  const [found] = await findMemberships(db, shop.id, [...named], [{ customerId, at: now }]);
  return found ?? new Set();
}
