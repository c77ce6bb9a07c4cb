import { Type } from '@sinclair/typebox';
import {
  enumeration,
  instantText,
  model,
  nullableText,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import type { Viewer } from './schemas.ts';
import type { TimelineEntry } from './tables.ts';
import { TIMELINE_KINDS, type TimelineKind } from './timeline.ts';

const TimelineKindName = enumeration('TimelineKind', 'What happened.', TIMELINE_KINDS);

const TimelineDetails = model(
  'TimelineDetails',
  'What belongs to the entry; depends on its kind.',
  {},
  { additionalProperties: true },
);
const TimelineEntryModel = model('TimelineEntry', 'One thing that happened to an order.', {
  id: uuid('The entry.'),
  kind: ref(TimelineKindName),
  actorKind: text('api_key, customer, provider or system.', 40),
  actorId: nullableText('Who it was; null for customers, except for what they did themselves.'),
  isPublic: Type.Boolean({ description: 'The customer may read it.' }),
  details: ref(TimelineDetails),
  occurredAt: instantText('When it happened.'),
});
export const OrderTimeline = model('OrderTimeline', 'Everything that happened to an order, oldest first.', {
  data: Type.Array(ref(TimelineEntryModel), { description: 'The entries.' }),
});

/** A timeline entry. A customer learns what was done, and only of themselves by whom. */
export const presentTimelineEntry = (entry: TimelineEntry, { customerId }: Viewer) => ({
  id: entry.id,
  kind: entry.kind as TimelineKind,
  actorKind: entry.actorKind,
  actorId: customerId === undefined || entry.actorId === customerId ? entry.actorId : null,
  isPublic: entry.isPublic,
  details: entry.details,
  occurredAt: entry.occurredAt.toISOString(),
});
