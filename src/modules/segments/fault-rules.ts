import { canMatchLocale } from './locale-rules.ts';
import { cellOf, type RfmScores, SCORES } from './rfm-rules.ts';
import {
  allConditions,
  allGroups,
  conditionsOf,
  groupsOf,
  MAX_CONDITIONS,
  type Placed,
  type PlacedGroup,
  wholeOf,
} from './rules.ts';
import type { ConditionOf, SegmentCondition, SegmentRule } from './rule-schemas.ts';

/** What the schema of a rule cannot see: where it stands, its code, and what is wrong. */
export interface RuleFault {
  readonly pointer: string;
  readonly code: 'segment_group_empty' | 'segment_rule_too_large' | 'segment_rule_contradictory';
  readonly detail: string;
}

/** What is wrong with a rule; nothing when somebody may fit it. */
export function findRuleFaults(rule: SegmentRule): RuleFault[] {
  const groups = allGroups(wholeOf(rule));
  const faults: RuleFault[] = groups
    .filter((group) => conditionsOf(group).length + groupsOf(group).length === 0)
    .map(({ pointer }) => ({
      pointer,
      code: 'segment_group_empty',
      detail: 'A group has conditions or groups in it.',
    }));
  const size = allConditions(rule).length;
  if (size > MAX_CONDITIONS)
    faults.push({
      pointer: '/rule',
      code: 'segment_rule_too_large',
      detail: `A rule has ${MAX_CONDITIONS} conditions at most, and this one ${size}.`,
    });
  const pointers = new Set<string>();
  for (const group of groups) {
    const found = findContradiction(claimsOf(group, false));
    if (found === undefined || pointers.has(found)) continue;
    pointers.add(found);
    const detail = 'Together with the conditions before it nobody can ever fit.';
    faults.push({ pointer: found, code: 'segment_rule_contradictory', detail });
  }
  return faults;
}

/** A condition that has to be true, or has to be false, for a group to be true. */
interface Claim extends Placed {
  readonly isTrue: boolean;
}

/** What must hold for a group to be true, or to be false when `negated`: nothing is said of what is only one way of several. */
function claimsOf(placed: PlacedGroup, negated: boolean): Claim[] {
  const { match } = placed.group;
  const parts = conditionsOf(placed).length + groupsOf(placed).length;
  // True are all of the parts, or none of them is; else one is enough, and with one part it is that one.
  const isTrue = match === 'none' ? negated : !negated;
  const holdsForEach = match === 'all' ? !negated : match === 'any' ? negated : !negated;
  if (!holdsForEach && parts !== 1) return [];
  return [
    ...conditionsOf(placed).map((condition) => ({ ...condition, isTrue })),
    ...groupsOf(placed).flatMap((group) => claimsOf(group, !isTrue)),
  ];
}

/** The first claim that cannot hold together with those before it; undefined when all can. */
function findContradiction(claims: readonly Claim[]): string | undefined {
  for (let count = 1; count <= claims.length; count += 1) {
    const some = claims.slice(0, count);
    if (!canHold(some)) return some.at(-1)?.pointer;
  }
  return undefined;
}

function canHold(claims: readonly Claim[]): boolean {
  const ranges = new Map<string, Range>();
  const choices = new Map<string, Choice>();
  for (const claim of claims) {
    narrowRange(ranges, claim);
    narrowChoice(choices, claim);
  }
  return (
    [...ranges.values()].every(isPossible) &&
    [...choices.values()].every(hasChoice) &&
    agreesOnPurchases(ranges, claims) &&
    allowsScores(claims) &&
    allowsLocales(claims)
  );
}

/** Values that are still possible, from the lowest to the highest. */
interface Range {
  low: number;
  high: number;
  readonly excluded: Set<number>;
  /** Something says that there is a value. Without one, what must not be true is not true anyway. */
  isNeeded: boolean;
}

const isPossible = ({ low, high, excluded, isNeeded }: Range): boolean =>
  !isNeeded || low < high || (low === high && !excluded.has(low));

// A customer who bought nothing has no such value.
const OF_BUYERS = new Set([
  'averageAmount',
  'firstPurchaseAt',
  'lastPurchaseAt',
  'daysSinceFirstPurchase',
  'daysSinceLastPurchase',
]);

