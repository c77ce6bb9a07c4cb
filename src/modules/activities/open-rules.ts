import type { ActivityRow } from './tables.ts';
import type { ActivityRule } from './rule-schemas.ts';

/** Whether an activity is there at a moment: by its times, because its state follows them within a minute. */
export function isRunning(
  { state, startsAt, endsAt }: Pick<ActivityRow, 'state' | 'startsAt' | 'endsAt'>,
  now: Date,
): boolean {
  const hasBegun = state === 'running' || (state === 'scheduled' && startsAt !== null && startsAt <= now);
  return hasBegun && (endsAt === null || endsAt > now);
}

/** Where and by whom something is done in an activity. */
export interface Presence {
  readonly channel: string;
  /** Of the segments that the activity names, those that the customer is in. */
  readonly segmentIds: ReadonlySet<string>;
  /** Channels that forbid to share for rewards. */
  readonly sharingForbiddenChannels: readonly string[];
}

export type ClosedReason =
  | 'activity_channel_closed'
  | 'activity_sharing_forbidden'
  | 'activity_not_for_customer';

/** Why somebody cannot take part there. Undefined: they can. */
export function findClosedReason(
  {
    channels,
    segmentIds,
    excludedSegmentIds,
  }: Pick<ActivityRule, 'channels' | 'segmentIds' | 'excludedSegmentIds'>,
  isSharing: boolean,
  presence: Presence,
): ClosedReason | undefined {
  if (channels.length > 0 && !channels.includes(presence.channel)) return 'activity_channel_closed';
  if (isSharing && presence.sharingForbiddenChannels.includes(presence.channel))
    return 'activity_sharing_forbidden';
  const isIn = (id: string) => presence.segmentIds.has(id);
  const isFor = segmentIds.length === 0 || segmentIds.some(isIn);
  return isFor && !excludedSegmentIds.some(isIn) ? undefined : 'activity_not_for_customer';
}
