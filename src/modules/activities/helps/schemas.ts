import { Type } from '@sinclair/typebox';
import {
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
} from '../../../platform/http/schema.ts';
import { FormatModel } from '../formats.ts';
import { identifiersField } from '../participants/identifiers.ts';
import type { Collection } from './collection.ts';
import type { Help } from './tables.ts';

const channel = Type.String({
  pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
  description: 'Where they like it.',
});
const identifiers = Type.Optional(identifiersField('What tells the helper apart, beside who they are.'));

export const HelpCreate = inputModel(
  'HelpCreate',
  'Who likes a collection: a customer, or somebody with identifiers.',
  {
    helperCustomerId: Type.Optional(uuid('The helper, where that is a customer.')),
    identifiers,
    channel,
  },
);
export const OwnHelpCreate = inputModel('OwnHelpCreate', 'How the customer who calls likes a collection.', {
  identifiers,
  channel,
});
export const HelpVoid = inputModel('HelpVoid', 'Why a like does not count.', {
  reason: Type.String({ minLength: 1, maxLength: 2_000, description: 'For the log.' }),
});

export const HelpModel = model('Help', 'Somebody’s like for a collection.', {
  id: uuid('The like.'),
  activityId: uuid('The activity.'),
  participantId: uuid('Whose collection it is.'),
  helperCustomerId: nullableUuid('Who helped, where that is a customer.'),
  channel: Type.String({ description: 'Where.' }),
  voidedAt: nullableInstant('When staff took it out.'),
  voidReason: nullableText('Why.'),
  createdAt: instantText('When.'),
});
export const HelpPage = pageOf('HelpPage', HelpModel);

export const CollectionModel = model(
  'Collection',
  'What a helper may know of a collection before they like it.',
  {
    participantId: uuid('The collection.'),
    activityId: uuid('The activity.'),
    name: text('The name of the activity.', 200),
    format: ref(FormatModel, { description: 'What is collected, and what there is to get.' }),
    progress: Type.Integer({ minimum: 0, description: 'How many likes it has.' }),
    closesAt: nullableInstant('Until when it takes likes; null: as long as the activity runs.'),
    isOpen: Type.Boolean({ description: 'Whether it takes likes now.' }),
  },
);

export const presentHelp = (row: Help) => ({
  id: row.id,
  activityId: row.activityId,
  participantId: row.participantId,
  helperCustomerId: row.helperCustomerId,
  channel: row.channel,
  voidedAt: instantOrNull(row.voidedAt),
  voidReason: row.voidReason,
  createdAt: row.createdAt.toISOString(),
});

export const presentCollection = ({ whole: { row, rule }, participant, isOpen }: Collection) => ({
  participantId: participant.id,
  activityId: row.id,
  name: row.name,
  format: rule.format,
  progress: participant.progress,
  closesAt: instantOrNull(participant.closesAt),
  isOpen,
});
