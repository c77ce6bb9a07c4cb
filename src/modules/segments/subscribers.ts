import type { Subscriber } from '../../platform/events/dispatcher.ts';
import { customerEvents } from '../customers/events.ts';
import { orderEvents } from '../orders/events.ts';
import { paymentEventKinds } from '../payments/events.ts';
import { settlementEvents } from '../settlements/events.ts';
import { followCustomer, followQueue } from './follow.ts';

export const segmentSubscribers: readonly Subscriber[] = [
  {
    name: 'segments.customers',
    events: [
      customerEvents.created,
      customerEvents.updated,
      customerEvents.consentRecorded,
      customerEvents.merged,
    ],
    handle: followCustomer,
  },
  {
    // What was bought is kept by a subscriber before this one, which queues its customer in the same transaction.
    name: 'segments.purchases',
    events: [
      orderEvents.paid,
      orderEvents.imported,
      orderEvents.cancelled,
      paymentEventKinds.refundRequested,
      settlementEvents.settled,
    ],
    handle: followQueue,
  },
];
