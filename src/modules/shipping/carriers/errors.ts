import { defineErrors } from '../../../platform/errors.ts';
import { uuid } from '../../../platform/http/schema.ts';
import { Type } from '@sinclair/typebox';

export const carrierErrors = defineErrors({
  carrier_external_id_taken: [409, 'Another carrier has this external id'],
  carrier_archived: [409, 'The carrier is archived'],
  carrier_status_not_possible: [409, 'The carrier cannot get there from its status'],
  trial_shares_too_large: [
    422,
    'The carriers on trial would get more than everything',
    { largestShareBps: Type.Integer({ description: 'What the share may be at most.' }) },
  ],
  method_code_taken: [409, 'Another method of the carrier has this code'],
  method_inconsistent: [422, 'The promises of the method contradict each other'],
  price_list_inconsistent: [422, 'The parts of the price list contradict each other'],
  price_list_overlaps: [
    409,
    'Another price list of the method is valid at the same time',
    { priceListId: uuid('The price list that is valid then: end it first.') },
  ],
  price_list_ended: [409, 'The price list has ended'],
  carrier_metadata_full: [422, 'A carrier holds 50 keys of metadata at most'],
});
