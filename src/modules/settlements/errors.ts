import { defineErrors } from '../../platform/errors.ts';

export const settlementErrors = defineErrors({
  policy_inconsistent: [422, 'The parts of the policy contradict each other'],
  policy_archived: [409, 'The policy is archived'],
});