function narrowRange(ranges: Map<string, Range>, { condition, isTrue }: Claim): void {
  const bounds = boundsOf(condition);
  if (!bounds) return;
  const range = ranges.get(condition.field) ?? {
    low: bounds.lowest,
    high: Number.POSITIVE_INFINITY,
    excluded: new Set(),
    isNeeded: !OF_BUYERS.has(condition.field),
  };
  ranges.set(condition.field, range);
  if (isTrue) {
    range.isNeeded = true;
    range.low = Math.max(range.low, bounds.from);
    range.high = Math.min(range.high, bounds.to);
  } else if (bounds.from === bounds.to) range.excluded.add(bounds.from);
  else if (bounds.to === Number.POSITIVE_INFINITY) range.high = Math.min(range.high, bounds.from - 1);
  else range.low = Math.max(range.low, bounds.to + 1);
}

interface Bounds {
  readonly lowest: number;
  readonly from: number;
  readonly to: number;
}

function boundsOf(condition: SegmentCondition): Bounds | undefined {
  switch (condition.field) {
    case 'purchaseCount':
      return numberBounds(condition.operator, condition.value);
    case 'totalAmount':
    case 'averageAmount':
      return numberBounds(condition.operator, condition.amount);
    case 'daysSinceRegistration':
    case 'daysSinceFirstPurchase':
    case 'daysSinceLastPurchase':
      return numberBounds(condition.operator, condition.days);
    case 'registeredAt':
    case 'firstPurchaseAt':
    case 'lastPurchaseAt': {
      const at = Date.parse(condition.at.toUpperCase());
      const lowest = Number.NEGATIVE_INFINITY;
      return condition.operator === 'since'
        ? { lowest, from: at, to: Number.POSITIVE_INFINITY }
        : { lowest, from: lowest, to: at - 1 };
    }
    default:
      return undefined;
  }
}

function numberBounds(operator: 'at_least' | 'at_most' | 'equals', value: number): Bounds {
  const [lowest, highest] = [0, Number.POSITIVE_INFINITY];
  if (operator === 'at_least') return { lowest, from: value, to: highest };
  // `at_most 0` and `equals 0` are the same, and false where the value is larger.
  return { lowest, from: operator === 'equals' ? value : lowest, to: value };
}

/** Who bought nothing has no figures, nobody's first order is after their last, and what is kept of an order is not nothing. */
function agreesOnPurchases(ranges: ReadonlyMap<string, Range>, claims: readonly Claim[]): boolean {
  const lowOf = (field: string) => ranges.get(field)?.low ?? Number.NEGATIVE_INFINITY;
  const highOf = (field: string) => ranges.get(field)?.high ?? Number.POSITIVE_INFINITY;
  const isNeeded = (field: string) => ranges.get(field)?.isNeeded ?? false;
  if (
    isNeeded('firstPurchaseAt') &&
    isNeeded('lastPurchaseAt') &&
    lowOf('firstPurchaseAt') > highOf('lastPurchaseAt')
  )
    return false;
  if (
    isNeeded('daysSinceFirstPurchase') &&
    isNeeded('daysSinceLastPurchase') &&
    lowOf('daysSinceLastPurchase') > highOf('daysSinceFirstPurchase')
  )
    return false;
  const boughtNothing = highOf('purchaseCount') === 0 || highOf('totalAmount') === 0;
  const boughtSomething =
    lowOf('purchaseCount') > 0 || lowOf('totalAmount') > 0 || claims.some(needsPurchase);
  return !(boughtNothing && boughtSomething);
}

const needsPurchase = ({ condition, isTrue }: Claim): boolean => {
  const { field } = condition;
  if (OF_BUYERS.has(field) || field === 'rfmScore') return isTrue;
  if (field === 'rfmCell' || field === 'boughtCategory' || field === 'favouriteCategory')
    return isTrue === (condition.operator === 'in');
  return false;
};

/** Values of which one must be there, all of which must be there, or which must not. */
interface Choice {
  /** One of each of these sets is there. Of what has one value only, it is the same one. */
  readonly wanted: ReadonlySet<string>[];
  readonly refused: Set<string>;
  readonly hasOneValue: boolean;
}

