import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { scoreDueDay } from './scores/score.ts';
import { carrierScoring } from './scores/tables.ts';

export const shippingSweeps: readonly Sweep[] = [
  { name: 'shipping.scores', due: carrierScoring.dueAt, run: scoreDueDay },
];
