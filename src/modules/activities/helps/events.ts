import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { nullableUuid, uuid } from '../../../platform/http/schema.ts';
import type { Help } from './tables.ts';

const data = Type.Object({
  activityId: uuid('The activity.'),
  participantId: uuid('Whose collection it is.'),
  helperCustomerId: nullableUuid('Who helped, where that is a customer.'),
});

/** What happens to likes of collections. The subject is the help. */
export const helpEvents = {
  given: defineEvent('help.given', 'Somebody liked a collection.', data),
  voided: defineEvent('help.voided', 'Staff took a like out of a collection.', data),
};

export const helpEvent = (
  ctx: Ctx,
  kind: (typeof helpEvents)[keyof typeof helpEvents],
  { id, activityId, participantId, helperCustomerId }: Help,
): NewEvent => eventRow(ctx, kind, id, { activityId, participantId, helperCustomerId });
