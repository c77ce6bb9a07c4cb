import type { Ctx } from '../../platform/context.ts';
import type { Reader } from '../../platform/db/client.ts';
import { findMemberships } from '../segments/members.ts';
import { activityErrors } from './errors.ts';
import { formatOf } from './formats.ts';
import { type ClosedReason, findClosedReason, isRunning } from './open-rules.ts';
import type { WholeActivity } from './repository.ts';
import { activitySettings } from './settings.ts';

/** Who does something in an activity, where and when. */
export interface Visitor {
  readonly customerId: string;
  readonly channel: string;
  readonly at: Date;
}

/** Why somebody cannot take part in an activity that runs. */
export async function findClosed(
  on: Reader,
  ctx: Ctx,
  { rule }: WholeActivity,
  { customerId, channel, at }: Visitor,
): Promise<ClosedReason | undefined> {
  const named = [...rule.segmentIds, ...rule.excludedSegmentIds];
  const [segmentIds = new Set<string>()] =
    named.length === 0 ? [] : await findMemberships(on, ctx.shop.id, named, [{ customerId, at }]);
  const { sharingForbiddenChannels } = activitySettings.of(ctx.shop);
  const isSharing = formatOf(rule.format.type).isSharing ?? false;
  return findClosedReason(rule, isSharing, { channel, segmentIds, sharingForbiddenChannels });
}

/** Refuses what is done in an activity that does not run. Refusal: activity_not_running. */
export function requireRunning({ row }: WholeActivity, now: Date): void {
  if (!isRunning(row, now)) throw activityErrors.activity_not_running(`The activity is ${row.state}.`);
}

/**
 * Refuses what is passed on where it is not for the channel, or sharing is forbidden; who it is for is not asked. Refusals:
 * activity_channel_closed, activity_sharing_forbidden.
 */
export function requireShared(ctx: Ctx, { rule }: WholeActivity, channel: string): void {
  const { sharingForbiddenChannels } = activitySettings.of(ctx.shop);
  const presence = { channel, segmentIds: new Set<string>(), sharingForbiddenChannels };
  const forAll = { channels: rule.channels, segmentIds: [], excludedSegmentIds: [] };
  const reason = findClosedReason(forAll, true, presence);
  if (reason) throw activityErrors[reason](undefined, { pointer: '/channel' });
}

/**
 * Refuses who cannot take part. Refusals: activity_not_running, activity_channel_closed, activity_sharing_forbidden,
 * activity_not_for_customer.
 */
export async function requireOpen(
  on: Reader,
  ctx: Ctx,
  whole: WholeActivity,
  visitor: Visitor,
): Promise<void> {
  requireRunning(whole, ctx.now);
  const reason = await findClosed(on, ctx, whole, visitor);
  const pointer = reason === 'activity_not_for_customer' ? undefined : { pointer: '/channel' };
  if (reason) throw activityErrors[reason](undefined, pointer);
}
