import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { evaluateDueChecks, evaluateDueSegment } from './evaluate.ts';
import { computeDueScores } from './rfm.ts';
import { rfmSchedules, segmentChecks, segments } from './tables.ts';

/** Scores make segments due that go by them, and customers who had to wait are looked at last. */
export const segmentSweeps: readonly Sweep[] = [
  { name: 'segments.rfm', due: rfmSchedules.dueAt, run: computeDueScores },
  { name: 'segments.evaluate', due: segments.dueAt, run: evaluateDueSegment },
  { name: 'segments.checks', due: segmentChecks.dueAt, run: evaluateDueChecks },
];
