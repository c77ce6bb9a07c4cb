import type { Module } from '../../platform/module.ts';
import { activityOwnRoutes } from './activity-routes.ts';
import { currentActivityRoutes } from './current-routes.ts';
import { activitySweep } from './due.ts';
import { activityErrors } from './errors.ts';
import { activityEvents, participantEvents, rewardEvents } from './events.ts';
import { activityInvariants } from './invariants.ts';
import { participantRoutes } from './participants/routes.ts';
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
  },
  errors: activityErrors,
  events: [
    ...Object.values(activityEvents),
    ...Object.values(participantEvents),
    ...Object.values(rewardEvents),
  ],
  settings: activitySettings,
  subscribers: [...sourceSubscribers, ...rewardSubscribers],
  sweeps: [activitySweep, rewardSweep],
  tasks: rewardTasks,
  invariants: activityInvariants,
  states: { activityReward: rewardStates },
};
