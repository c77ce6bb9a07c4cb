import type { Module } from '../../platform/module.ts';
import { campaignErrors } from './errors.ts';
import { campaignsSettings } from './settings.ts';
import { campaignStates, programmeStates } from './states.ts';

export const campaignsModule: Module = {
  name: 'campaigns',
  tags: { Campaigns: 'What changes the price of a basket, when, for whom and how often.' },
  errors: campaignErrors,
  settings: campaignsSettings,
  states: { campaign: campaignStates, programme: programmeStates },
};
