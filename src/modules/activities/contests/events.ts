import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import { defineEvent, eventRow, type NewEvent } from '../../../platform/events/define.ts';
import { nullableText, uuid } from '../../../platform/http/schema.ts';
import type { Contest, ContestEntry } from './tables.ts';

const entryData = Type.Object({
  number: Type.Integer({ description: 'The entry.' }),
  customerId: uuid('Who entered.'),
  optionKey: Type.String({ description: 'What they guess now.' }),
});
const resultData = Type.Object({
  resultKey: nullableText('What came true; null: none of it.'),
  entries: Type.Integer({ description: 'How many entered.' }),
});

/** What happens in contests. The subject is the activity. */
export const contestEvents = {
  given: defineEvent('contest.entry_given', 'A customer entered.', entryData),
  changed: defineEvent('contest.entry_changed', 'A customer guesses something else.', entryData),
  entered: defineEvent('contest.result_entered', 'Somebody entered a result.', resultData),
  locked: defineEvent(
    'contest.result_locked',
    'A second person entered the same result: it stays.',
    resultData,
  ),
  settled: defineEvent('contest.settled', 'Who won has what they won.', resultData),
};

export const entryEvent = (
  ctx: Ctx,
  kind: typeof contestEvents.given,
  { activityId, number, customerId, optionKey }: ContestEntry,
): NewEvent => eventRow(ctx, kind, activityId, { number, customerId, optionKey });

export const resultEvent = (
  ctx: Ctx,
  kind: (typeof contestEvents)['entered' | 'locked' | 'settled'],
  { activityId, resultKey, entries }: Contest,
): NewEvent => eventRow(ctx, kind, activityId, { resultKey, entries });
