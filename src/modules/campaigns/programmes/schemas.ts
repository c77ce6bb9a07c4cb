import { Type } from '@sinclair/typebox';
import {
  enumeration,
  externalId,
  inputModel,
  instantOrNull,
  instantText,
  Metadata,
  MetadataUpdate,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { CampaignPlanModel, presentPlan } from '../schemas.ts';
import { programmeStates } from '../states.ts';
import type { Programme } from '../tables.ts';

export const ProgrammeStateName = enumeration(
  'ProgrammeState',
  'Where a programme stands.',
  programmeStates.names,
);

const name = () => text('What the shop calls it.', 200);
const times = {
  startsAt: nullableInstant('From when on its campaigns are, where they name no time of their own.'),
  endsAt: nullableInstant('Until when. It ends by itself then.'),
};
const own = {
  externalId: Type.Optional(externalId()),
  startsAt: Type.Optional(times.startsAt),
  endsAt: Type.Optional(times.endsAt),
  plan: Type.Optional(ref(CampaignPlanModel)),
};
export const ProgrammeCreate = inputModel('ProgrammeCreate', 'A programme to make, as a draft.', {
  name: name(),
  ...own,
  metadata: Type.Optional(ref(Metadata)),
});
export const ProgrammeUpdate = inputModel('ProgrammeUpdate', 'What to change.', {
  name: Type.Optional(name()),
  ...own,
  metadata: Type.Optional(ref(MetadataUpdate)),
});
export const ProgrammeEnd = inputModel('ProgrammeEnd', 'Why it ends before its time.', {
  reason: text('Why, for the shop’s own records.', 1_000),
});

export const ProgrammeModel = model('Programme', 'Campaigns with shared times, target and report.', {
  id: uuid('The programme.'),
  externalId: externalId(),
  name: name(),
  state: ref(ProgrammeStateName),
  ...times,
  plan: ref(CampaignPlanModel),
  startedAt: nullableInstant('When it was started.'),
  endedAt: nullableInstant('When it ended.'),
  endReason: nullableText('Why it was ended before its time.'),
  metadata: ref(Metadata),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const ProgrammePage = pageOf('ProgrammePage', ProgrammeModel);

export const presentProgramme = (row: Programme) => ({
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  state: row.state,
  startsAt: instantOrNull(row.startsAt),
  endsAt: instantOrNull(row.endsAt),
  plan: presentPlan(row.plan),
  startedAt: instantOrNull(row.startedAt),
  endedAt: instantOrNull(row.endedAt),
  endReason: row.endReason,
  metadata: row.metadata,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
