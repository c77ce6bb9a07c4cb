import type { Module } from '../../platform/module.ts';
import { couponErrors } from './coupons/errors.ts';
import { couponBatchEvents, couponDefinitionEvents, couponEvents } from './coupons/events.ts';
import { couponSweeps } from './coupons/expire.ts';
import { couponInvariants } from './coupons/invariants.ts';
import { couponDefinitionStates, couponStates, couponUseStates } from './coupons/states.ts';
import { campaignSweeps } from './due.ts';
import { entryItemSweeps } from './entry-items/due.ts';
import { entryItemErrors } from './entry-items/errors.ts';
import { entryItemEvents } from './entry-items/events.ts';
import { entryItemInvariants } from './entry-items/invariants.ts';
import { entryItemStates } from './entry-items/states.ts';
import { campaignErrors } from './errors.ts';
import { campaignEvents, noticeEvents, programmeEvents } from './events.ts';
import { campaignInvariants } from './invariants.ts';
import { noticeSubscribers, noticeSweeps } from './notices/announce.ts';
import { campaignRoutes } from './routes.ts';
import { campaignsSettings } from './settings.ts';
import { campaignStates, programmeStates } from './states.ts';

export const campaignsModule: Module = {
  name: 'campaigns',
  tags: {
    Campaigns: 'What changes the price of a basket, when, for whom and how often.',
    Coupons: 'What codes of coupons are, the codes that were issued, and what they do.',
  },
  routes: campaignRoutes,
  errors: { ...campaignErrors, ...couponErrors, ...entryItemErrors },
  events: [
    ...Object.values(campaignEvents),
    ...Object.values(noticeEvents),
    ...Object.values(programmeEvents),
    ...Object.values(couponDefinitionEvents),
    ...Object.values(couponBatchEvents),
    ...Object.values(couponEvents),
    ...Object.values(entryItemEvents),
  ],
  settings: campaignsSettings,
  subscribers: noticeSubscribers,
  sweeps: [...campaignSweeps, ...noticeSweeps, ...couponSweeps, ...entryItemSweeps],
  invariants: [...campaignInvariants, ...couponInvariants, ...entryItemInvariants],
  states: {
    campaign: campaignStates,
    programme: programmeStates,
    couponDefinition: couponDefinitionStates,
    coupon: couponStates,
    couponUse: couponUseStates,
    entryItem: entryItemStates,
  },
};
