import { defineErrors } from '../../../platform/errors.ts';

export const helpErrors = defineErrors({
  helper_unknown: [422, 'A helper is a customer or has identifiers'],
  help_own: [422, 'Nobody likes their own collection'],
  help_repeated: [409, 'This helper has liked the collection already'],
  help_in_ring: [422, 'Customers who like each other’s collections'],
  help_limit_reached: [409, 'This helper has liked as many collections today as one can'],
  help_voided: [409, 'The like was taken out already'],
});
