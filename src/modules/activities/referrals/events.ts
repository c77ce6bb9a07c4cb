import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { nullableUuid, uuid } from '../../../platform/http/schema.ts';
import type { Referral } from './tables.ts';

const data = Type.Object({
  activityId: uuid('The activity.'),
  participantId: uuid('Whose friend it is.'),
  referredCustomerId: nullableUuid('The friend; null while nobody has claimed.'),
});

/** What becomes of friends. The subject is the referral; each is called as the state that it is in then. */
export const referralEvents = {
  invited: defineEvent('referral.invited', 'A participant made a personal invitation.', data),
  claimed: defineEvent(
    'referral.claimed',
    'A friend claimed; or, after a return, waits for another purchase.',
    data,
  ),
  qualified: defineEvent('referral.qualified', 'A friend bought, and cannot return it any more.', data),
  rewarded: defineEvent('referral.rewarded', 'With this friend a participant reached a step.', data),
  taken_back: defineEvent('referral.taken_back', 'What a friend was qualified by went back.', data),
  expired: defineEvent(
    'referral.expired',
    'An activity is over, and the friend has not claimed or bought.',
    data,
  ),
  cancelled: defineEvent('referral.cancelled', 'Staff took a friend out, or they are nobody else.', data),
};

export const referralEvent = (
  ctx: Ctx,
  { id, state, activityId, participantId, referredCustomerId }: Referral,
): NewEvent => eventRow(ctx, referralEvents[state], id, { activityId, participantId, referredCustomerId });
