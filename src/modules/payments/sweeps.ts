import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { reconcileDuePayments, reconcileDueRefunds } from './reconcile.ts';
import { payments, refunds } from './tables.ts';

/** What nothing was heard of is asked about, so that every attempt and every refund comes to an end. */
export const paymentSweeps: readonly Sweep[] = [
  { name: 'payments.reconcile', due: payments.reconcileDueAt, run: reconcileDuePayments },
  { name: 'payments.reconcileRefunds', due: refunds.reconcileDueAt, run: reconcileDueRefunds },
];
