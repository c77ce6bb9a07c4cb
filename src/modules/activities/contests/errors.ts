import { defineErrors } from '../../../platform/errors.ts';

export const contestErrors = defineErrors({
  contest_closed: [409, 'Nobody enters any more'],
  contest_option_unknown: [422, 'The contest has no such option'],
  contest_not_closed: [409, 'Customers enter still: there is no result yet'],
  contest_result_missing: [409, 'Nobody has entered a result yet'],
  contest_result_locked: [409, 'The result is locked and stays as it is'],
  contest_result_by_one: [403, 'Who entered the result cannot lock it'],
  contest_result_differs: [409, 'This is not the result that was entered'],
  contest_not_settled: [409, 'The seed is revealed when winners have what they won'],
});
