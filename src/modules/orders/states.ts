import { defineStates } from '../../platform/states.ts';

/**
 * An order. `pending → shipped` is for cash on delivery and for orders on account; cancelling ends with shipment. `delivered → shipped` is
 * for a delivery that turns out never to have been: what was told of it is void.
 */
export const orderStates = defineStates({
  pending: ['paid', 'shipped', 'cancelled'],
  paid: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: ['completed', 'shipped'],
  completed: [],
  cancelled: [],
});

export const PAYMENT_STATES = ['unpaid', 'partial', 'paid', 'partially_refunded', 'refunded'] as const;
export const FULFILMENT_STATES = ['unfulfilled', 'partial', 'fulfilled'] as const;
export const PAYMENT_TERMS = ['prepaid', 'cash_on_delivery', 'on_account'] as const;

export type OrderStatus = (typeof orderStates.names)[number];
export type PaymentStanding = (typeof PAYMENT_STATES)[number];
export type FulfilmentState = (typeof FULFILMENT_STATES)[number];
export type PaymentTerms = (typeof PAYMENT_TERMS)[number];
