import { mechanicOf } from './mechanics.ts';
import type { MechanicParameters } from './mechanics.ts';
import { type CampaignRule, RULE_DEFAULTS } from './rule-schemas.ts';

/** What a request says of a rule. What it leaves out has its default, or stays. */
export type RuleInput = Partial<CampaignRule>;

/** Instants as one way to write them, so that they can be compared as texts. */
const instantOf = (value: string | null): string | null =>
  value === null ? null : new Date(value).toISOString();

const normalized = (given: RuleInput): RuleInput => ({
  ...given,
  ...(given.startsAt === undefined ? {} : { startsAt: instantOf(given.startsAt) }),
  ...(given.endsAt === undefined ? {} : { endsAt: instantOf(given.endsAt) }),
});

/** The whole rule of a new campaign. */
export const wholeRule = (given: RuleInput & { readonly mechanic: MechanicParameters }): CampaignRule => ({
  ...RULE_DEFAULTS,
  stackingClass: mechanicOf(given.mechanic.type).classes[0] ?? 'product',
  mechanic: given.mechanic,
  ...normalized(given),
});

/** A rule with what a request changes of it. */
export const changedRule = (rule: CampaignRule, given: RuleInput): CampaignRule => ({
  ...rule,
  ...normalized(given),
});

/** The times of a rule, as its campaign has them. */
export const timesOf = ({ startsAt, endsAt }: CampaignRule) => ({
  startsAt: startsAt === null ? null : new Date(startsAt),
  endsAt: endsAt === null ? null : new Date(endsAt),
});
