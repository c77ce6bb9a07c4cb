import type { Module } from '../../platform/module.ts';
import { walletBookChecks } from './book-checks.ts';
import { walletErrors } from './errors.ts';
import { couponPromiseEvents, walletEvents } from './events.ts';
import { walletRoutes } from './routes.ts';
import { walletsSettings } from './settings.ts';
import { couponPromiseStates } from './states.ts';
import { walletSweeps } from './sweeps.ts';

export const walletsModule: Module = {
  name: 'wallets',
  tags: { Wallets: "Customers' stored value: what they have, and what came in and left." },
  routes: walletRoutes,
  errors: walletErrors,
  settings: walletsSettings,
  sweeps: walletSweeps,
  events: [...Object.values(walletEvents), ...Object.values(couponPromiseEvents)],
  states: { couponPromise: couponPromiseStates },
  invariants: walletBookChecks,
};
