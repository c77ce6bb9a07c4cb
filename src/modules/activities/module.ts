import type { Module } from '../../platform/module.ts';
import { activityOwnRoutes } from './activity-routes.ts';
import { contestErrors } from './contests/errors.ts';
import { contestEvents } from './contests/events.ts';
import { contestInvariants } from './contests/invariants.ts';
import { contestRoutes } from './contests/routes.ts';
import { contestSweep } from './contests/settle.ts';
import { contestStates } from './contests/states.ts';
import { currentActivityRoutes } from './current-routes.ts';
import { depositErrors } from './deposits/errors.ts';
import { depositEvents } from './deposits/events.ts';
import { depositInvariants } from './deposits/invariants.ts';
import { depositNoticeSweep } from './deposits/notices.ts';
import { depositOpenRoutes } from './deposits/open-routes.ts';
import { depositRoutes } from './deposits/routes.ts';
import { giftDepositStates } from './deposits/states.ts';
import { unpaidDepositSweep } from './deposits/take-payment.ts';
import { drawErrors } from './draws/errors.ts';
import { drawChangeEvents, drawEvents } from './draws/events.ts';
import { drawInvariants } from './draws/invariants.ts';
import { drawProofRoutes } from './draws/proof-routes.ts';
import { revealSubscriber } from './draws/reveal.ts';
import { drawRoutes } from './draws/routes.ts';
import { drawChangeStates } from './draws/states.ts';
import { activitySweep } from './due.ts';
import { activityErrors } from './errors.ts';
import { activityEvents, participantEvents, rewardEvents } from './events.ts';
import { helpErrors } from './helps/errors.ts';
import { helpEvents } from './helps/events.ts';
import { helpInvariants } from './helps/invariants.ts';
import { helpRoutes } from './helps/routes.ts';
import { activityInvariants } from './invariants.ts';
import { forgetSubscriber, forgetSweep } from './participants/forget.ts';
import { reachTasks } from './participants/reach.ts';
import { participantRoutes } from './participants/routes.ts';
import { claimRoutes } from './referrals/claim-routes.ts';
import { referralErrors } from './referrals/errors.ts';
import { referralEvents } from './referrals/events.ts';
import { referralSubscribers, referralSweep } from './referrals/follow.ts';
import { referralInvariants } from './referrals/invariants.ts';
import { referralRoutes } from './referrals/routes.ts';
import { referralStates } from './referrals/states.ts';
import { activityReportRoutes } from './reports/routes.ts';
import { rewardSubscribers, rewardSweep, rewardTasks } from './rewards/give.ts';
import { activitySettings } from './settings.ts';
import { sourceSubscribers } from './sources.ts';
import { rewardStates } from './states.ts';
import { activityStepRoutes } from './step-routes.ts';

export const activitiesModule: Module = {
  name: 'activities',
  tags: { Activities: 'What customers join: what they do, what is counted for them, and what they get.' },
  routes: (app) => {
    activityOwnRoutes(app);
    activityStepRoutes(app);
    currentActivityRoutes(app);
    participantRoutes(app);
    helpRoutes(app);
    drawRoutes(app);
    drawProofRoutes(app);
    referralRoutes(app);
    claimRoutes(app);
    contestRoutes(app);
    depositOpenRoutes(app);
    depositRoutes(app);
    activityReportRoutes(app);
  },
  errors: {
    ...activityErrors,
    ...helpErrors,
    ...drawErrors,
    ...referralErrors,
    ...contestErrors,
    ...depositErrors,
  },
  events: [
    ...Object.values(activityEvents),
    ...Object.values(participantEvents),
    ...Object.values(rewardEvents),
    ...Object.values(helpEvents),
    ...Object.values(drawEvents),
    ...Object.values(drawChangeEvents),
    ...Object.values(referralEvents),
    ...Object.values(contestEvents),
    ...Object.values(depositEvents),
  ],
  settings: activitySettings,
  subscribers: [
    ...sourceSubscribers,
    ...rewardSubscribers,
    ...referralSubscribers,
    forgetSubscriber,
    revealSubscriber,
  ],
  sweeps: [
    activitySweep,
    rewardSweep,
    referralSweep,
    contestSweep,
    unpaidDepositSweep,
    depositNoticeSweep,
    forgetSweep,
  ],
  tasks: { ...rewardTasks, ...reachTasks },
  invariants: [
    ...activityInvariants,
    ...helpInvariants,
    ...drawInvariants,
    ...referralInvariants,
    ...contestInvariants,
    ...depositInvariants,
  ],
  states: {
    activityReward: rewardStates,
    drawChange: drawChangeStates,
    referral: referralStates,
    contest: contestStates,
    giftDeposit: giftDepositStates,
  },
};
