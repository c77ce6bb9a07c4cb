import { placesOf } from './rfm-rules.ts';
import type { ConditionOf, RuleGroup, SegmentCondition, SegmentRule } from './rule-schemas.ts';
import { allConditions } from './rules.ts';

/** What a rule needs to become SQL. Every value of a rule is bound; its text comes from here alone. */
export interface Compiler {
  /** Adds a value of a Postgres type to the statement and says how the text names it. */
  readonly bind: (value: unknown, type: string) => string;
  /** When the day began that was so many days ago, in the shop's time zone. */
  readonly startOfDay: (daysAgo: number) => Date;
}

/**
 * The condition that a rule is, on a row `b` of customers with their figures; the shop is `$1`. It is true or false, never
 * unknown: `not` of what is unknown would be unknown, and a customer would be neither in a segment nor out of it.
 */
export const compileRule = (rule: SegmentRule, compiler: Compiler): string => compileGroup(rule, compiler);

function compileGroup({ match, conditions = [], groups = [] }: RuleGroup, compiler: Compiler): string {
  const parts = [
    ...conditions.map((condition) => compileCondition(condition, compiler)),
    ...groups.map((group) => compileGroup(group, compiler)),
  ];
  if (match === 'all') return `(${parts.join(' and ')})`;
  return `${match === 'none' ? 'not ' : ''}(${parts.join(' or ')})`;
}

function compileCondition(condition: SegmentCondition, compiler: Compiler): string {
  const { bind } = compiler;
  switch (condition.field) {
    case 'country':
      return isIn(condition, `coalesce(b.country = any(${bind(condition.values, 'text[]')}), false)`);
    case 'locale':
      return isIn(condition, localeSql(condition.values, bind));
    case 'hasEmail':
      return `${contactSql('email')} = ${bind(condition.value, 'boolean')}`;
    case 'hasMobile':
      return `${contactSql('mobile')} = ${bind(condition.value, 'boolean')}`;
    case 'hasCompany':
      return `(b.company is not null) = ${bind(condition.value, 'boolean')}`;
    case 'consent':
      return consentSql(condition, bind);
    case 'metadata':
      return entrySql('b.metadata', condition, bind);
    case 'preference':
      return entrySql('b.preferences', condition, bind);
    case 'segment':
      return isIn(condition, segmentSql(condition.segmentIds, bind));
    case 'purchaseCount':
      return compared('b.purchases', condition.operator, bind(condition.value, 'int8'));
    case 'totalAmount':
      return compared('b.total', condition.operator, bind(condition.amount, 'int8'));
    case 'averageAmount':
      return known(compared(AVERAGE, condition.operator, bind(condition.amount, 'int8')));
    case 'registeredAt':
    case 'firstPurchaseAt':
    case 'lastPurchaseAt':
      return known(
        `${MOMENTS[condition.field]} ${condition.operator === 'since' ? '>=' : '<'} ${bind(momentOf(condition), 'timestamptz')}`,
      );
    case 'daysSinceRegistration':
    case 'daysSinceFirstPurchase':
    case 'daysSinceLastPurchase':
      return known(daysSql(condition, compiler));
    case 'favouriteCategory':
      return isIn(condition, favouriteSql(condition.values, bind));
    case 'boughtCategory':
      return isIn(condition, boughtSql(condition.values, bind));
    case 'rfmScore':
      return known(compared(scoreSql(condition.part), condition.operator, bind(condition.value, 'int')));
    case 'rfmCell':
      return isIn(condition, known(`${PLACE} = any(${bind(placesOf(condition.values), 'int[]')})`));
  }
}

type Bind = Compiler['bind'];

// As the rest of the product reads a moment: to the millisecond, and with a small t and z as well.
const momentOf = ({ at }: { readonly at: string }): Date => new Date(at.toUpperCase());

const OPERATORS = { at_least: '>=', at_most: '<=', equals: '=' } as const;
const compared = (left: string, operator: keyof typeof OPERATORS, right: string): string =>
  `${left} ${OPERATORS[operator]} ${right}`;
const known = (text: string): string => `coalesce(${text}, false)`;
const isIn = ({ operator }: { readonly operator: 'in' | 'not_in' }, text: string): string =>
  operator === 'in' ? text : `not ${text}`;

// Halves away from zero, as figures show it. Null of who bought nothing.
const AVERAGE = 'round(b.total::numeric / nullif(b.purchases, 0))';

// Languages are compared without regard to capitals; what stands in a tag has no meaning in a pattern.
const localeSql = (values: readonly string[], bind: Bind): string =>
  `exists (select 1 from unnest(${bind(values, 'text[]')}) as l (tag)
     where lower(b.locale) = lower(l.tag) or lower(b.locale) like lower(l.tag) || '-%')`;

// Along the primary key of contact_points: a customer has a handful of them.
const contactSql = (kind: 'email' | 'mobile'): string =>
  `(exists (select 1 from contact_points k where k.shop_id = $1 and k.customer_id = b.id and k.kind = '${kind}'))`;

