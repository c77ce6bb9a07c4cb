import type { RuleGroup, SegmentCondition } from '../../../src/modules/segments/rule-schemas.ts';

// What a rule says of a customer, written a second time from its documentation, without SQL and without the sources: what the two
// disagree about is wrong in one of them.

export interface Facts {
  readonly country: string | null;
  readonly locale: string | null;
  readonly company: string | null;
  readonly kinds: readonly string[];
  /** Decisions, oldest first. */
  readonly decisions: readonly { purpose: string; channel: string; decision: string }[];
  readonly createdAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
  readonly preferences: Readonly<Record<string, string>>;
  readonly segmentIds: readonly string[];
  readonly purchases: readonly { amount: number; placedAt: Date; categories: Record<string, number> }[];
  readonly scores: { recency: number; frequency: number; monetary: number } | null;
}

interface World {
  readonly now: Date;
  /** The shop's zone is so many hours ahead of UTC, always. */
  readonly hoursAhead: number;
}

const CELLS: Record<string, readonly string[]> = {
  champions: ['5/4', '5/5', '4/5'],
  loyal: ['4/4', '3/4', '3/5'],
  potential_loyalists: ['5/2', '5/3', '4/2', '4/3'],
  new_customers: ['5/1'],
  promising: ['4/1'],
  needs_attention: ['3/3'],
  about_to_sleep: ['3/1', '3/2'],
  at_risk: ['2/3', '2/4', '2/5', '1/3'],
  cannot_lose: ['1/4', '1/5'],
  hibernating: ['2/1', '2/2'],
  lost: ['1/1', '1/2'],
};

function compare(left: number | null, operator: string, right: number): boolean {
  if (left === null) return false;
  if (operator === 'at_least') return left >= right;
  return operator === 'at_most' ? left <= right : left === right;
}

const figuresOf = ({ purchases }: Facts) => {
  const kept = purchases.filter(({ amount }) => amount > 0);
  const times = kept.map(({ placedAt }) => placedAt.getTime());
  const total = kept.reduce((sum, { amount }) => sum + amount, 0);
  return {
    count: kept.length,
    total,
    // Whole amounts far below 2^53: halves are exact.
    average: kept.length === 0 ? null : Math.round(total / kept.length),
    first: kept.length === 0 ? null : Math.min(...times),
    last: kept.length === 0 ? null : Math.max(...times),
    kept,
  };
};

function favouritesOf(facts: Facts): string[] {
  const sums = new Map<string, number>();
  for (const { categories } of figuresOf(facts).kept)
    for (const [name, net] of Object.entries(categories)) sums.set(name, (sums.get(name) ?? 0) + net);
  const bytes = (name: string) => Buffer.from(name);
  return [...sums]
    .toSorted(([a, one], [b, other]) => other - one || Buffer.compare(bytes(a), bytes(b)))
    .slice(0, 3)
    .map(([name]) => name);
}

const daysSince = (at: number | null, { now, hoursAhead }: World): number | null => {
  const dayOf = (ms: number) => Math.floor((ms + hoursAhead * 3_600_000) / 86_400_000);
  return at === null ? null : dayOf(now.getTime()) - dayOf(at);
};

const isAt = (moment: number | null, { operator, at }: { operator: string; at: string }): boolean =>
  moment !== null && (operator === 'since' ? moment >= Date.parse(at) : moment < Date.parse(at));
const isListed = (operator: string, isThere: boolean): boolean => isThere === (operator === 'in');

function holds(condition: SegmentCondition, facts: Facts, world: World): boolean {
  switch (condition.field) {
    case 'country':
      return isListed(condition.operator, condition.values.includes(facts.country ?? ''));
    case 'locale': {
      const own = `${facts.locale?.toLowerCase()}-`;
      const fits = condition.values.some((value) => own.startsWith(`${value.toLowerCase()}-`));
      return isListed(condition.operator, facts.locale !== null && fits);
    }
    case 'hasEmail':
      return facts.kinds.includes('email') === condition.value;
    case 'hasMobile':
      return facts.kinds.includes('mobile') === condition.value;
    case 'hasCompany':
      return (facts.company !== null) === condition.value;
    case 'consent': {
      const { purpose, channel, value } = condition;
      const own = facts.decisions.filter((one) => one.purpose === purpose && one.channel === channel);
      return (own.at(-1)?.decision ?? 'none') === value;
    }
    case 'registeredAt':
      return isAt(facts.createdAt.getTime(), condition);
    case 'daysSinceRegistration':
      return compare(daysSince(facts.createdAt.getTime(), world), condition.operator, condition.days);
    case 'metadata':
      return (facts.metadata[condition.key] === condition.value) === (condition.operator === 'equals');
    case 'preference':
      return (facts.preferences[condition.key] === condition.value) === (condition.operator === 'equals');
    case 'segment':
      return isListed(
        condition.operator,
        condition.segmentIds.some((id) => facts.segmentIds.includes(id)),
      );
    default:
      return holdsOfPurchases(condition, facts, world);
  }
}

function holdsOfPurchases(condition: SegmentCondition, facts: Facts, world: World): boolean {
  const figures = figuresOf(facts);
  switch (condition.field) {
    case 'firstPurchaseAt':
      return isAt(figures.first, condition);
    case 'lastPurchaseAt':
      return isAt(figures.last, condition);
    case 'daysSinceFirstPurchase':
      return compare(daysSince(figures.first, world), condition.operator, condition.days);
    case 'daysSinceLastPurchase':
      return compare(daysSince(figures.last, world), condition.operator, condition.days);
    case 'purchaseCount':
      return compare(figures.count, condition.operator, condition.value);
    case 'totalAmount':
      return compare(figures.total, condition.operator, condition.amount);
    case 'averageAmount':
      return compare(figures.average, condition.operator, condition.amount);
    case 'favouriteCategory': {
      const favourites = favouritesOf(facts);
      return isListed(
        condition.operator,
        condition.values.some((name) => favourites.includes(name)),
      );
    }
    case 'boughtCategory':
      return isListed(
        condition.operator,
        condition.values.some((name) => figures.kept.some(({ categories }) => name in categories)),
      );
    case 'rfmScore':
      return compare(facts.scores?.[condition.part] ?? null, condition.operator, condition.value);
    case 'rfmCell': {
      const { scores } = facts;
      const value = scores && Math.round((scores.frequency + scores.monetary) / 2);
      const place = scores && `${scores.recency}/${value}`;
      const isThere = condition.values.some((cell) => place !== null && CELLS[cell]?.includes(place));
      return isListed(condition.operator, isThere);
    }
    default:
      throw new Error(`${condition.field} is not known here`);
  }
}

/** Whether a customer fits a rule. */
export function fits(group: RuleGroup, facts: Facts, world: World): boolean {
  const parts = [
    ...(group.conditions ?? []).map((condition) => holds(condition, facts, world)),
    ...(group.groups ?? []).map((inner) => fits(inner, facts, world)),
  ];
  if (group.match === 'all') return parts.every(Boolean);
  return parts.some(Boolean) === (group.match === 'any');
}
