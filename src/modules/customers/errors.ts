import { defineErrors } from '../../platform/errors.ts';
import { PositiveAmount, ref, uuid } from '../../platform/http/schema.ts';

export const customersErrors = defineErrors({
  customer_merged: [
    404,
    'The customer was merged into another; the answer names the surviving one',
    { mergedIntoId: uuid('The customer that survived.') },
  ],
  customer_external_id_taken: [409, 'Another customer of the shop has this externalId'],
  customer_not_found: [422, 'There is no such customer'],
  customer_owes: [
    409,
    'The customer owes something for orders on account: it is paid or written off first',
    { openAmount: ref(PositiveAmount, { description: 'What is open of all orders.' }) },
  ],
  customer_erased: [422, 'The customer was erased and takes part in nothing new'],
  primary_not_unique: [
    422,
    'Only one contact point of a kind can be primary, and only one address the default',
  ],
  merge_with_self: [422, 'A customer cannot be merged with itself'],
  merge_exceeds_limits: [422, 'The two customers together have more than one customer can hold'],
});
