import { Type } from '@sinclair/typebox';
import type { Ctx } from '../../../platform/context.ts';
import {
  enumeration,
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
  versionNumber,
} from '../../../platform/http/schema.ts';
import { FormatModel } from '../formats.ts';
import { identifiersField } from '../participants/identifiers.ts';
import type { CodeOffer } from './codes.ts';
import { referralStates } from './states.ts';
import type { Referral } from './tables.ts';

const codeText = (description: string) => Type.String({ pattern: '^[0-9A-Z]{1,32}$', description });
const claimFields = {
  code: codeText('What the friend was sent.'),
  channel: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    description: 'Where they claim.',
  }),
  identifiers: Type.Optional(identifiersField('What tells the friend apart, beside who they are.')),
};
export const ReferralClaim = inputModel('ReferralClaim', 'Which friend was brought by whom.', {
  customerId: uuid('The friend.'),
  ...claimFields,
});
export const OwnReferralClaim = inputModel(
  'OwnReferralClaim',
  'By whom the customer who calls was brought.',
  claimFields,
);
export const ReferralCancel = inputModel('ReferralCancel', 'Why a friend does not count.', {
  reason: Type.String({ minLength: 1, maxLength: 2_000, description: 'For the log.' }),
});

export const ReferralStateName = enumeration(
  'ReferralState',
  'How far a friend is: invited, claimed, qualified by a purchase that cannot be returned any more, rewarded once a step is reached with them.',
  referralStates.names,
);
export const ReferralModel = model('Referral', 'A friend of a participant.', {
  id: uuid('The referral.'),
  activityId: uuid('The activity.'),
  participantId: uuid('Who brought the friend.'),
  state: ref(ReferralStateName),
  code: nullableText('Of a personal invitation: what the friend was sent.'),
  referredCustomerId: nullableUuid('The friend; null while nobody has claimed, and for customers who call.'),
  channel: nullableText('Where it was claimed.'),
  dueAt: nullableInstant('When a return window is over, or nothing can be bought for it any more.'),
  claimedAt: nullableInstant('When the friend claimed.'),
  qualifiedAt: nullableInstant('Since when the friend is qualified.'),
  cancelReason: nullableText('Why staff took the friend out.'),
  version: versionNumber(),
  createdAt: instantText('When it was made.'),
  updatedAt: instantText('When it last changed.'),
});
export const ReferralPage = pageOf('ReferralPage', ReferralModel);

const codeFields = {
  code: codeText('What is passed on.'),
  link: nullableText('The page of the shop that it leads to; null where the activity names none.'),
};
export const ReferralCodeModel = model('ReferralCode', 'What a participant passes on.', codeFields);
export const CodeOfferModel = model('ReferralOffer', 'What a friend may know of a code before they claim.', {
  ...codeFields,
  activityId: uuid('The activity.'),
  name: text('The name of the activity.', 200),
  format: ref(FormatModel, { description: 'What friends do, and what there is to get for them.' }),
  isOpen: Type.Boolean({ description: 'Whether it can be claimed now.' }),
});

/** Who brought a friend is not told who it is, and not why staff took them out: that may be about the friend. */
export const presentReferral = (row: Referral, { customerId }: Pick<Ctx, 'customerId'>) => ({
  id: row.id,
  activityId: row.activityId,
  participantId: row.participantId,
  state: row.state,
  code: row.code,
  referredCustomerId: customerId === undefined ? row.referredCustomerId : null,
  channel: row.channel,
  dueAt: instantOrNull(row.dueAt),
  claimedAt: instantOrNull(row.claimedAt),
  qualifiedAt: instantOrNull(row.qualifiedAt),
  cancelReason: customerId === undefined ? row.cancelReason : null,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const presentOffer = (
  { whole, isOpen }: CodeOffer,
  linked: { readonly code: string; readonly link: string | null },
) => ({
  ...linked,
  activityId: whole.row.id,
  name: whole.row.name,
  format: whole.rule.format,
  isOpen,
});
