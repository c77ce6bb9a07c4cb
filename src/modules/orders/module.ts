import type { Module } from '../../platform/module.ts';
import { orderBookChecks } from './book-checks.ts';
import { creditInvariants } from './credit/invariants.ts';
import { editStates } from './edits/states.ts';
import { orderErrors } from './errors.ts';
import { orderEvents } from './events.ts';
import { orderInvariants } from './invariants.ts';
import { logoInvariants } from './logo-requests/invariants.ts';
import { logoRequestStates } from './logo-requests/states.ts';
import { orderRoutes } from './routes.ts';
import { ordersSettings } from './settings.ts';
import { orderStates } from './states.ts';
import { parcelInvariants } from './parcel-invariants.ts';
import { orderSubscribers } from './subscribers.ts';
import { orderSweeps } from './sweeps.ts';

const { amount_too_large: _platform, ...errors } = orderErrors;

export const ordersModule: Module = {
  name: 'orders',
  tags: {
    Orders: 'From the quote to completion.',
    'Logo requests': 'Goods with a logo of the customer: asked for, quoted, accepted and made.',
  },
  routes: orderRoutes,
  errors,
  events: Object.values(orderEvents),
  settings: ordersSettings,
  sweeps: orderSweeps,
  subscribers: orderSubscribers,
  invariants: [
    ...orderInvariants,
    ...creditInvariants,
    ...logoInvariants,
    ...orderBookChecks,
    ...parcelInvariants,
  ],
  states: { order: orderStates, orderEdit: editStates, logoRequest: logoRequestStates },
};
