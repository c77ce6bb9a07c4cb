import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantText,
  model,
  pageOf,
  ref,
  text,
  versionNumber,
} from '../../platform/http/schema.ts';
import type { LoyaltyProgramme, LoyaltyProgrammeVersion } from './tables.ts';

const ExpiryKind = enumeration(
  'PointsExpiryKind',
  '`never`. `rolling_months`: so many months after points become active. `fixed_dates`: at the end of certain days of each year. ' +
    '`inactivity`: so many months after the member last got or spent points.',
  ['never', 'rolling_months', 'fixed_dates', 'inactivity'],
);
const Expiry = model('PointsExpiry', 'When points end. Days are the shop’s; the last day counts in full.', {
  kind: ref(ExpiryKind),
  months: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 120,
      description:
        'For `rolling_months` and `inactivity`: after so many months. The month after the 31st of January ends on the last of February.',
    }),
  ),
  yearDays: Type.Optional(
    Type.Array(Type.String({ pattern: '^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$' }), {
      minItems: 1,
      maxItems: 12,
      uniqueItems: true,
      description:
        'For `fixed_dates`: month and day, such as `12-31`. The 29th of February is the 28th in other years.',
    }),
  ),
  minimumMonths: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 60,
      description: 'For `fixed_dates`: points that are younger last until the next of the days.',
    }),
  ),
});

const fields = {
  name: text('What the shop calls it; members see it.', 200),
  signUpPoints: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'Points for who becomes a member, once; 0: none.',
  }),
  staffGrantLimit: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    description: 'How many points one person of staff may give at once. More need a second person.',
  }),
  expiry: ref(Expiry),
};

export const LoyaltyProgrammePut = inputModel(
  'LoyaltyProgrammePut',
  'What the loyalty programme says.',
  fields,
);
export type ProgrammeRule = Static<typeof LoyaltyProgrammePut>;

export const LoyaltyProgrammeModel = model('LoyaltyProgramme', 'The loyalty programme of the shop.', {
  ...fields,
  version: versionNumber(),
  createdAt: instantText('When it was first set up.'),
  updatedAt: instantText('When it last changed.'),
});
const Version = model('LoyaltyProgrammeVersion', 'What the programme said from a moment on.', {
  ...fields,
  version: Type.Integer({ description: 'From 1.' }),
  actorKind: text('api_key, customer, provider or system.', 40),
  actorId: text('Who it was.', 100),
  createdAt: instantText('From when on.'),
});
export const LoyaltyProgrammeVersionPage = pageOf('LoyaltyProgrammeVersionPage', Version);

export const presentProgramme = ({ rule, version, createdAt, updatedAt }: LoyaltyProgramme) => ({
  ...rule,
  version,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

export const presentProgrammeVersion = (row: LoyaltyProgrammeVersion) => ({
  ...row.rule,
  version: row.number,
  actorKind: row.actorKind,
  actorId: row.actorId,
  createdAt: row.createdAt.toISOString(),
});
