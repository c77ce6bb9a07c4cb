import type { Subscriber } from '../../platform/events/dispatcher.ts';
import { orderEvents } from '../orders/events.ts';
import { paymentEventKinds } from '../payments/events.ts';
import { settlementEvents } from '../settlements/events.ts';
import { keepPurchase } from './purchases.ts';

export const customerSubscribers: readonly Subscriber[] = [
  {
    name: 'customers.purchases',
    events: [
      orderEvents.paid,
      orderEvents.imported,
      orderEvents.cancelled,
      paymentEventKinds.refundRequested,
      settlementEvents.settled,
    ],
    handle: keepPurchase,
  },
];
