import { type Static, type TOptional, type TSchema, Type } from '@sinclair/typebox';
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
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { CampaignPlanModel, presentPlan } from '../campaigns/schemas.ts';
import { campaignStates } from '../campaigns/states.ts';
import type { WholeActivity } from './repository.ts';
import { activityRuleFields, type ActivityRule, ActivityTypeName, type RuleInput } from './rule-schemas.ts';
import type { ActivityVersion } from './tables.ts';

export const ActivityStateName = enumeration(
  'ActivityState',
  'Where an activity stands. It goes by its times; the state follows them within a minute.',
  campaignStates.names,
);

const name = () => text('What the shop calls it. Customers may see it.', 200);
const { format, ...others } = activityRuleFields;
type Others = typeof others;
type OptionalFields = { [K in keyof Others]: TOptional<Others[K]> };
const optional = Object.fromEntries(
  Object.entries(others).map(([field, schema]) => [field, Type.Optional(schema as TSchema)]),
) as unknown as OptionalFields;

const own = {
  externalId: Type.Optional(externalId()),
  programmeId: Type.Optional(
    nullableUuid('The programme that it belongs to; it has its times where it names none.'),
  ),
  plan: Type.Optional(ref(CampaignPlanModel)),
};

export const ActivityCreate = inputModel('ActivityCreate', 'An activity to make, as a draft.', {
  name: name(),
  ...own,
  format,
  ...optional,
  metadata: Type.Optional(ref(Metadata)),
});
export const ActivityUpdate = inputModel('ActivityUpdate', 'What to change; lists are replaced whole.', {
  name: Type.Optional(name()),
  ...own,
  format: Type.Optional(format),
  ...optional,
  metadata: Type.Optional(ref(MetadataUpdate)),
});
export const ActivityCopy = inputModel('ActivityCopy', 'What is different of a copy.', {
  name: name(),
  externalId: Type.Optional(externalId()),
  startsAt: Type.Optional(nullableInstant('From when on; at once when null.')),
  endsAt: Type.Optional(nullableInstant('Until when; until it is ended when null.')),
});
export const ActivityEnd = inputModel('ActivityEnd', 'Why it ends before its time.', {
  reason: text('Why, for the shop’s own records.', 1_000),
});

export const ActivityModel = model('Activity', 'Something that customers join.', {
  id: uuid('The activity.'),
  externalId: externalId(),
  name: name(),
  type: ref(ActivityTypeName, { description: 'The same as in the format.' }),
  state: ref(ActivityStateName),
  programmeId: nullableUuid('The programme that it belongs to.'),
  ruleVersion: Type.Integer({ minimum: 1, description: 'The version of what it says.' }),
  ...activityRuleFields,
  plan: ref(CampaignPlanModel),
  startedAt: nullableInstant('When it began; null when it never did.'),
  endedAt: nullableInstant('When it ended.'),
  endReason: nullableText('Why it was ended before its time.'),
  metadata: ref(Metadata),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const ActivityPage = pageOf('ActivityPage', ActivityModel);

const ActivityVersionModel = model('ActivityVersion', 'What an activity said from a moment on.', {
  number: Type.Integer({ minimum: 1, description: '1, 2, 3 …' }),
  ...activityRuleFields,
  actorKind: Type.String({ description: 'Who said so: a user, a key, the system.' }),
  actorId: Type.String({ description: 'Which one.' }),
  createdAt: instantText('When it was said.'),
});
export const ActivityVersionPage = pageOf('ActivityVersionPage', ActivityVersionModel);

/** What a request says, apart: what an activity is, and its rule. What it leaves out is not there. */
export function splitInput<M>(body: Omit<Static<typeof ActivityUpdate>, 'metadata'> & M) {
  const rule: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(body))
    (field in activityRuleFields ? rule : rest)[field] = value;
  return { ...(rest as Omit<typeof body, keyof RuleInput>), rule: rule as RuleInput };
}

/** A rule, as it goes out. */
const presentRule = (rule: ActivityRule) => ({ ...rule }) as Static<typeof ActivityModel>;

export const presentActivity = ({ row, rule }: WholeActivity) => ({
  ...presentRule(rule),
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  type: rule.format.type,
  state: row.state,
  programmeId: row.programmeId,
  ruleVersion: row.ruleVersion,
  plan: presentPlan(row.plan),
  startedAt: instantOrNull(row.startedAt),
  endedAt: instantOrNull(row.endedAt),
  endReason: row.endReason,
  metadata: row.metadata,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const presentVersion = ({ number, rule, actorKind, actorId, createdAt }: ActivityVersion) => ({
  ...presentRule(rule),
  number,
  actorKind,
  actorId,
  createdAt: createdAt.toISOString(),
});
