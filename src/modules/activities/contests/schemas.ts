import { Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
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
} from '../../../platform/http/schema.ts';
import { FormatModel } from '../formats.ts';
import { whereFields } from '../participants/schemas.ts';
import type { ContestVerification, PublicContest } from './read.ts';
import { contestStates } from './states.ts';
import type { Contest, ContestEntry } from './tables.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const key = (description: string) => Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$', description });
const nullableKey = (description: string) =>
  nullableText(description, { pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' });

const entryFields = {
  optionKey: key('What the customer guesses.'),
  nonce: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{8,64}$',
      description:
        'What the customer chooses at random: winners are drawn on it too, so that nobody can know them before. Made for them when absent. ' +
        'It stays when they guess something else.',
    }),
  ),
  ...whereFields,
};
export const EntryCreate = inputModel('ContestEntryCreate', 'Who guesses what.', {
  customerId: uuid('The customer.'),
  ...entryFields,
});
export const OwnEntryCreate = inputModel(
  'OwnContestEntryCreate',
  'What the customer who calls guesses.',
  entryFields,
);
export const ContestResultCreate = inputModel('ContestResultCreate', 'What came true.', {
  resultKey: nullableKey('The option; null: none of them, such as where a match was called off.'),
  reason: Type.String({ minLength: 1, maxLength: 2_000, description: 'By what that is known.' }),
});
export const ContestResultLock = inputModel('ContestResultLock', 'What came true, by a second person.', {
  resultKey: nullableKey('The option that was entered; null: none of them.'),
});

const ContestStateName = enumeration(
  'ContestState',
  'Open until somebody enters the result, locked when a second person does too, settled when winners have what they won.',
  contestStates.names,
);
export const ContestEntryModel = model('ContestEntry', 'What a customer guessed.', {
  activityId: uuid('The contest.'),
  number: Type.Integer({ minimum: 1, description: 'The number of the entry: 1, 2, 3 … without gaps.' }),
  participantId: uuid('Who takes part.'),
  customerId: uuid('Who guessed.'),
  optionKey: key('What they guess now.'),
  nonce: Type.String({ description: 'What winners are drawn on, beside the number.' }),
  isInsider: Type.Boolean({ description: 'Whether it is of staff, or of somebody who tests.' }),
  isWinner: Type.Boolean({ description: 'Whether it won something.' }),
  voidedAt: nullableInstant(
    'When it became a second entry of one customer, by a merge: it is none any more.',
  ),
  version: versionNumber(),
  createdAt: instantText('When it was given.'),
  updatedAt: instantText('When it last changed.'),
});
export const ContestEntryPage = pageOf('ContestEntryPage', ContestEntryModel);

const CountModel = model('ContestOptionCount', 'How many guess an option.', {
  key: key('The option.'),
  entries: count('How many.'),
});
export const ContestModel = model('Contest', 'What a contest publishes.', {
  activityId: uuid('The contest.'),
  name: text('The name of the activity.', 200),
  format: ref(FormatModel, { description: 'What is asked, until when, and what there is to win.' }),
  state: ref(ContestStateName),
  entries: count('How many entered.'),
  counts: Type.Array(ref(CountModel), {
    description: 'How many guess what; nothing before nobody enters any more, so that nobody goes by others.',
  }),
  resultKey: nullableKey('What came true, once it is locked; null: none of it, or it is not known.'),
  rightEntries: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 0,
    description: 'How many were right, once it is locked.',
  }),
  commitment: hash('The SHA-256 of the seed, in hex. The seed was made before the contest began.'),
  seed: nullableText('The seed in hex, once it is settled.', { pattern: '^[0-9a-f]{64}$' }),
  enteredAt: nullableInstant('When a result was entered.'),
  lockedAt: nullableInstant('When it was locked.'),
  settledAt: nullableInstant('When winners had what they won.'),
});
export const ContestVerificationModel = model(
  'ContestVerification',
  'What deciding a contest again came to.',
  {
    activityId: uuid('The contest.'),
    checked: count('How many entries were looked at.'),
    isSeedCommitted: Type.Boolean({ description: 'Whether the seed is the one that was bound to.' }),
    faults: Type.Array(Type.Integer({ minimum: 1 }), {
      maxItems: 100,
      description: 'The numbers of entries that won and should not have, or should have and did not.',
    }),
    isValid: Type.Boolean({ description: 'Whether all of it is right.' }),
  },
);

export const presentEntry = (row: ContestEntry) => ({
  activityId: row.activityId,
  number: row.number,
  participantId: row.participantId,
  customerId: row.customerId,
  optionKey: row.optionKey,
  nonce: row.nonce,
  isInsider: row.isInsider,
  isWinner: row.isWinner,
  voidedAt: instantOrNull(row.voidedAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const presentContest = ({ whole, contest, counts }: PublicContest) => ({
  activityId: contest.activityId,
  name: whole.row.name,
  format: whole.rule.format,
  state: contest.state,
  entries: contest.entries,
  counts: optionsOf(whole).flatMap((option) =>
    counts ? [{ key: option, entries: counts.get(option) ?? 0 }] : [],
  ),
  ...resultOf(contest),
});

const optionsOf = ({ rule: { format } }: PublicContest['whole']): string[] =>
  format.type === 'contest' ? format.options.map((option) => option.key) : [];

/** What was entered by one person is told to nobody: the second says it by themselves. */
const resultOf = (contest: Contest) => ({
  resultKey: contest.lockedAt === null ? null : contest.resultKey,
  rightEntries: contest.rightEntries,
  commitment: contest.commitment,
  seed: contest.seed,
  enteredAt: instantOrNull(contest.enteredAt),
  lockedAt: instantOrNull(contest.lockedAt),
  settledAt: instantOrNull(contest.settledAt),
});

export const presentVerification = ({
  contest,
  checked,
  isSeedCommitted,
  faults,
  isValid,
}: ContestVerification) => ({
  activityId: contest.activityId,
  checked,
  isSeedCommitted,
  faults: [...faults],
  isValid,
});
