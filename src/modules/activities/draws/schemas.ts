import { type Static, Type } from '@sinclair/typebox';
import {
  enumeration,
  inputModel,
  instantOrNull,
  instantText,
  model,
  nullableInstant,
  nullableText,
  pageOf,
  PositiveAmount,
  ref,
  scalar,
  toWire,
  uuid,
  versionNumber,
} from '../../../platform/http/schema.ts';
import { valueOfAll } from '../rewards/rules.ts';
import { RewardModel } from '../rewards/schemas.ts';
import { activityRuleFields } from '../rule-schemas.ts';
import { totalWeight } from './draw-rules.ts';
import type { PublicDraw } from './read.ts';
import { drawChangeStates } from './states.ts';
import type { DrawChange, DrawTicket } from './tables.ts';
import type { DrawVerification, TicketVerification } from './verify.ts';

const nonce = Type.String({
  pattern: '^[A-Za-z0-9_-]{8,64}$',
  description:
    'What the customer chooses, at random and anew for each ticket: because it is drawn on too, nobody can know the result before.',
});
const number = Type.Integer({ minimum: 1, description: 'The number of the ticket: 1, 2, 3 … without gaps.' });
const hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description });
const key = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });

export const TicketCreate = inputModel('DrawTicketCreate', 'Whose chance is used.', {
  customerId: uuid('The customer.'),
  nonce,
});
export const OwnTicketCreate = inputModel('OwnDrawTicketCreate', 'What the customer draws on.', { nonce });

export const TicketModel = model('DrawTicket', 'A chance that was used.', {
  activityId: uuid('The draw.'),
  number,
  customerId: uuid('Who drew it.'),
  nonce,
  ruleVersion: Type.Integer({ minimum: 1, description: 'The version of the draw by which it was drawn.' }),
  drawnKey: key('The prize that it fell on.'),
  prizeKey: key('The prize that was had: the fallback where the one it fell on was gone.'),
  isInsider: Type.Boolean({ description: 'Whether staff, or somebody who tests, drew it.' }),
  drawnAt: instantText('When.'),
});
export const TicketPage = pageOf('DrawTicketPage', TicketModel);

const OddsModel = model('DrawOdds', 'A prize with its chance, made of the weights.', {
  key: key('The prize.'),
  name: Type.String({ description: 'What customers read.' }),
  weight: Type.Integer({ minimum: 1, description: 'Its chance, in parts of `totalWeight`.' }),
  probability: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'The same as a fraction, rounded to 12 digits.',
  }),
  marketAmount: ref(PositiveAmount, { description: 'What it is worth on the market, in minor units.' }),
  rewards: Type.Array(ref(RewardModel), { description: 'What is got; nothing when empty.' }),
  stock: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    description: 'How many there are; null: as many as are drawn.',
  }),
  given: count('How many are gone.'),
});
const TextModel = model('DrawText', 'What a draw published, from a version on.', {
  ruleVersion: Type.Integer({ minimum: 1, description: 'The version of the draw.' }),
  text: Type.String({
    description: 'What was published, as JSON with sorted names: prizes, weights, stock, conditions.',
  }),
  hash: hash('The SHA-256 of the text, in hex.'),
  publishedAt: instantText('When.'),
});
export const DrawModel = model('Draw', 'What a draw publishes.', {
  activityId: uuid('The draw.'),
  commitment: hash('The SHA-256 of the seed, in hex. The seed was made before the draw began.'),
  seed: nullableText('The seed in hex, once the draw is over.', { pattern: '^[0-9a-f]{64}$' }),
  revealedAt: nullableInstant('Since when the seed is known.'),
  tickets: count('How many were drawn.'),
  totalWeight: Type.Integer({ minimum: 1, description: 'The sum of all weights.' }),
  odds: Type.Array(ref(OddsModel), { description: 'Every prize, also nothing, as it is now.' }),
  fallbackKey: key('The prize that is had instead of one that is gone.'),
  texts: Type.Array(ref(TextModel), { description: 'Everything that was published; nothing of a draft.' }),
});

export const DrawChangeCreate = inputModel(
  'DrawChangeCreate',
  'A change of a draw in favour of customers, and why.',
  {
    ...Type.Partial(Type.Object(activityRuleFields)).properties,
    reason: Type.String({ minLength: 1, maxLength: 2_000, description: 'Why, for everybody who asks.' }),
  },
);
const DrawChangeStateName = enumeration(
  'DrawChangeState',
  'Where a change stands: asked for, agreed to by a second person, or refused.',
  drawChangeStates.names,
);
export const DrawChangeModel = model('DrawChange', 'A change of a draw that has begun.', {
  id: uuid('The change.'),
  activityId: uuid('The draw.'),
  state: ref(DrawChangeStateName),
  reason: Type.String({ description: 'Why.' }),
  ruleVersion: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'The version that came of it.',
  }),
  requestedBy: Type.String({ description: 'Who asked for it.' }),
  decidedBy: nullableText('Who decided.'),
  decidedAt: nullableInstant('When it was decided.'),
  version: versionNumber(),
  createdAt: instantText('When it was asked for.'),
});
export const DrawChangePage = pageOf('DrawChangePage', DrawChangeModel);