function hasChoice({ wanted, refused, hasOneValue }: Choice): boolean {
  const left = wanted.map((set) => [...set].filter((value) => !refused.has(value)));
  if (left.some((values) => values.length === 0)) return false;
  const [first, ...others] = left;
  return !hasOneValue || !first || first.some((value) => others.every((values) => values.includes(value)));
}

function narrowChoice(choices: Map<string, Choice>, { condition, isTrue }: Claim): void {
  const asked = choiceOf(condition);
  if (!asked) return;
  const choice = choices.get(asked.key) ?? {
    wanted: [],
    refused: new Set(),
    hasOneValue: asked.hasOneValue,
  };
  choices.set(asked.key, choice);
  const values = asked.values;
  if (asked.all && choice.wanted.length === 0) choice.wanted.push(new Set(asked.all));
  if (isTrue === asked.isIn) choice.wanted.push(new Set(values));
  else for (const value of values) choice.refused.add(value);
}

interface Asked {
  readonly key: string;
  readonly values: readonly string[];
  readonly isIn: boolean;
  readonly hasOneValue: boolean;
  /** All values that there are, where one of them always holds. */
  readonly all?: readonly string[];
}

function choiceOf(condition: SegmentCondition): Asked | undefined {
  switch (condition.field) {
    case 'country':
      return listed(condition, true);
    case 'boughtCategory':
    case 'favouriteCategory':
      return listed(condition, false);
    case 'segment':
      return listed({ ...condition, values: condition.segmentIds }, false);
    case 'hasEmail':
    case 'hasMobile':
    case 'hasCompany':
      return oneOf(condition.field, String(condition.value), ['true', 'false']);
    case 'consent':
      return oneOf(`consent ${condition.purpose} ${condition.channel}`, condition.value, [
        'granted',
        'refused',
        'none',
      ]);
    case 'metadata':
    case 'preference': {
      const { field, key, operator, value } = condition;
      return { key: `${field} ${key}`, values: [value], isIn: operator === 'equals', hasOneValue: true };
    }
    default:
      return undefined;
  }
}

type Listed = Pick<ConditionOf<'country'>, 'operator' | 'values'> & { readonly field: string };

const listed = ({ field, operator, values }: Listed, hasOneValue: boolean): Asked => ({
  key: field,
  values,
  isIn: operator === 'in',
  hasOneValue,
});
const oneOf = (key: string, value: string, all: readonly string[]): Asked => ({
  key,
  values: [value],
  isIn: true,
  hasOneValue: true,
  all,
});

/** Having no language is within none. */
function allowsLocales(claims: readonly Claim[]): boolean {
  const wanted: (readonly string[])[] = [];
  const refused: string[] = [];
  for (const { condition, isTrue } of claims) {
    if (condition.field !== 'locale') continue;
    if (isTrue === (condition.operator === 'in')) wanted.push(condition.values);
    else refused.push(...condition.values);
  }
  return canMatchLocale(wanted, refused);
}

const ALL_SCORES: readonly RfmScores[] = SCORES.flatMap((recency) =>
  SCORES.flatMap((frequency) => SCORES.map((monetary) => ({ recency, frequency, monetary }))),
);

/** There are 125 combinations of scores, and having none: one of them must fit all that is said of scores and cells. */
const allowsScores = (claims: readonly Claim[]): boolean =>
  [undefined, ...ALL_SCORES].some((scores) =>
    claims.every(({ condition, isTrue }) => {
      const holds = holdsOfScores(condition, scores);
      return holds === undefined || holds === isTrue;
    }),
  );

function holdsOfScores(condition: SegmentCondition, scores: RfmScores | undefined): boolean | undefined {
  if (condition.field === 'rfmCell')
    return (
      (scores !== undefined && condition.values.includes(cellOf(scores))) === (condition.operator === 'in')
    );
  if (condition.field !== 'rfmScore') return undefined;
  if (!scores) return false;
  const { from, to } = numberBounds(condition.operator, condition.value);
  return scores[condition.part] >= from && scores[condition.part] <= to;
}
