import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  instantText,
  model,
  nullableText,
  ref,
  text,
  uuid,
} from '../../platform/http/schema.ts';
import type { OwnView } from './own-profile.ts';
import { ownChanges, personal, presentPersonal } from './schemas.ts';
import { CONSENT_CHANNELS, CONSENT_DECISIONS, CONSENT_PURPOSES, type Consent } from './tables.ts';

const ConsentPurpose = enumeration(
  'ConsentPurpose',
  '`marketing`: offers and news. `service`: what belongs to an order. `profiling`: personal evaluation.',
  CONSENT_PURPOSES,
);
const ConsentChannel = enumeration('ConsentChannel', 'The way of writing or calling.', CONSENT_CHANNELS);
const ConsentDecision = enumeration('ConsentDecision', 'Allowed or not.', CONSENT_DECISIONS);
const decided = {
  purpose: ref(ConsentPurpose),
  channel: ref(ConsentChannel),
  decision: ref(ConsentDecision),
};

export const ConsentModel = model(
  'Consent',
  'What a customer allowed or refused. Never changed: a newer one counts.',
  {
    id: uuid('The decision.'),
    ...decided,
    source: text('Where it was given.', 200),
    decidedAt: instantText('When it was given.'),
  },
);
export const ConsentCreate = model('ConsentCreate', 'A decision of a customer to write down.', {
  ...decided,
  source: text('Where it was given, such as a form, a call or a link in a letter.', 200),
});
export const OwnConsentCreate = model('OwnConsentCreate', "The customer's own decision.", decided);
export const ConsentHistory = model(
  'ConsentHistory',
  'The decisions in force, and a page of all there ever were.',
  {
    inForce: Type.Array(ref(ConsentModel), {
      description: 'The newest decision of each purpose and channel.',
    }),
    data: Type.Array(ref(ConsentModel), { description: 'The decisions, newest first.' }),
    nextCursor: nullableText('Pass it as `cursor` for the next page; null on the last.'),
  },
);

export const OwnProfile = model('OwnProfile', 'What customers see of themselves.', {
  ...personal,
  consents: Type.Array(ref(ConsentModel), { description: 'The decisions in force.' }),
});
export const OwnProfileUpdate = model(
  'OwnProfileUpdate',
  'What customers may change about themselves, as JSON merge patch.',
  ownChanges,
);

export const presentConsent = (row: Consent): Static<typeof ConsentModel> => ({
  id: row.id,
  purpose: row.purpose,
  channel: row.channel,
  decision: row.decision,
  source: row.source,
  decidedAt: row.decidedAt.toISOString(),
});

export const presentOwnProfile = (view: OwnView): Static<typeof OwnProfile> => ({
  ...presentPersonal(view),
  consents: view.consents.map(presentConsent),
});