const FaultModel = model('DrawFault', 'What is wrong with a ticket.', {
  number,
  detail: Type.String({ description: 'What.' }),
});
export const DrawVerificationModel = model('DrawVerification', 'What drawing a whole draw again came to.', {
  activityId: uuid('The draw.'),
  isValid: Type.Boolean({ description: 'Whether everything is as it was drawn.' }),
  checked: count('How many tickets were drawn again.'),
  isSeedCommitted: Type.Boolean({ description: 'Whether the seed is the one that was bound before.' }),
  areTextsUnchanged: Type.Boolean({ description: 'Whether every text has its hash.' }),
  faults: Type.Array(ref(FaultModel), { description: 'What is wrong, the first hundred.' }),
});
export const TicketVerificationModel = model(
  'DrawTicketVerification',
  'What drawing a ticket again came to.',
  {
    ticket: ref(TicketModel),
    message: Type.String({ description: 'What it is drawn on.' }),
    roll: Type.String({
      pattern: '^\\d+$',
      description: 'What it fell on, from 0 to the sum of weights − 1.',
    }),
    drawnKey: key('The prize at this place.'),
    goneBefore: count('How many of this prize went to tickets before it.'),
    prizeKey: key('What it brings.'),
    isValid: Type.Boolean({ description: 'Whether that is what was drawn.' }),
  },
);
export const DrawArchiveFile = scalar<AsyncIterable<string>>('DrawArchiveFile', {
  type: 'string',
  description:
    'A JSON text per line: first `draw`, `commitment`, `seed`, `tickets` and the published `versions`, then each ticket with `number`, ' +
    '`nonce`, `version`, `drawn`, `prize`, `insider` and `at`.',
});

export const presentTicket = (row: DrawTicket) => ({
  activityId: row.activityId,
  number: row.number,
  customerId: row.customerId,
  nonce: row.nonce,
  ruleVersion: row.ruleVersion,
  drawnKey: row.drawnKey,
  prizeKey: row.prizeKey,
  isInsider: row.isInsider,
  drawnAt: row.drawnAt.toISOString(),
});

const DIGITS = 12;

export function presentDraw({
  whole: { row, rule },
  draw,
  texts,
  given,
}: PublicDraw): Static<typeof DrawModel> {
  const { prizes, fallbackKey } = rule.format.type === 'draw' ? rule.format : { prizes: [], fallbackKey: '' };
  const total = Number(totalWeight(prizes));
  return {
    activityId: row.id,
    commitment: draw.commitment,
    seed: draw.seed,
    revealedAt: instantOrNull(draw.revealedAt),
    tickets: draw.tickets,
    totalWeight: total,
    odds: prizes.map((prize) => ({
      key: prize.key,
      name: prize.name,
      weight: prize.weight,
      probability: Number((prize.weight / total).toFixed(DIGITS)),
      marketAmount: toWire(valueOfAll(prize.rewards)),
      rewards: [...prize.rewards],
      stock: prize.stock,
      given: given.get(prize.key) ?? 0,
    })),
    fallbackKey,
    texts: texts.map(({ number: ruleVersion, text, hash: sha, createdAt }) => ({
      ruleVersion,
      text,
      hash: sha,
      publishedAt: createdAt.toISOString(),
    })),
  };
}

export const presentChange = (row: DrawChange) => ({
  id: row.id,
  activityId: row.activityId,
  state: row.state,
  reason: row.reason,
  ruleVersion: row.ruleVersion,
  requestedBy: row.requestedBy,
  decidedBy: row.decidedBy,
  decidedAt: instantOrNull(row.decidedAt),
  version: row.version,
  createdAt: row.createdAt.toISOString(),
});

export const presentVerification = ({ draw, ...rest }: DrawVerification) => ({
  activityId: draw.activityId,
  isValid: rest.isValid,
  checked: rest.checked,
  isSeedCommitted: rest.isSeedCommitted,
  areTextsUnchanged: rest.areTextsUnchanged,
  faults: [...rest.faults],
});

export const presentTicketVerification = ({ ticket, roll, ...rest }: TicketVerification) => ({
  ticket: presentTicket(ticket),
  message: rest.message,
  roll: roll.toString(),
  drawnKey: rest.drawnKey,
  goneBefore: rest.goneBefore,
  prizeKey: rest.prizeKey,
  isValid: rest.isValid,
});
