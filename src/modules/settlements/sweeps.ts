import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { expireDueSettlements } from './expire.ts';
import { settlements } from './tables.ts';

export const settlementSweeps: readonly Sweep[] = [
  { name: 'settlements.expire', due: settlements.dueAt, run: expireDueSettlements },
];
