import type { Violation } from '../../platform/errors.ts';

interface Units {
  readonly lineId: string;
  readonly quantity: number;
}

/** A parcel as a request to ship names it. */
export interface ShipParcel {
  readonly trackingNumber?: string;
  readonly weightGrams?: number;
  readonly lengthMm?: number;
  readonly widthMm?: number;
  readonly heightMm?: number;
  readonly costAmount?: number;
  readonly lines?: readonly Units[];
}

/** A request to ship: with a carrier in words, or with one that the shop keeps, then in one parcel or several. */
export interface ShipWish {
  /** Everything that is still to be shipped, when absent. */
  readonly lines?: readonly Units[];
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly carrierId?: string;
  /** The code of a method of the carrier. */
  readonly method?: string;
  /** A method that the order was placed with, where no code is said. */
  readonly methodId?: string;
  readonly promisedOn?: string;
  readonly parcels?: readonly ShipParcel[];
}

/**
 * The carrier and the method of an order, where a request to ship does not name others: no carrier at all is the chosen one, and the
 * chosen carrier without a method has the chosen method. Whoever names a carrier in words sends it past them.
 */
export function chosenWay(
  wish: ShipWish,
  chosen: { readonly carrierId: string; readonly methodId: string } | null,
): Pick<ShipWish, 'carrierId' | 'methodId'> {
  if (chosen === null || wish.carrier !== undefined) return {};
  if (wish.carrierId !== undefined && wish.carrierId !== chosen.carrierId) return {};
  return {
    carrierId: chosen.carrierId,
    ...(wish.method === undefined ? { methodId: chosen.methodId } : {}),
  };
}

const fault = (pointer: string, detail: string): Violation => ({
  in: 'body',
  pointer,
  code: 'parcels_inconsistent',
  detail,
});

/** What contradicts itself in a request to ship. */
export function findShipFaults(wish: ShipWish): Violation[] {
  const { carrierId, parcels } = wish;
  const faults: Violation[] = [];
  if (carrierId === undefined) {
    for (const name of ['method', 'promisedOn', 'parcels'] as const)
      if (wish[name] !== undefined) faults.push(fault(`/${name}`, 'It needs the carrierId of a carrier.'));
  } else if (wish.carrier !== undefined) {
    faults.push(fault('/carrier', 'The carrier is named by carrierId already.'));
  }
  return parcels === undefined ? faults : [...faults, ...findParcelFaults(wish, parcels)];
}

function findParcelFaults({ lines, trackingNumber }: ShipWish, parcels: readonly ShipParcel[]): Violation[] {
  const faults: Violation[] = [];
  if (trackingNumber !== undefined)
    faults.push(fault('/trackingNumber', 'Each parcel has a number of its own.'));
  const isNamed = parcels.some((parcel) => parcel.lines !== undefined);
  if (lines !== undefined && isNamed) faults.push(fault('/lines', 'The parcels say what is in them.'));
  for (const [at, parcel] of parcels.entries()) {
    if (parcel.lines === undefined && parcels.length > 1)
      faults.push(fault(`/parcels/${at}/lines`, 'Of several parcels each says what is in it.'));
    const sides = [parcel.lengthMm, parcel.widthMm, parcel.heightMm];
    if (sides.some((side) => side === undefined) && sides.some((side) => side !== undefined))
      faults.push(fault(`/parcels/${at}`, 'A box has three sides.'));
  }
  return faults;
}

/** What leaves, and where each of it stands in the request: `/lines/2` may be what `/parcels/1/lines/0` says. */
export function wantedUnits({ lines, parcels }: ShipWish): {
  readonly lines: readonly Units[] | undefined;
  readonly places: Readonly<Record<string, string>>;
} {
  const named = (parcels ?? []).flatMap((parcel, at) =>
    (parcel.lines ?? []).map((units, place) => ({ units, pointer: `/parcels/${at}/lines/${place}` })),
  );
  if (named.length === 0) return { lines, places: {} };
  return {
    lines: named.map(({ units }) => units),
    places: Object.fromEntries(named.map(({ pointer }, at) => [`/lines/${at}`, pointer])),
  };
}

/** A line that is named twice is one line of the parcel. */
function mergedUnits(units: readonly Units[]): Units[] {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of units) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return [...sums].map(([lineId, quantity]) => ({ lineId, quantity }));
}

/** The parcels of a shipment with what is in each; one with everything, where nothing is said of parcels. */
export const parcelsOf = ({ parcels, trackingNumber }: ShipWish, everything: readonly Units[]) =>
  (parcels ?? [trackingNumber === undefined ? {} : { trackingNumber }]).map((parcel: ShipParcel) => ({
    ...parcel,
    lines: parcel.lines ? mergedUnits(parcel.lines) : everything,
  }));
