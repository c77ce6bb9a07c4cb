import type { Module } from '../../platform/module.ts';
import { walletBookChecks } from './book-checks.ts';
import { walletErrors } from './errors.ts';
import { walletEvents } from './events.ts';
import { walletRoutes } from './routes.ts';

export const walletsModule: Module = {
  name: 'wallets',
  tags: { Wallets: "Customers' stored value: what they have, and what came in and left." },
  routes: walletRoutes,
  errors: walletErrors,
  events: Object.values(walletEvents),
  invariants: walletBookChecks,
};
