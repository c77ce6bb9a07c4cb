/** What becomes of one thing that a carrier tells. */
export const TRACKING_OUTCOMES = [
  'recorded',
  'known',
  'event_id_reused',
  'unknown_tracking_number',
  'in_future',
] as const;
export type TrackingOutcome = (typeof TRACKING_OUTCOMES)[number];

interface Item {
  readonly carrierEventId: string;
  readonly kind: string;
  readonly occurredAt: Date;
  /** Undefined where no parcel has the number. */
  readonly parcelId: string | undefined;
}

interface Known {
  readonly carrierEventId: string | null;
  readonly kind: string;
  readonly occurredAt: Date;
  readonly parcelId: string | undefined;
}

const isSame = (a: Known, b: Known): boolean =>
  a.parcelId === b.parcelId && a.kind === b.kind && a.occurredAt.getTime() === b.occurredAt.getTime();

/**
 * Decides for each thing told whether it is taken. What was told before, here or earlier in the same list, is known; the same id for
 * something else is not taken, because one of the two must be a mistake.
 */
export function decideTracking(
  items: readonly Item[],
  known: readonly Known[],
  now: Date,
): readonly TrackingOutcome[] {
  const seen = new Map<string | null, Known>(known.map((event) => [event.carrierEventId, event]));
  return items.map((item) => {
    if (item.parcelId === undefined) return 'unknown_tracking_number';
    const earlier = seen.get(item.carrierEventId);
    if (earlier) return isSame(earlier, item) ? 'known' : 'event_id_reused';
    if (item.occurredAt > now) return 'in_future';
    seen.set(item.carrierEventId, item);
    return 'recorded';
  });
}
