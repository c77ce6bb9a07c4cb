import type { Module } from '../../platform/module.ts';
import { awardRoutes } from './award-routes.ts';
import { birthdaySweep } from './birthdays.ts';
import { loyaltyBookChecks } from './book-checks.ts';
import { dayChangeSweep } from './day-change.ts';
import { loyaltyErrors } from './errors.ts';
import { grantRequestEvents, memberEvents, pointEvents, programmeEvents } from './events.ts';
import { grantRoutes } from './grant-routes.ts';
import { loyaltyInvariants } from './invariants.ts';
import { giftBookChecks } from './gifts/book-checks.ts';
import { giftCatalogueRoutes } from './gifts/catalogue-routes.ts';
import { redemptionSweep } from './gifts/end.ts';
import { giftErrors } from './gifts/errors.ts';
import { giftEvents, giftGrantEvents, giftParcelEvents, redemptionEvents } from './gifts/events.ts';
import { giftGrantRoutes } from './gifts/grant-routes.ts';
import { giftInvariants } from './gifts/invariants.ts';
import { redemptionPaymentRoutes } from './gifts/payment-routes.ts';
import { redemptionRoutes } from './gifts/redemption-routes.ts';
import { giftGrantStates, giftStates, redemptionStates } from './gifts/states.ts';
import { memberRoutes } from './member-routes.ts';
import { pointsRoutes } from './points-routes.ts';
import { programmeRoutes } from './programme-routes.ts';
import { loyaltySettings } from './settings.ts';
import { grantRequestSweep } from './staff-grants.ts';
import { grantRequestStates, lotStates } from './states.ts';
import { tierRoutes } from './tiers/routes.ts';
import { tierSweeps } from './tiers/follow.ts';

export const loyaltyModule: Module = {
  name: 'loyalty',
  tags: { Loyalty: 'Points: the programme, who takes part, and what they have. Points never lower a price.' },
  routes: (app) => {
    programmeRoutes(app);
    memberRoutes(app);
    grantRoutes(app);
    awardRoutes(app);
    pointsRoutes(app);
    tierRoutes(app);
    giftCatalogueRoutes(app);
    redemptionRoutes(app);
    redemptionPaymentRoutes(app);
    giftGrantRoutes(app);
  },
  errors: { ...loyaltyErrors, ...giftErrors },
  events: [
    ...Object.values(programmeEvents),
    ...Object.values(memberEvents),
    ...Object.values(pointEvents),
    ...Object.values(grantRequestEvents),
    ...Object.values(giftEvents),
    ...Object.values(redemptionEvents),
    ...Object.values(giftGrantEvents),
    ...Object.values(giftParcelEvents),
  ],
  settings: loyaltySettings,
  sweeps: [dayChangeSweep, ...tierSweeps, birthdaySweep, grantRequestSweep, redemptionSweep],
  invariants: [...loyaltyInvariants, ...giftInvariants, ...loyaltyBookChecks, ...giftBookChecks],
  states: {
    pointLot: lotStates,
    pointGrantRequest: grantRequestStates,
    loyaltyGift: giftStates,
    redemption: redemptionStates,
    giftGrant: giftGrantStates,
  },
};
