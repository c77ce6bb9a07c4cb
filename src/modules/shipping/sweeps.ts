import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { forgetEarlyEvents } from './parcels/early.ts';
import { earlyParcelEvents } from './parcels/tables.ts';
import { scoreDueDay } from './scores/score.ts';
import { carrierScoring } from './scores/tables.ts';

export const shippingSweeps: readonly Sweep[] = [
  { name: 'shipping.scores', due: carrierScoring.dueAt, run: scoreDueDay },
  { name: 'shipping.early_events', due: earlyParcelEvents.dueAt, run: forgetEarlyEvents },
];
