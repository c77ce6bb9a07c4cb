import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableRef,
  nullableText,
  pageOf,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import type { ListChange } from './lists.ts';
import type { CustomerSegments } from './members.ts';
import type { RfmScores } from './rfm-rules.ts';
import { RfmCellName } from './rule-schemas.ts';
import { MAX_LISTED } from './rules.ts';
import { presentSegment, SegmentModel } from './schemas.ts';
import { ENTRY_CAUSES, EXIT_CAUSES, type SegmentMembership, type ServiceTime, WORK_KINDS } from './tables.ts';

const EntryCause = enumeration(
  'SegmentEntryCause',
  '`rule`: the customer fits the rule. `list`: they were put on the list.',
  ENTRY_CAUSES,
);
const ExitCause = enumeration(
  'SegmentExitCause',
  '`rule`: the customer fits the rule no more. `list`: they were taken off. `merge`: they are in it as the customer that they ' +
    'were merged into. `archived`: the segment is.',
  EXIT_CAUSES,
);

const MembershipModel = model('SegmentMembership', 'That a customer is or was in a segment.', {
  segmentId: uuid('The segment.'),
  customerId: uuid('The customer.'),
  enteredAt: instantText('Since when.'),
  enteredBy: ref(EntryCause),
  leftAt: nullableInstant('Until when; null while the customer is in it.'),
  leftBy: nullableRef(ExitCause, 'Why they are in it no more; null while they are.'),
});
export const MembershipPage = pageOf('SegmentMembershipPage', MembershipModel);

const score = (description: string) => Type.Integer({ minimum: 1, maximum: 5, description });
const RfmScoresModel = model(
  'RfmScores',
  'The RFM scores of a customer as rules go by them: computed at the midnight after purchases changed.',
  {
    recencyScore: score('How lately the customer bought; 5 is the latest fifth of the buyers.'),
    frequencyScore: score('How often.'),
    monetaryScore: score('For how much in all.'),
    cell: ref(RfmCellName),
  },
);
export const CustomerSegmentPage = model('CustomerSegmentPage', 'A page of the segments of a customer.', {
  ...MembershipPage.properties,
  rfm: nullableRef(
    RfmScoresModel,
    'The RFM scores; null of who bought nothing, and where no rule of the shop goes by scores.',
  ),
});

const customerList = (item: ReturnType<typeof Type.String>, description: string) =>
  Type.Optional(Type.Array(item, { maxItems: MAX_LISTED, uniqueItems: true, description }));
export const ListedCustomersModel = inputModel('ListedCustomers', 'Customers, by either of their ids.', {
  customerIds: customerList(Type.String({ format: 'uuid' }), 'By id.'),
  externalIds: customerList(
    Type.String({ minLength: 1, maxLength: 200 }),
    'By the ids that they have in your own system.',
  ),
});
export const ListChangeModel = model('SegmentListChange', 'What became of a list.', {
  changedCount: Type.Integer({ minimum: 0, description: 'Customers who were put on it, or taken off.' }),
  unchangedCount: Type.Integer({ minimum: 0, description: 'Customers who were on it, or not, before.' }),
  segment: ref(SegmentModel, { description: 'The segment as it is now.' }),
});

const WorkKind = enumeration('ServiceWorkKind', 'What the work was.', WORK_KINDS);
const ServiceSubject = model('ServiceTimeSubject', 'What the work was about.', {
  type: Type.String({
    pattern: '^[a-z][a-z_]{0,39}$',
    description: 'What kind of thing, such as `order` or `settlement`.',
  }),
  id: uuid('Which one.'),
});
const workFields = {
  minutes: Type.Integer({ minimum: 1, maximum: 1440, description: 'How long.' }),
  kind: ref(WorkKind),
};
export const ServiceTimeCreate = inputModel('ServiceTimeCreate', 'Minutes that staff spent on a customer.', {
  customerId: uuid('On whom.'),
  ...workFields,
  workedAt: Type.Optional(instantText('When the work was done: now when absent, or earlier.')),
  workedBy: Type.Optional(nullableText('Who did it, in your own words.', { minLength: 1, maxLength: 100 })),
  subject: Type.Optional(nullableRef(ServiceSubject, 'What it was about.')),
});
export const ServiceTimeModel = model('ServiceTime', 'Minutes that staff spent on a customer.', {
  id: uuid('The entry.'),
  customerId: nullableText('On whom; null once the customer was erased.', { format: 'uuid' }),
  ...workFields,
  workedAt: instantText('When the work was done.'),
  workedBy: nullableText('Who did it.'),
  subject: nullableRef(ServiceSubject, 'What it was about.'),
  voidedAt: nullableInstant('Since when it counts no more, because it was a mistake.'),
  recordedBy: text('The credential, or the part of the system, that wrote it down.', 200),
  createdAt: instantText('When it was written down.'),
});
export const ServiceTimePage = pageOf('ServiceTimePage', ServiceTimeModel);

export const presentMembership = (row: SegmentMembership): Static<typeof MembershipModel> => ({
  segmentId: row.segmentId,
  customerId: row.customerId,
  enteredAt: row.enteredAt.toISOString(),
  enteredBy: row.enteredBy,
  leftAt: instantOrNull(row.leftAt),
  leftBy: row.leftBy,
});

const presentScores = ({ recency, frequency, monetary }: RfmScores) => ({
  recencyScore: recency,
  frequencyScore: frequency,
  monetaryScore: monetary,
});

export const presentCustomerSegments = ({ rows, nextCursor, scores, cell }: CustomerSegments) => ({
  data: rows.map(presentMembership),
  nextCursor,
  rfm: scores && cell ? { ...presentScores(scores), cell } : null,
});

export const presentListChange = ({ segment, changedCount, unchangedCount }: ListChange) => ({
  changedCount,
  unchangedCount,
  segment: presentSegment(segment),
});

export const presentServiceTime = (row: ServiceTime): Static<typeof ServiceTimeModel> => ({
  id: row.id,
  customerId: row.customerId,
  minutes: row.minutes,
  kind: row.kind,
  workedAt: row.workedAt.toISOString(),
  workedBy: row.workedBy,
  subject:
    row.subjectType !== null && row.subjectId !== null ? { type: row.subjectType, id: row.subjectId } : null,
  voidedAt: instantOrNull(row.voidedAt),
  recordedBy: row.actorId,
  createdAt: row.createdAt.toISOString(),
});
