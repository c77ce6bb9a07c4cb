import type { Subscriber } from '../../platform/events/dispatcher.ts';
import { parcelEventKinds } from '../shipping/parcels/events.ts';
import { followParcel } from './arrivals.ts';

export const orderSubscribers: readonly Subscriber[] = [
  {
    name: 'orders.parcels',
    events: [
      parcelEventKinds.delivered,
      parcelEventKinds.lost,
      parcelEventKinds.damaged,
      parcelEventKinds.returned,
      parcelEventKinds.eventVoided,
    ],
    handle: followParcel,
  },
];
