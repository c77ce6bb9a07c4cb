import { defineErrors } from '../../platform/errors.ts';

export const settlementErrors = defineErrors({
  policy_inconsistent: [422, 'The parts of the policy contradict each other'],
  policy_archived: [409, 'The policy is archived'],
  claim_refused: [422, 'The promise pays nothing for this order'],
  order_not_settleable: [409, 'The order is not paid or is cancelled'],
  settlement_too_large: [422, 'It is more than what is left of the price'],
  payout_method_not_available: [422, 'The money cannot be paid this way'],
  line_in_settlement: [409, 'Another settlement of a line is not over yet'],
  settlement_not_open: [409, 'The settlement is not in a state for this'],
});
