import { type Static, Type } from '@sinclair/typebox';
import { enumeration, model, ref, text } from '../../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../../platform/money.ts';
import { hasValue } from '../draws/prize-rules.ts';
import { defineFormat, type ParameterFault } from '../format.ts';
import { isNoLess } from '../rewards/rules.ts';
import { RewardModel } from '../rewards/schemas.ts';
import { count, findWorseNumber, parametersOf } from './parameters.ts';

const Look = enumeration(
  'DrawLook',
  'How a shop front shows it: a lottery, a scratch card or a wheel. Tickets are drawn the same way.',
  ['lottery', 'scratch_card', 'wheel'],
);
const KEY = '^[a-z0-9][a-z0-9_-]{0,39}$';
const PrizeModel = model('DrawPrize', 'What a ticket can draw.', {
  key: Type.String({ pattern: KEY, description: 'What tells it from the other prizes.' }),
  name: text('What customers read.', 200),
  weight: count('Its chance, in parts of the sum of all weights.', 1_000_000_000),
  stock: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 1_000_000_000,
    description: 'How many there are. Null: as many as are drawn.',
  }),
  rewards: Type.Array(ref(RewardModel), {
    maxItems: 5,
    description: 'What is got; nothing when empty. Each says what it is worth on the market.',
  }),
});
type Prize = Static<typeof PrizeModel>;

const chanceAmount = (description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: Number(MAX_AMOUNT),
    description: `${description} Minor units. Null: none for that.`,
  });

const parameters = parametersOf('Draw', 'draw', 'Customers have chances, and draw a ticket for each.', {
  look: ref(Look),
  chancePerSpentAmount: chanceAmount('One chance for so much of the goods of an order, after discounts.'),
  chancePerLoadedAmount: chanceAmount('One chance for so much of a top-up of a stored-value card.'),
  chancesPerPurchaseLimit: count('How many chances one order or one top-up brings at most.', 1_000),
  prizes: Type.Array(ref(PrizeModel), {
    minItems: 1,
    maxItems: 50,
    description: 'Everything that can be drawn, also nothing. The odds are their weights.',
  }),
  fallbackKey: Type.String({
    pattern: KEY,
    description: 'The prize that is had instead of one that is gone. There are as many of it as are drawn.',
  }),
});
type Parameters = Static<typeof parameters>;

const chancesFor = (amount: bigint, per: number | null, limit: number): number =>
  per === null ? 0 : Number(amount / BigInt(per) > BigInt(limit) ? BigInt(limit) : amount / BigInt(per));

const fault = (pointer: string, detail: string): ParameterFault => ({ pointer, detail });

function findPrizeFaults({ prizes, fallbackKey }: Parameters): ParameterFault[] {
  const fallback = prizes.find(({ key }) => key === fallbackKey);
  return [
    ...prizes.flatMap(({ key, rewards }, i) => [
      ...(prizes.findIndex((other) => other.key === key) < i
        ? [fault(`/prizes/${i}/key`, `Another prize is called ${key}.`)]
        : []),
      ...rewards.flatMap((reward, j) =>
        hasValue(reward) ? [] : [fault(`/prizes/${i}/rewards/${j}`, 'It says no market value.')],
      ),
    ]),
    ...(fallback?.stock === null
      ? []
      : [fault('/fallbackKey', fallback ? 'It can be gone itself.' : 'There is no such prize.')]),
  ];
}

/** Odds stay as they were announced; prizes become better, and more. */
function findWorsePrizes(before: readonly Prize[], after: readonly Prize[]): ParameterFault[] {
  if (before.length !== after.length) return [fault('/prizes', 'Every prize more or less changes the odds.')];
  return before.flatMap((was, i) => {
    const is = after[i] ?? was;
    if (is.key !== was.key || is.weight !== was.weight)
      return [fault(`/prizes/${i}`, 'Its key and its weight stay: they are the odds.')];
    const isLess = was.rewards.some((reward, j) => !is.rewards[j] || !isNoLess(is.rewards[j], reward));
    return [
      ...(isLess ? [fault(`/prizes/${i}/rewards`, 'It can only become more.')] : []),
      ...findWorseNumber(`/prizes/${i}/stock`, was.stock, is.stock, 'higher'),
    ];
  });
}

/** A lottery, a scratch card, a wheel. Example: a chance per 200.00 spent or 500.00 topped up. */
export const draw = defineFormat({
  type: 'draw',
  parameters,
  joining: 'by_source',
  counts: {
    order: ({ chancePerSpentAmount, chancesPerPurchaseLimit }, amount) =>
      chancesFor(amount, chancePerSpentAmount, chancesPerPurchaseLimit),
    card_load: ({ chancePerLoadedAmount, chancesPerPurchaseLimit }, amount) =>
      chancesFor(amount, chancePerLoadedAmount, chancesPerPurchaseLimit),
  },
  rewardsOf: ({ prizes }) =>
    prizes.flatMap(({ rewards }, i) =>
      rewards.map((reward, j) => ({ pointer: `/prizes/${i}/rewards/${j}`, reward })),
    ),
  // What all can get together is the stock of the prizes, and not so much for each.
  promisedAmount: () => 0n,
  findFaults: (given) => [
    ...findPrizeFaults(given),
    ...(given.chancePerSpentAmount === null && given.chancePerLoadedAmount === null
      ? [fault('/chancePerSpentAmount', 'Nothing brings a chance.')]
      : []),
  ],
  findWorse: (before, after) => [
    ...findWorsePrizes(before.prizes, after.prizes),
    ...(before.fallbackKey === after.fallbackKey ? [] : [fault('/fallbackKey', 'It was announced.')]),
    ...findWorseChance('/chancePerSpentAmount', before.chancePerSpentAmount, after.chancePerSpentAmount),
    ...findWorseChance('/chancePerLoadedAmount', before.chancePerLoadedAmount, after.chancePerLoadedAmount),
    ...findWorseNumber(
      '/chancesPerPurchaseLimit',
      before.chancesPerPurchaseLimit,
      after.chancesPerPurchaseLimit,
      'higher',
    ),
  ],
});

/** None for it is worse than any amount. */
const findWorseChance = (pointer: string, before: number | null, after: number | null): ParameterFault[] =>
  before !== null && (after === null || after > before)
    ? [fault(pointer, `It can only be lower than ${before}.`)]
    : [];
