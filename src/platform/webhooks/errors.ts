import { defineErrors } from '../errors.ts';

export const webhookErrors = defineErrors({
  webhook_endpoint_disabled: [409, 'The webhook endpoint is disabled or was deleted'],
  webhook_delivery_succeeded: [409, 'The delivery has succeeded; replay the event to send it again'],
  too_many_webhook_endpoints: [422, 'A shop can have at most 50 webhook endpoints'],
  webhook_url_refused: [422, 'Events are not sent to such an address'],
  unknown_event_type: [422, 'There is no such type of event'],
  unknown_event: [422, 'There is no such event'],
});
