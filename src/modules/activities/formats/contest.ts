import { type Static, Type } from '@sinclair/typebox';
import { model, ref, scalar, text } from '../../../platform/http/schema.ts';
import { hasValue } from '../draws/prize-rules.ts';
import { defineFormat, type ParameterFault } from '../format.ts';
import { isNoLess } from '../rewards/rules.ts';
import { RewardModel } from '../rewards/schemas.ts';
import { count, findWorseNumber, parametersOf } from './parameters.ts';

const OptionModel = model('ContestOption', 'What can be guessed.', {
  key: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    description: 'What tells it from the other options.',
  }),
  name: text('What customers read.', 200),
});
const SharedPot = model('ContestPot', 'Points that all who were right share evenly.', {
  kind: Type.Literal('share', { description: 'A pot that is shared.' }),
  points: count('How many points there are.', 1_000_000_000),
});
const DrawnPrize = model('ContestDrawnPrize', 'Rewards for some who were right, drawn among them.', {
  kind: Type.Literal('draw', { description: 'Winners who are drawn.' }),
  winners: count('How many are drawn.', 1_000),
  rewards: Type.Array(ref(RewardModel), {
    minItems: 1,
    maxItems: 5,
    description: 'What each of them gets. Each says what it is worth on the market.',
  }),
});
/** What there is to win. */
export type ContestPrize = Static<typeof SharedPot> | Static<typeof DrawnPrize>;
const PrizeModel = scalar<ContestPrize>('ContestPrize', {
  type: 'object',
  description: 'What there is to win.',
  discriminator: { propertyName: 'kind' },
  oneOf: [SharedPot, DrawnPrize].map(({ $id }) => ({ $ref: `${$id ?? ''}#` })),
});

const parameters = parametersOf('Contest', 'contest', 'Customers guess what will happen, once each.', {
  question: text('What is asked.', 500),
  options: Type.Array(ref(OptionModel), { minItems: 2, maxItems: 20, description: 'What can be guessed.' }),
  entriesUntil: Type.String({
    format: 'date-time',
    description: 'Until when customers enter, and change what they entered: before anybody can know.',
  }),
  prize: ref(PrizeModel),
});
type Parameters = Static<typeof parameters>;

const fault = (pointer: string, detail: string): ParameterFault => ({ pointer, detail });

const findFaults = ({ options, prize }: Parameters): ParameterFault[] => [
  ...options.flatMap(({ key }, i) =>
    options.findIndex((other) => other.key === key) < i
      ? [fault(`/options/${i}/key`, `Another option is called ${key}.`)]
      : [],
  ),
  ...(prize.kind === 'share'
    ? []
    : prize.rewards.flatMap((reward, j) =>
        hasValue(reward) ? [] : [fault(`/prize/rewards/${j}`, 'It says no market value.')],
      )),
];

/** What was asked, and until when, stays: who entered did so by that. */
function findWorse(before: Parameters, after: Parameters): ParameterFault[] {
  const isAsked = JSON.stringify([before.question, before.options]);
  return [
    ...(JSON.stringify([after.question, after.options]) === isAsked
      ? []
      : [fault('/options', 'Customers have entered by what was asked.')]),
    ...(after.entriesUntil === before.entriesUntil ? [] : [fault('/entriesUntil', 'It was announced.')]),
    ...findWorsePrize(before.prize, after.prize),
  ];
}

function findWorsePrize(before: ContestPrize, after: ContestPrize): ParameterFault[] {
  if (before.kind === 'share' && after.kind === 'share')
    return findWorseNumber('/prize/points', before.points, after.points, 'higher');
  if (before.kind !== 'draw' || after.kind !== 'draw')
    return [fault('/prize/kind', 'How it is won was announced.')];
  const isLess = before.rewards.some((was, j) => !after.rewards[j] || !isNoLess(after.rewards[j], was));
  return [
    ...findWorseNumber('/prize/winners', before.winners, after.winners, 'higher'),
    ...(isLess ? [fault('/prize/rewards', 'It can only become more.')] : []),
  ];
}

/** Who guesses right shares a pot or is in a draw. Example: which team wins, until the match begins. */
export const contest = defineFormat({
  type: 'contest',
  parameters,
  joining: 'by_source',
  rewardsOf: ({ prize }) =>
    prize.kind === 'share'
      ? []
      : prize.rewards.map((reward, j) => ({ pointer: `/prize/rewards/${j}`, reward })),
  // What all can win together is the prize, and not so much for each.
  promisedAmount: () => 0n,
  findFaults,
  findWorse,
});
