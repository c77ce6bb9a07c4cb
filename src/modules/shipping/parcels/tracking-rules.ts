import { PARCEL_EVENT_KINDS, type ParcelEventKind, type ParcelState, parcelStates } from './states.ts';

/** One thing that happened, as far as a parcel's story goes. */
export interface Told {
  readonly kind: ParcelEventKind;
  readonly occurredAt: Date;
  readonly source: string;
  readonly carrierEventId: string | null;
  readonly signedBy: string | null;
  readonly photoUrl: string | null;
}

/** What all that was told of a parcel comes to. */
export interface Story {
  readonly state: ParcelState;
  /** Null: nothing has happened yet. */
  readonly stateAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly damagedAt: Date | null;
  readonly signedBy: string | null;
  readonly photoUrl: string | null;
  readonly proofAt: Date | null;
}

const STATES: Readonly<Record<ParcelEventKind, ParcelState>> = {
  picked_up: 'in_transit',
  in_transit: 'in_transit',
  out_for_delivery: 'in_transit',
  delivery_failed: 'in_transit',
  damaged: 'damaged',
  lost: 'lost',
  delivered: 'delivered',
  returned: 'returned',
};

/** The state that something leads to. */
export const stateOf = (kind: ParcelEventKind): ParcelState => STATES[kind];

const BEGINNING: Story = {
  state: 'registered',
  stateAt: null,
  deliveredAt: null,
  damagedAt: null,
  signedBy: null,
  photoUrl: null,
  proofAt: null,
};

const texts = (told: Told): string =>
  [told.source, told.carrierEventId, told.signedBy, told.photoUrl].map((text) => text ?? '').join('\n');

// By everything that counts, so that what is told in another order is the same story.
const inTime = (a: Told, b: Told): number =>
  a.occurredAt.getTime() - b.occurredAt.getTime() ||
  PARCEL_EVENT_KINDS.indexOf(a.kind) - PARCEL_EVENT_KINDS.indexOf(b.kind) ||
  (texts(a) < texts(b) ? -1 : 1);

/**
 * Tells the story of a parcel from everything that was told of it, in the order in which it happened. What cannot follow, such as a
 * scan on the way after the delivery, changes nothing. Delivered at ten, and then a scan of nine comes in: delivered.
 */
export function tellStory(events: readonly Told[]): Story {
  let story = BEGINNING;
  for (const told of events.toSorted(inTime)) story = { ...continued(story, told), ...proofOf(story, told) };
  return story;
}

function continued(story: Story, { kind, occurredAt }: Told): Story {
  const state = stateOf(kind);
  if (!parcelStates.canMove(story.state, state)) return story;
  return {
    ...story,
    state,
    stateAt: occurredAt,
    deliveredAt: story.deliveredAt ?? (state === 'delivered' ? occurredAt : null),
    damagedAt: story.damagedAt ?? (state === 'damaged' ? occurredAt : null),
  };
}

/** The first delivery that was signed for or photographed. */
const proofOf = (story: Story, { kind, occurredAt, signedBy, photoUrl }: Told): Partial<Story> =>
  kind !== 'delivered' || story.proofAt !== null || (signedBy === null && photoUrl === null)
    ? {}
    : { signedBy, photoUrl, proofAt: occurredAt };

interface End {
  readonly state: ParcelState;
  readonly deliveredAt: Date | null;
}

/** Whether a parcel does not arrive any more, as far as anybody knows: lost, or back without having arrived. */
export const isGone = ({ state, deliveredAt }: End): boolean =>
  deliveredAt === null && (state === 'lost' || state === 'returned');

/**
 * When a shipment has arrived: when the last of its parcels did that arrive at all. Undefined while one may still arrive, and where none
 * arrived: what becomes of goods that are all gone is for people. Of three parcels two arrived on Monday and on Friday, the third is
 * lost: it arrived on Friday.
 */
export function decideArrival(parcels: readonly End[]): Date | undefined {
  if (parcels.some((parcel) => parcel.deliveredAt === null && !isGone(parcel))) return undefined;
  const times = parcels.flatMap(({ deliveredAt }) => (deliveredAt ? [deliveredAt.getTime()] : []));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/** Whether two stories say the same of where a parcel is. */
export const isSameStory = (a: Story, b: Story): boolean =>
  a.state === b.state &&
  a.signedBy === b.signedBy &&
  a.photoUrl === b.photoUrl &&
  (['stateAt', 'deliveredAt', 'damagedAt', 'proofAt'] as const).every(
    (name) => a[name]?.getTime() === b[name]?.getTime(),
  );

/** Volume of a box in cubic millimetres, null where a side is not known. */
export const volumeOf = (box: {
  readonly lengthMm: number | null;
  readonly widthMm: number | null;
  readonly heightMm: number | null;
}): number | null =>
  box.lengthMm === null || box.widthMm === null || box.heightMm === null
    ? null
    : box.lengthMm * box.widthMm * box.heightMm;
