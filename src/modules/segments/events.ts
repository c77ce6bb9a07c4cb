import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';
import { uuid } from '../../platform/http/schema.ts';

const about = Type.Object({
  name: Type.String({ description: 'What the shop calls the segment.' }),
  kind: Type.String({ description: '`rule` or `list`.' }),
  ruleVersion: Type.Integer({ description: 'The version of its rule; 0 of a list.' }),
});
const count = (description: string) => Type.Integer({ description });
// Ids only: that somebody is in a segment is personal, and the feed is kept for good. After an erasure the id names nobody.
const moved = Type.Object({ segmentId: uuid('The segment.') });

export const segmentEvents = {
  created: defineEvent('segment.created', 'A segment was made.', about),
  updated: defineEvent(
    'segment.updated',
    'A segment has another name or another rule. Who is in it follows.',
    about,
  ),
  archived: defineEvent('segment.archived', 'A segment is archived; nobody is in it any more.', about),
  evaluated: defineEvent(
    'segment.evaluated',
    'All customers were looked at by the rule of a segment, and somebody entered or left.',
    Type.Object({
      enteredCount: count('How many entered.'),
      leftCount: count('How many left.'),
      memberCount: count('How many are in it now.'),
      isEachTold: Type.Boolean({
        description:
          'Each of them has an event of their own. Not where they are more than 1,000: then the history of the segment tells.',
      }),
    }),
  ),
};

export const customerSegmentEvents = {
  entered: defineEvent(
    'customer_segment.entered',
    'A customer is in a segment. The subject is the customer.',
    moved,
  ),
  left: defineEvent(
    'customer_segment.left',
    'A customer is in a segment no more. The subject is the customer.',
    moved,
  ),
};
