import type { Static, TObject } from '@sinclair/typebox';
import type { Reward } from './rewards/schemas.ts';

/** What is wrong with parameters that fit their schema, or with a change of them. */
export interface ParameterFault {
  /** JSON pointer below the parameters, such as `/steps/1/at`. */
  readonly pointer: string;
  readonly detail: string;
}

/** What is got from so many counted units on. */
export interface Step {
  /** What tells it from the other steps; it stays when the step changes. */
  readonly key: string;
  readonly at: number;
  readonly rewards: readonly Reward[];
}

/** A reward with where the parameters name it. */
export interface NamedReward {
  readonly pointer: string;
  readonly reward: Reward;
}

/** How many units a paid order, or a load of a stored-value card, counts for. Amounts are minor units. */
type CountUnits<P extends TObject> = (parameters: Static<P>, amount: bigint) => number;

/**
 * What customers do in an activity, and what they get. One file each, in `formats/`, and one line in `formats.ts`. What customers do that
 * is no purchase, such as helping or drawing, has flows of its own, which ask the format what it comes to.
 */
export interface ActivityFormat<P extends TObject = TObject> {
  readonly type: string;
  /** A named object with `type` and the parameters: validates, types and documents them. */
  readonly parameters: P;
  /** It is passed on to be helped or joined: on channels that forbid that it is off. */
  readonly isSharing?: boolean;
  /** Whether customers ask to take part, or whoever does what counts takes part. */
  readonly joining: 'by_request' | 'by_source';
  /** What counts by itself. */
  readonly counts?: {
    readonly order?: CountUnits<P>;
    readonly card_load?: CountUnits<P>;
  };
  /** For how many hours after they joined it is counted for a participant; null: as long as the activity runs. */
  closesAfterHours?(parameters: Static<P>): number | null;
  /** What is got from how many counted units on. */
  stepsOf?(parameters: Static<P>): readonly Step[];
  /** Everything that can be got, with where the parameters name it. */
  rewardsOf(parameters: Static<P>): readonly NamedReward[];
  /** What one participant can get at most, in minor units. The budget keeps it from the moment at which they join. */
  promisedAmount(parameters: Static<P>): bigint;
  /** What the schema cannot say. */
  findFaults?(parameters: Static<P>): ParameterFault[];
  /** What of a change is to the disadvantage of customers: not possible once it has begun. */
  findWorse(before: Static<P>, after: Static<P>): ParameterFault[];
}

/** Keeps the type of the parameters together with what reads them. */
export const defineFormat = <P extends TObject>(format: ActivityFormat<P>): ActivityFormat<P> => format;
