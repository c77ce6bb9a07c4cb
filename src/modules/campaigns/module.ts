import type { Module } from '../../platform/module.ts';
import { couponErrors } from './coupons/errors.ts';
import { couponBatchEvents, couponDefinitionEvents, couponEvents } from './coupons/events.ts';
import { couponSweeps } from './coupons/expire.ts';
import { couponRoutes } from './coupons/routes.ts';
import { couponDefinitionStates, couponStates, couponUseStates } from './coupons/states.ts';

export const campaignsModule: Module = {
  name: 'campaigns',
  tags: { Coupons: 'What codes of coupons are, the codes that were issued, and what they do.' },
  routes: couponRoutes,
  errors: couponErrors,
  events: [
    ...Object.values(couponDefinitionEvents),
    ...Object.values(couponBatchEvents),
    ...Object.values(couponEvents),
  ],
  sweeps: couponSweeps,
  states: { couponDefinition: couponDefinitionStates, coupon: couponStates, couponUse: couponUseStates },
};
