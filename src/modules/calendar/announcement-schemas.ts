import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { type AnnouncementRow, AUDIENCES } from './tables.ts';

export const AudienceName = enumeration(
  'AnnouncementAudience',
  '`public`: shop front ends and customers. `staff`: keys of the shop alone.',
  AUDIENCES,
);
const AnnouncementTextModel = model('AnnouncementText', 'What an announcement says in one language.', {
  language: Type.String({
    pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
    maxLength: 35,
    description: 'BCP 47, such as `de-CH`.',
  }),
  title: text('Its headline.', 200),
  body: text('Its text.', 5_000),
});
const texts = Type.Array(ref(AnnouncementTextModel), {
  minItems: 1,
  maxItems: 30,
  description: 'Once for each language; the first is for who reads none of them.',
});
const CHANNEL = { pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' };
const channel = nullableText('Only on this channel, for example `douyin`; null: on all of them.', CHANNEL);
const visibleUntil = nullableInstant('Until when it is shown; null: until it is deleted.');

export const channelQuery = Type.Optional(
  Type.String({ ...CHANNEL, description: 'What is for this channel or for all of them.' }),
);
export const AnnouncementCreate = model('AnnouncementCreate', 'An announcement to write.', {
  audience: ref(AudienceName),
  channel: Type.Optional(channel),
  texts,
  visibleFrom: Type.Optional(instantText('From when on it is shown; from now on, when absent.')),
  visibleUntil: Type.Optional(visibleUntil),
});
export const AnnouncementUpdate = model(
  'AnnouncementUpdate',
  'Changes to an announcement, as JSON merge patch.',
  {
    audience: Type.Optional(ref(AudienceName)),
    channel: Type.Optional(channel),
    texts: Type.Optional(texts),
    visibleFrom: Type.Optional(instantText('From when on it is shown.')),
    visibleUntil: Type.Optional(visibleUntil),
  },
);
export const Announcement = model(
  'Announcement',
  'What the shop tells everybody, or its staff, for a time.',
  {
    id: uuid('The announcement.'),
    audience: ref(AudienceName),
    channel,
    texts,
    visibleFrom: instantText('From when on it is shown.'),
    visibleUntil,
    createdAt: instantText('When it was written.'),
    updatedAt: instantText('When it was changed last.'),
    version: versionNumber(),
  },
);
export const AnnouncementPage = pageOf('AnnouncementPage', Announcement);
export const PublicAnnouncement = model('PublicAnnouncement', 'An announcement as everybody may read it.', {
  id: uuid('The announcement.'),
  channel,
  texts,
  visibleFrom: instantText('From when on it is shown.'),
  visibleUntil,
});
export const PublicAnnouncementPage = pageOf('PublicAnnouncementPage', PublicAnnouncement);

export const presentPublicAnnouncement = (row: AnnouncementRow): Static<typeof PublicAnnouncement> => ({
  id: row.id,
  channel: row.channel,
  texts: row.texts,
  visibleFrom: row.visibleFrom.toISOString(),
  visibleUntil: instantOrNull(row.visibleUntil),
});

export const presentAnnouncement = (row: AnnouncementRow): Static<typeof Announcement> => ({
  ...presentPublicAnnouncement(row),
  audience: row.audience,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});
