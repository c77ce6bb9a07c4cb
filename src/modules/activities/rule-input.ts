import { ACTIVITY_DEFAULTS, type ActivityRule, type RuleInput } from './rule-schemas.ts';

/** Instants as one way to write them, so that they can be compared as texts. */
const instantOf = (value: string | null): string | null =>
  value === null ? null : new Date(value).toISOString();

const normalized = (given: RuleInput): RuleInput => ({
  ...given,
  ...(given.startsAt === undefined ? {} : { startsAt: instantOf(given.startsAt) }),
  ...(given.endsAt === undefined ? {} : { endsAt: instantOf(given.endsAt) }),
});

/** The whole rule of a new activity. */
export const wholeRule = (given: RuleInput & Pick<ActivityRule, 'format'>): ActivityRule => ({
  ...ACTIVITY_DEFAULTS,
  format: given.format,
  ...normalized(given),
});

/** A rule with what a request changes of it. */
export const changedRule = (rule: ActivityRule, given: RuleInput): ActivityRule => ({
  ...rule,
  ...normalized(given),
});

/** The times of a rule, as its activity has them. */
export const timesOf = ({ startsAt, endsAt }: ActivityRule) => ({
  startsAt: startsAt === null ? null : new Date(startsAt),
  endsAt: endsAt === null ? null : new Date(endsAt),
});
