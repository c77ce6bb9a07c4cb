import { defineErrors } from '../../platform/errors.ts';

export const campaignErrors = defineErrors({
  campaign_not_found: [422, 'There is no such campaign'],
  customer_not_nameable: [
    422,
    'What is for one customer is told to them and to staff, not to a publishable key',
  ],
});
