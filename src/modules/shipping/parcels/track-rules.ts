import { after, DAY_MS } from '../../../platform/time.ts';

/** What becomes of one thing that a carrier tells. */
export const TRACKING_OUTCOMES = [
  'recorded',
  'known',
  'event_id_reused',
  'unknown_tracking_number',
  'in_future',
  'too_early',
] as const;
export type TrackingOutcome = (typeof TRACKING_OUTCOMES)[number];

/** The shop may write down days later that a parcel left; what is told of a time long before is of another parcel, or a mistake. */
const MOST_DAYS_BEFORE = 7;

/** From when on something can have happened to a parcel that left at a moment. */
export const firstMomentOf = (shippedAt: Date): Date => after(shippedAt, -MOST_DAYS_BEFORE * DAY_MS);

interface Item {
  readonly carrierEventId: string;
  readonly kind: string;
  readonly occurredAt: Date;
  /** Undefined where no parcel has the number. */
  readonly parcelId: string | undefined;
  readonly shippedAt?: Date | undefined;
  readonly trackingNumber?: string;
}

interface Known {
  readonly carrierEventId: string | null;
  readonly kind: string;
  readonly occurredAt: Date;
  readonly parcelId: string | undefined;
  /** Of what waits for its parcel. */
  readonly trackingNumber?: string;
}

const isSame = (a: Known, b: Known): boolean =>
  a.parcelId === b.parcelId &&
  (a.parcelId !== undefined || a.trackingNumber === b.trackingNumber) &&
  a.kind === b.kind &&
  a.occurredAt.getTime() === b.occurredAt.getTime();

/**
 * Decides for each thing told whether it is taken. What was told before, here or earlier in the same list, is known; the same id for
 * something else is not taken, because one of the two must be a mistake. What no parcel has the number of waits, `known` also holding what
 * waits already: told again it waits on.
 */
export function decideTracking(
  items: readonly Item[],
  known: readonly Known[],
  now: Date,
): readonly TrackingOutcome[] {
  const recorded = (event: Known): boolean => event.parcelId !== undefined;
  const seen = new Map<string | null, Known>(known.map((event) => [event.carrierEventId, event]));
  return items.map((item) => {
    const earlier = seen.get(item.carrierEventId);
    if (item.parcelId === undefined) {
      if (item.occurredAt > now) return 'in_future';
      if (!earlier) seen.set(item.carrierEventId, item);
      const isOther = earlier !== undefined && !recorded(earlier) && !isSame(earlier, item);
      return isOther ? 'event_id_reused' : 'unknown_tracking_number';
    }
    if (earlier) return isSame(earlier, item) ? 'known' : 'event_id_reused';
    if (item.occurredAt > now) return 'in_future';
    if (item.shippedAt && item.occurredAt < firstMomentOf(item.shippedAt)) return 'too_early';
    seen.set(item.carrierEventId, item);
    return 'recorded';
  });
}
