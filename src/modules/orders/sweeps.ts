import type { Sweep } from '../../platform/jobs/sweeps.ts';
import { lapseDueOrders } from './cancel.ts';
import { completeDueOrders } from './complete.ts';
import { handleDueParts } from './credit/remind.ts';
import { orderDues } from './credit/tables.ts';
import { orderPointsSweep } from './points.ts';
import { remindDueOrders } from './remind.ts';
import { orders } from './tables.ts';

/** Reminders come before the lapse: what is due at the same moment happens in this order. */
export const orderSweeps: readonly Sweep[] = [
  { name: 'orders.remind', due: orders.reminderDueAt, run: remindDueOrders },
  { name: 'orders.lapse', due: orders.lapseDueAt, run: lapseDueOrders },
  { name: 'orders.dues', due: orderDues.nextAt, run: handleDueParts },
  orderPointsSweep,
  { name: 'orders.complete', due: orders.completeDueAt, run: completeDueOrders },
];