// The newest decision counts. Along consents_position_key.
const consentSql = ({ purpose, channel, value }: ConditionOf<'consent'>, bind: Bind): string =>
  `coalesce((select d.decision from consents d where d.shop_id = $1 and d.customer_id = b.id
     and d.purpose = ${bind(purpose, 'text')} and d.channel = ${bind(channel, 'text')}
     order by d.position desc limit 1), 'none') = ${bind(value, 'text')}`;

function entrySql(
  column: string,
  { key, operator, value }: Pick<ConditionOf<'metadata'>, 'key' | 'operator' | 'value'>,
  bind: Bind,
): string {
  const equals = known(`${column} ->> ${bind(key, 'text')} = ${bind(value, 'text')}`);
  return operator === 'equals' ? equals : `not ${equals}`;
}

// Along segment_memberships_open_key.
const segmentSql = (segmentIds: readonly string[], bind: Bind): string =>
  `exists (select 1 from segment_memberships s where s.shop_id = $1 and s.segment_id = any(${bind(segmentIds, 'uuid[]')})
     and s.customer_id = b.id and s.left_at is null)`;

// The same three as the figures of the customer: ties by the bytes of their names. Along the primary key of customer_purchases.
const favouriteSql = (values: readonly string[], bind: Bind): string =>
  `exists (select 1 from (select category from customer_purchases p cross join lateral jsonb_each_text(p.categories) as c (category, net)
     where p.shop_id = $1 and p.customer_id = b.id and p.amount > 0
     group by category order by sum(net::int8) desc, category collate "C" limit 3) favourites
   where category = any(${bind(values, 'text[]')}))`;

const boughtSql = (values: readonly string[], bind: Bind): string =>
  `exists (select 1 from customer_purchases p where p.shop_id = $1 and p.customer_id = b.id and p.amount > 0
     and p.categories ?| ${bind(values, 'text[]')})`;

const ofScores = (what: string): string =>
  `(select ${what} from customer_rfm_scores r where r.shop_id = $1 and r.customer_id = b.id)`;
const scoreSql = (part: ConditionOf<'rfmScore'>['part']): string => ofScores(`r.${part}`);
// As placesOf counts them.
const PLACE = ofScores('r.recency * 10 + (r.frequency + r.monetary + 1) / 2');

const MOMENTS = {
  registeredAt: 'b.created_at',
  firstPurchaseAt: 'b.first_at',
  lastPurchaseAt: 'b.last_at',
  daysSinceRegistration: 'b.created_at',
  daysSinceFirstPurchase: 'b.first_at',
  daysSinceLastPurchase: 'b.last_at',
} as const;

type Relative = ConditionOf<'daysSinceRegistration' | 'daysSinceFirstPurchase' | 'daysSinceLastPurchase'>;

// A moment is n days ago when it lies in the day that began then: at least n days ago is before the day n − 1 days ago.
function daysSql({ field, operator, days }: Relative, { bind, startOfDay }: Compiler): string {
  const moment = MOMENTS[field];
  const parts = [
    ...(operator === 'at_most' ? [] : [`${moment} < ${bind(startOfDay(days - 1), 'timestamptz')}`]),
    ...(operator === 'at_least' ? [] : [`${moment} >= ${bind(startOfDay(days), 'timestamptz')}`]),
  ];
  return `(${parts.join(' and ')})`;
}

/** A moment of customers that makes one of them enter or leave so many days later, at the beginning of that day. */
export interface Turn {
  readonly moment: (typeof MOMENTS)[Relative['field']];
  readonly days: number;
}

/** When time alone changes what a rule says: 30 days after the last purchase at most is over on the 31st day. */
export function turnsOf(rule: SegmentRule): Turn[] {
  const turns = new Map<string, Turn>();
  for (const { condition } of allConditions(rule)) {
    if (!isRelative(condition)) continue;
    const { field, operator, days } = condition;
    const at = [...(operator === 'at_most' ? [] : [days]), ...(operator === 'at_least' ? [] : [days + 1])];
    for (const turn of at) turns.set(`${MOMENTS[field]} ${turn}`, { moment: MOMENTS[field], days: turn });
  }
  return [...turns.values()];
}

const isRelative = (condition: SegmentCondition): condition is Relative =>
  condition.field === 'daysSinceRegistration' ||
  condition.field === 'daysSinceFirstPurchase' ||
  condition.field === 'daysSinceLastPurchase';

/** Fields whose values come from what was bought. */
const FIGURES = new Set([
  'purchaseCount',
  'totalAmount',
  'averageAmount',
  'firstPurchaseAt',
  'lastPurchaseAt',
  'daysSinceFirstPurchase',
  'daysSinceLastPurchase',
]);

/** Whether rules go by sums over purchases, which cost a read of them. */
export const usesFigures = (rules: readonly SegmentRule[]): boolean =>
  rules.some((rule) => allConditions(rule).some(({ condition: { field } }) => FIGURES.has(field)));
