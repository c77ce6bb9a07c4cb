import type { Module } from '../../platform/module.ts';
import { customersErrors } from './errors.ts';
import { customerEvents } from './events.ts';
import { customerInvariants } from './invariants.ts';
import { customerRoutes } from './routes.ts';
import { customerSubscribers } from './subscribers.ts';

export const customersModule: Module = {
  name: 'customers',
  tags: { Customers: 'Who buys: profiles, consents, tokens, duplicates, export and erasure.' },
  routes: customerRoutes,
  errors: customersErrors,
  events: Object.values(customerEvents),
  subscribers: customerSubscribers,
  invariants: customerInvariants,
};
