import { defineErrors } from '../../platform/errors.ts';

export const campaignErrors = defineErrors({
  campaign_not_found: [422, 'There is no such campaign'],
});
