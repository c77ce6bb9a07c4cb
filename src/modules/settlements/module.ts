import type { Module } from '../../platform/module.ts';
import { settlementErrors } from './errors.ts';
import { policyEvents } from './events.ts';
import { settlementRoutes } from './routes.ts';

export const settlementsModule: Module = {
  name: 'settlements',
  tags: { Settlements: 'Price differences in both directions, and what the shop promises about them.' },
  routes: settlementRoutes,
  errors: settlementErrors,
  events: Object.values(policyEvents),
};
