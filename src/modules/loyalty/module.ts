import type { Module } from '../../platform/module.ts';
import { loyaltyBookChecks } from './book-checks.ts';
import { dayChangeSweep } from './day-change.ts';
import { loyaltyErrors } from './errors.ts';
import { grantRequestEvents, memberEvents, pointEvents, programmeEvents } from './events.ts';
import { grantRoutes } from './grant-routes.ts';
import { loyaltyInvariants } from './invariants.ts';
import { memberRoutes } from './member-routes.ts';
import { pointsRoutes } from './points-routes.ts';
import { programmeRoutes } from './programme-routes.ts';
import { grantRequestSweep } from './staff-grants.ts';
import { grantRequestStates, lotStates } from './states.ts';

export const loyaltyModule: Module = {
  name: 'loyalty',
  tags: { Loyalty: 'Points: the programme, who takes part, and what they have. Points never lower a price.' },
  routes: (app) => {
    programmeRoutes(app);
    memberRoutes(app);
    grantRoutes(app);
    pointsRoutes(app);
  },
  errors: loyaltyErrors,
  events: [
    ...Object.values(programmeEvents),
    ...Object.values(memberEvents),
    ...Object.values(pointEvents),
    ...Object.values(grantRequestEvents),
  ],
  sweeps: [dayChangeSweep, grantRequestSweep],
  invariants: [...loyaltyInvariants, ...loyaltyBookChecks],
  states: { pointLot: lotStates, pointGrantRequest: grantRequestStates },
};
