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
  nullableRef,
  nullableText,
  nullableUuid,
  pageOf,
  ref,
  text,
  uuid,
  versionNumber,
} from '../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../platform/money.ts';
import { PresetNameModel } from './presets/schemas.ts';
import type { WholeCampaign } from './repository.ts';
import type { RuleInput } from './rule-input.ts';
import { type CampaignRule, MechanicTypeName, ruleFields } from './rule-schemas.ts';
import { campaignStates } from './states.ts';
import type { CampaignPlan, CampaignVersion } from './tables.ts';

export const CampaignStateName = enumeration(
  'CampaignState',
  'Where a campaign stands. Prices go by its times; the state follows them within a minute.',
  campaignStates.names,
);

const wished = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description }));
const wishedAmount = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number(MAX_AMOUNT), description }));
export const CampaignPlanModel = model(
  'CampaignPlan',
  'What it is meant to bring. Reports compare with it.',
  {
    orders: wished('Orders.'),
    participants: wished('Different customers.'),
    members: wished('Customers who order for the first time.'),
    revenueAmount: wishedAmount('What is paid for goods in those orders, in minor units.'),
    discountAmount: wishedAmount(
      'What it gives away: discounts, freight, and what gifts cost, in minor units.',
    ),
  },
);

const name = () => text('What the shop calls it. Customers may see it.', 200);
const { mechanic, ...others } = ruleFields;
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

export const CampaignCreate = inputModel('CampaignCreate', 'A campaign to make, as a draft.', {
  name: name(),
  ...own,
  preset: Type.Optional(ref(PresetNameModel, { description: 'The preset that it was made from.' })),
  mechanic,
  ...optional,
  metadata: Type.Optional(ref(Metadata)),
});
export const CampaignUpdate = inputModel('CampaignUpdate', 'What to change; lists are replaced whole.', {
  name: Type.Optional(name()),
  ...own,
  mechanic: Type.Optional(mechanic),
  ...optional,
  metadata: Type.Optional(ref(MetadataUpdate)),
});
export const CampaignCopy = inputModel('CampaignCopy', 'What is different of a copy.', {
  name: name(),
  externalId: Type.Optional(externalId()),
  startsAt: Type.Optional(nullableInstant('From when on; at once when null.')),
  endsAt: Type.Optional(nullableInstant('Until when; until it is ended when null.')),
});
export const CampaignEnd = inputModel('CampaignEnd', 'Why it ends before its time.', {
  reason: text('Why, for the shop’s own records.', 1_000),
});

export const CampaignModel = model(
  'Campaign',
  'What changes the price of a basket, when, for whom and how often.',
  {
    id: uuid('The campaign.'),
    externalId: externalId(),
    name: name(),
    state: ref(CampaignStateName),
    programmeId: nullableUuid('The programme that it belongs to.'),
    preset: nullableRef(PresetNameModel, 'The preset that it was made from.'),
    mechanicType: ref(MechanicTypeName, { description: 'The same as in the mechanic.' }),
    ruleVersion: Type.Integer({
      minimum: 1,
      description: 'The version of what it says. Orders and quotes name it.',
    }),
    ...ruleFields,
    plan: ref(CampaignPlanModel),
    startedAt: nullableInstant('When it began; null when it never did.'),
    endedAt: nullableInstant('When it ended.'),
    endReason: nullableText('Why it was ended before its time.'),
    metadata: ref(Metadata),
    version: versionNumber(),
    createdAt: instantText('When it was made.'),
    updatedAt: instantText('When it last changed.'),
  },
);
export const CampaignPage = pageOf('CampaignPage', CampaignModel);

const CampaignVersionModel = model('CampaignVersion', 'What a campaign said from a moment on.', {
  number: Type.Integer({ minimum: 1, description: '1, 2, 3 …' }),
  ...ruleFields,
  actorKind: Type.String({ description: 'Who said so: a user, a key, the system.' }),
  actorId: Type.String({ description: 'Which one.' }),
  createdAt: instantText('When it was said.'),
});
export const CampaignVersionPage = pageOf('CampaignVersionPage', CampaignVersionModel);

/** What a request says, apart: what a campaign is, and its rule. What it leaves out is not there. */
export function splitInput<M>(body: Omit<Static<typeof CampaignUpdate>, 'metadata'> & M) {
  const rule: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(body)) (field in ruleFields ? rule : rest)[field] = value;
  return { ...(rest as Omit<typeof body, keyof RuleInput>), rule: rule as RuleInput };
}

/** A rule, as it goes out. */
const presentRule = (rule: CampaignRule) => ({ ...rule }) as Static<typeof CampaignModel>;

export const presentCampaign = ({ row, rule }: WholeCampaign) => ({
  ...presentRule(rule),
  id: row.id,
  externalId: row.externalId,
  name: row.name,
  state: row.state,
  programmeId: row.programmeId,
  preset: row.preset as Static<typeof PresetNameModel> | null,
  mechanicType: rule.mechanic.type,
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

export const presentPlan = (plan: CampaignPlan) => ({ ...plan });

export const presentVersion = ({ number, rule, actorKind, actorId, createdAt }: CampaignVersion) => ({
  ...presentRule(rule),
  number,
  actorKind,
  actorId,
  createdAt: createdAt.toISOString(),
});
