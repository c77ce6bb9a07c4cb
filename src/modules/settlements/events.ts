import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';

const about = Type.Object({
  name: Type.String({ description: 'What the shop calls the policy.' }),
  ruleVersion: Type.Integer({ description: 'The version of its rule that is in force from now on.' }),
});

export const policyEvents = {
  created: defineEvent(
    'price_difference_policy.created',
    'A promise to pay price differences was made.',
    about,
  ),
  changed: defineEvent(
    'price_difference_policy.changed',
    'The promise has another rule for orders from now on; earlier orders keep the one they were placed under.',
    about,
  ),
  archived: defineEvent(
    'price_difference_policy.archived',
    'The promise is made to no new orders; earlier ones keep it.',
    about,
  ),
};
