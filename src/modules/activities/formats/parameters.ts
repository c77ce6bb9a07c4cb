import { type TProperties, Type } from '@sinclair/typebox';
import { model, ref } from '../../../platform/http/schema.ts';
import { MAX_AMOUNT } from '../../../platform/money.ts';
import type { NamedReward, ParameterFault, Step } from '../format.ts';
import { isNoLess, valueOfAll } from '../rewards/rules.ts';
import { RewardModel } from '../rewards/schemas.ts';

/** The parameters of a format: a named object with its type. */
export const parametersOf = <const T extends string, P extends TProperties>(
  name: string,
  type: T,
  description: string,
  properties: P,
) =>
  model(`${name}Format`, description, {
    type: Type.Literal(type, { description: 'Which format it is.' }),
    ...properties,
  });

export const count = (description: string, maximum: number) =>
  Type.Integer({ minimum: 1, maximum, description });
export const someAmount = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number(MAX_AMOUNT), description: `${description} Minor units.` });

const rewards = (description: string) =>
  Type.Array(ref(RewardModel), { minItems: 1, maxItems: 10, description });

const StepModel = model('ActivityStep', 'What is got from so many on.', {
  key: Type.String({
    pattern: '^[a-z0-9][a-z0-9_-]{0,39}$',
    description: 'What tells it from the other steps. It stays the same when the step changes.',
  }),
  at: count('From so many on.', 1_000_000),
  rewards: rewards('What is got.'),
});
export const steps = (description: string) =>
  Type.Array(ref(StepModel), {
    minItems: 1,
    maxItems: 20,
    description: `${description} Rising; each is got once.`,
  });

/** Steps that do not rise, or have one key. */
export const findStepFaults = (of: readonly Step[]): ParameterFault[] =>
  of.flatMap(({ at, key }, i) => {
    const before = of[i - 1]?.at ?? 0;
    const isTwice = of.findIndex((other) => other.key === key) < i;
    return [
      ...(at > before ? [] : [{ pointer: `/steps/${i}/at`, detail: `The step before is at ${before}.` }]),
      ...(isTwice ? [{ pointer: `/steps/${i}/key`, detail: `Another step is called ${key}.` }] : []),
    ];
  });

/** The rewards of steps, with where they are named. */
export const rewardsOfSteps = (of: readonly Step[]): NamedReward[] =>
  of.flatMap(({ rewards: got }, i) =>
    got.map((reward, j) => ({ pointer: `/steps/${i}/rewards/${j}`, reward })),
  );

/** What all steps are worth together: they add up. */
export const promisedBySteps = (of: readonly Step[]): bigint =>
  of.reduce((sum, { rewards: got }) => sum + valueOfAll(got), 0n);

/** Steps of before that are not had any more, or later, or with less. */
export const findWorseSteps = (before: readonly Step[], after: readonly Step[]): ParameterFault[] =>
  before.flatMap((was, i) => {
    const isKept = after.some(
      (now) =>
        now.key === was.key &&
        now.at <= was.at &&
        was.rewards.every((reward, j) => isAtLeast(now.rewards[j], reward)),
    );
    return isKept
      ? []
      : [{ pointer: `/steps/${i}`, detail: `What is got from ${was.at} on would be less, or later.` }];
  });

const isAtLeast = (now: Step['rewards'][number] | undefined, was: Step['rewards'][number]): boolean =>
  now !== undefined && isNoLess(now, was);

/** A number that may only rise, or only fall; null: no limit. */
export function findWorseNumber(
  pointer: string,
  before: number | null,
  after: number | null,
  better: 'higher' | 'lower',
): ParameterFault[] {
  const limit = better === 'higher' ? Number.POSITIVE_INFINITY : 0;
  const [was, is] = [before ?? limit, after ?? limit];
  const isWorse = better === 'higher' ? is < was : is > was;
  return isWorse ? [{ pointer, detail: `It can only be ${better} than ${before ?? 'no limit'}.` }] : [];
}
