import type { Subscriber } from '../../platform/events/dispatcher.ts';
import { campaignEvents } from '../campaigns/events.ts';
import { productPriceChanged, productUpdated } from '../catalogue/events.ts';
import { paymentEventKinds } from '../payments/events.ts';
import { orderEvents } from '../orders/events.ts';
import { cancelSettlementsOf } from './order-cancelled.ts';
import { followRefund } from './pay-out.ts';
import { followCampaign } from './price-protection/follow-campaign.ts';
import { followLadder, followPrice } from './price-protection/requests.ts';

export const settlementSubscribers: readonly Subscriber[] = [
  {
    name: 'settlements.payouts',
    events: [paymentEventKinds.refundSucceeded, paymentEventKinds.refundFailed],
    handle: followRefund,
  },
  { name: 'settlements.orders', events: [orderEvents.cancelled], handle: cancelSettlementsOf },
  { name: 'settlements.price-protection', events: [productPriceChanged], handle: followPrice },
  {
    name: 'settlements.campaigns',
    events: [campaignEvents.started, campaignEvents.resumed, campaignEvents.updated],
    handle: followCampaign,
  },
  { name: 'settlements.ladders', events: [productUpdated], handle: followLadder },
];
