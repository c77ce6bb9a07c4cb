import type { Module } from '../../platform/module.ts';
import { settlementErrors } from './errors.ts';
import { policyEvents, settlementEvents, sweepEvents } from './events.ts';
import { settlementInvariants } from './invariants.ts';
import { offerInvariants } from './offer-invariants.ts';
import { priceProtectionInvariants } from './price-protection/invariants.ts';
import { priceProtectionSweepStates } from './price-protection/states.ts';
import { settlementRoutes } from './routes.ts';
import { settlementsSettings } from './settings.ts';
import { settlementStates } from './states.ts';
import { settlementSubscribers } from './subscribers.ts';
import { settlementSweeps } from './sweeps.ts';

export const settlementsModule: Module = {
  name: 'settlements',
  tags: { Settlements: 'Price differences in both directions, and what the shop promises about them.' },
  routes: settlementRoutes,
  errors: settlementErrors,
  events: [...Object.values(policyEvents), ...Object.values(settlementEvents), ...Object.values(sweepEvents)],
  settings: settlementsSettings,
  sweeps: settlementSweeps,
  subscribers: settlementSubscribers,
  invariants: [...settlementInvariants, ...offerInvariants, ...priceProtectionInvariants],
  states: { settlement: settlementStates, 'price protection sweep': priceProtectionSweepStates },
};
