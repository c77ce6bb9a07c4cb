import { Type } from '@sinclair/typebox';
import { MAX_AMOUNT } from '../../../platform/money.ts';
import { defineFormat, type ParameterFault } from '../format.ts';
import {
  count,
  findStepFaults,
  findWorseNumber,
  findWorseSteps,
  parametersOf,
  promisedBySteps,
  rewardsOfSteps,
  steps,
} from './parameters.ts';

const fromAmount = (description: string) =>
  Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 1,
    maximum: Number(MAX_AMOUNT),
    description: `${description} Minor units. Null: that does not qualify.`,
  });

/** A customer brings friends. Example: something at 2 and at 5 friends who bought or topped up and did not return it. */
export const referral = defineFormat({
  type: 'referral',
  parameters: parametersOf('Referral', 'referral', 'A customer brings friends, who buy or top up.', {
    steps: steps('What a customer gets for friends who are qualified.'),
    fromOrderAmount: fromAmount(
      'What the goods of an order of a friend come to, after discounts, to qualify them.',
    ),
    fromLoadedAmount: fromAmount(
      'What a top-up of a stored-value card of a friend comes to, to qualify them.',
    ),
    returnDays: Type.Integer({
      minimum: 1,
      maximum: 365,
      description:
        'A purchase qualifies when so many whole days have passed after the day on which it was paid, in the shop’s time zone: it cannot be returned then.',
    }),
    friendsLimit: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 1_000_000,
      description: 'How many friends one customer can bring. Null: no limit.',
    }),
    friendsPerDay: count('How many friends one customer can invite or bring on one day.', 1_000),
    linkTemplate: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      pattern: '^https?://\\S{1,380}$',
      maxLength: 400,
      description:
        'What customers pass on: a page of the shop with `{code}` where the code goes. Null: they pass on the code.',
    }),
  }),
  isSharing: true,
  joining: 'by_request',
  stepsOf: (parameters) => parameters.steps,
  rewardsOf: (parameters) => rewardsOfSteps(parameters.steps),
  promisedAmount: (parameters) => promisedBySteps(parameters.steps),
  findFaults: (parameters) => [...findStepFaults(parameters.steps), ...findReferralFaults(parameters)],
  findWorse: (before, after) => [
    ...findWorseSteps(before.steps, after.steps),
    ...findWorseFrom('/fromOrderAmount', before.fromOrderAmount, after.fromOrderAmount),
    ...findWorseFrom('/fromLoadedAmount', before.fromLoadedAmount, after.fromLoadedAmount),
    ...findWorseNumber('/returnDays', before.returnDays, after.returnDays, 'lower'),
    ...findWorseNumber('/friendsLimit', before.friendsLimit, after.friendsLimit, 'higher'),
    ...findWorseNumber('/friendsPerDay', before.friendsPerDay, after.friendsPerDay, 'higher'),
  ],
});

/** That it does not qualify is worse than any amount. */
const findWorseFrom = (pointer: string, before: number | null, after: number | null): ParameterFault[] =>
  before !== null && (after === null || after > before)
    ? [{ pointer, detail: `It can only be lower than ${before}.` }]
    : [];

function findReferralFaults(parameters: {
  readonly steps: readonly { readonly at: number }[];
  readonly fromOrderAmount: number | null;
  readonly fromLoadedAmount: number | null;
  readonly friendsLimit: number | null;
  readonly linkTemplate: string | null;
}): ParameterFault[] {
  const { fromOrderAmount, fromLoadedAmount, friendsLimit, linkTemplate } = parameters;
  const beyond = parameters.steps.findIndex(({ at }) => friendsLimit !== null && at > friendsLimit);
  return [
    ...(fromOrderAmount === null && fromLoadedAmount === null
      ? [{ pointer: '/fromOrderAmount', detail: 'Nothing qualifies a friend.' }]
      : []),
    ...(beyond < 0
      ? []
      : [{ pointer: `/steps/${beyond}/at`, detail: `Only ${friendsLimit} friends count.` }]),
    ...(linkTemplate === null || linkTemplate.includes('{code}')
      ? []
      : [{ pointer: '/linkTemplate', detail: 'It has no {code}.' }]),
  ];
}
