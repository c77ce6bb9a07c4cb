import { defineErrors } from '../errors.ts';

export const shopErrors = defineErrors({
  not_in_test_mode: [422, 'Only a shop in test mode has a clock that can be moved'],
  clock_only_forward: [422, 'The test clock moves forward only'],
  clock_too_far: [
    422,
    'The test clock moves by five years at most in one request, and ends with the year 8999',
  ],
  key_already_expired: [422, 'The key would be expired from the start'],
  unknown_timezone: [422, 'This is not a time zone of the IANA database'],
});
