import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { expireHolds } from './holds.ts';
import { ledgerHolds } from './tables.ts';

/** A hold that nobody ends frees the balance again. */
export const ledgerSweeps: readonly Sweep[] = [
  { name: 'ledger.expireHolds', due: ledgerHolds.expireDueAt, run: expireHolds },
];
