import { defineStates } from '../../../platform/states.ts';

/**
 * A parcel. `lost` may be found, `damaged` may still arrive, `delivered` may come back: a parcel rests in them unless something
 * unusual takes it up again. What follows what is decided by when things happened, not by when they were told.
 */
export const parcelStates = defineStates(
  {
    registered: ['in_transit', 'delivered', 'lost', 'damaged', 'returned'],
    in_transit: ['delivered', 'lost', 'damaged', 'returned'],
    delivered: ['damaged', 'returned'],
    lost: ['in_transit', 'delivered', 'damaged', 'returned'],
    damaged: ['delivered', 'lost', 'returned'],
    returned: [],
  },
  ['delivered', 'lost', 'damaged'],
);

export type ParcelState = (typeof parcelStates.names)[number];

/** What can happen to a parcel on its way. The order counts where two things happened at the same moment. */
export const PARCEL_EVENT_KINDS = [
  'picked_up',
  'in_transit',
  'out_for_delivery',
  'delivery_failed',
  'damaged',
  'lost',
  'delivered',
  'returned',
] as const;
export type ParcelEventKind = (typeof PARCEL_EVENT_KINDS)[number];

/** Who told it. */
export const PARCEL_EVENT_SOURCES = ['carrier', 'staff', 'customer', 'import'] as const;
export type ParcelEventSource = (typeof PARCEL_EVENT_SOURCES)[number];

/** Where the cost of a parcel comes from. */
export const COST_SOURCES = ['price_list', 'stated', 'unknown'] as const;
export type CostSource = (typeof COST_SOURCES)[number];
