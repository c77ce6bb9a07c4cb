import type { Module } from '../../platform/module.ts';
import { segmentErrors } from './errors.ts';
import { customerSegmentEvents, segmentEvents } from './events.ts';
import { segmentInvariants } from './invariants.ts';
import { segmentRoutes } from './routes.ts';
import { segmentSubscribers } from './subscribers.ts';
import { segmentSweeps } from './sweeps.ts';
import { EVALUATE_TASK, evaluateShop } from './tasks.ts';

export const segmentsModule: Module = {
  name: 'segments',
  tags: {
    Segments:
      'Parts of the shop’s customers, by rules or as lists, with what they buy and what work they are.',
  },
  routes: segmentRoutes,
  errors: segmentErrors,
  events: [...Object.values(segmentEvents), ...Object.values(customerSegmentEvents)],
  subscribers: segmentSubscribers,
  sweeps: segmentSweeps,
  tasks: { [EVALUATE_TASK]: evaluateShop },
  invariants: segmentInvariants,
};
