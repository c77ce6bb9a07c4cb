import { defineErrors } from '../../../platform/errors.ts';
import { uuid } from '../../../platform/http/schema.ts';

export const parcelErrors = defineErrors({
  carrier_not_found: [422, 'There is no such carrier'],
  carrier_not_available: [409, 'The carrier is paused or archived'],
  carrier_method_not_found: [422, 'The carrier has no such method, or does not offer it'],
  parcels_inconsistent: [422, 'The parts of the shipment contradict each other'],
  tracking_number_taken: [409, 'The carrier has another parcel with this number'],
  parcel_not_reportable: [409, 'That cannot have happened to the parcel as it stands'],
  parcel_event_in_future: [422, 'What is reported lies in the future'],
  parcel_event_too_early: [422, 'What is reported happened long before the parcel left'],
  parcel_event_not_voidable: [409, 'What was told of the parcel cannot be void'],
  parcel_not_delivered: [409, 'Only a delivered parcel can be rated'],
  delivery_already_rated: [
    409,
    'The delivery was rated before, and otherwise',
    { parcelId: uuid('The parcel.') },
  ],
});
