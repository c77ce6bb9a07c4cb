import type { Module } from '../../platform/module.ts';
import { couponErrors } from './coupons/errors.ts';
import { couponBatchEvents, couponDefinitionEvents, couponEvents } from './coupons/events.ts';
import { couponSweeps } from './coupons/expire.ts';
import { couponInvariants } from './coupons/invariants.ts';
import { couponRoutes } from './coupons/routes.ts';
import { couponDefinitionStates, couponStates, couponUseStates } from './coupons/states.ts';
import { campaignsSettings } from './settings.ts';

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
  settings: campaignsSettings,
  invariants: couponInvariants,
  states: { couponDefinition: couponDefinitionStates, coupon: couponStates, couponUse: couponUseStates },
};
