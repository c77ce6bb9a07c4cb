import type { Module } from '../../platform/module.ts';
import { ledgerErrors } from './errors.ts';
import { ledgerInvariants } from './invariants.ts';
import { ledgerRoutes } from './routes.ts';
import { takeSnapshots } from './snapshots.ts';
import { holdStates } from './states.ts';
import { ledgerSweeps } from './sweeps.ts';

export const ledgerModule: Module = {
  name: 'ledger',
  tags: { Ledger: 'The books: accounts, transfers, and the proof that they agree.' },
  routes: ledgerRoutes,
  errors: ledgerErrors,
  sweeps: ledgerSweeps,
  tasks: { 'ledger.snapshot': takeSnapshots },
  invariants: ledgerInvariants,
  states: { hold: holdStates },
};
