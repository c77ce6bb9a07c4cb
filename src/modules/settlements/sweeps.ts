import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { expireDueSettlements } from './expire.ts';
import { payDueSettlements } from './price-protection/pay.ts';
import { runDueSweep, runDueWaits } from './price-protection/run.ts';
import { priceProtectionSweeps, priceProtectionWaits } from './price-protection/tables.ts';
import { askDueSatisfaction } from './satisfaction.ts';
import { settlements } from './tables.ts';

/** What ends frees lines that are swept after it, and what that opens is paid in the same run. */
export const settlementSweeps: readonly Sweep[] = [
  { name: 'settlements.expire', due: settlements.dueAt, run: expireDueSettlements },
  { name: 'settlements.price-protection', due: priceProtectionSweeps.dueAt, run: runDueSweep },
  { name: 'settlements.price-protection-waits', due: priceProtectionWaits.dueAt, run: runDueWaits },
  { name: 'settlements.payouts', due: settlements.payoutDueAt, run: payDueSettlements },
  { name: 'settlements.askSatisfaction', due: settlements.satisfactionDueAt, run: askDueSatisfaction },
];
