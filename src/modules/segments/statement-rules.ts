import { MAX_AMOUNT } from '../../platform/money.ts';
import { compileRule, type Turn, turnsOf, usesFigures } from './compile-rules.ts';
import { startOfDay } from '../../platform/days.ts';
import type { SegmentRule } from './rule-schemas.ts';
import { MAX_TOLD } from './rules.ts';

// One statement looks at customers by any number of rules of one level and writes who enters and who leaves. However many
// customers there are, it is one statement, and what comes back of it does not grow with them.

/** A segment with its rule. */
export interface Ruled {
  readonly id: string;
  readonly rule: SegmentRule;
}

/** The moment at which rules are looked at, and the time zone whose days count. */
export interface Terms {
  readonly shopId: string;
  readonly now: Date;
  /** The day of that moment, as `dayIn` counts. */
  readonly today: number;
  readonly timeZone: string;
}

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Builder {
  readonly values: unknown[];
  readonly bind: (value: unknown, type: string) => string;
}

function createBuilder(terms: Terms): Builder {
  // The first two are the shop and the moment in every statement.
  const values: unknown[] = [terms.shopId, terms.now];
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  return { values, bind };
}

const compile = (rule: SegmentRule, { bind }: Builder, { today, timeZone }: Terms): string =>
  compileRule(rule, { bind, startOfDay: (daysAgo) => startOfDay(timeZone, today - daysAgo) });

// The same sums as the figures of a customer. A sum of nothing is null, and the least of null and a number is the number.
const SUMS = `count(*)::int8 as purchases, least(coalesce(sum(p.amount), 0), ${MAX_AMOUNT})::int8 as total,
  min(p.placed_at) as first_at, max(p.placed_at) as last_at`;
const LIVE = 'c.merged_into_id is null and c.erased_at is null';
const COLUMNS = 'c.id, c.country, c.locale, c.company, c.created_at, c.preferences, c.metadata';
const FIGURES = 'coalesce(f.purchases, 0) as purchases, coalesce(f.total, 0) as total, f.first_at, f.last_at';
const NO_FIGURES = 'null::timestamptz as first_at, null::timestamptz as last_at';

/** The customers that are looked at: these, or those after one id up to another; without an end there is none. */
export type Scope =
  | { readonly ids: readonly string[] }
  | { readonly after: string | undefined; readonly upTo: string | undefined };

/** Of rows in a scope, as a condition that begins with `and`. */
type InScope = (column: string) => string;

function bindScope(scope: Scope, { bind }: Builder): { some: string | undefined; inScope: InScope } {
  if ('ids' in scope) {
    const some = bind(scope.ids, 'uuid[]');
    return { some, inScope: (column) => `and ${column} = any(${some})` };
  }
  const after = scope.after === undefined ? undefined : bind(scope.after, 'uuid');
  const upTo = scope.upTo === undefined ? undefined : bind(scope.upTo, 'uuid');
  const inScope: InScope = (column) =>
    [after && `and ${column} > ${after}`, upTo && `and ${column} <= ${upTo}`].filter(Boolean).join(' ');
  return { some: undefined, inScope };
}

/**
 * Customers with what rules look at: a stretch of the shop's, whose purchases are summed in one pass, or some, whose purchases are
 * summed for each by itself along the primary key.
 */
function customersSql(rules: readonly SegmentRule[], some: string | undefined, inScope: InScope): string {
  const columns = `${COLUMNS}, ${usesFigures(rules) ? FIGURES : NO_FIGURES}`;
  if (some === undefined) {
    const sums = `left join (select p.customer_id, ${SUMS} from customer_purchases p where p.shop_id = $1 and p.amount > 0
      ${inScope('p.customer_id')} group by p.customer_id) f on f.customer_id = c.id`;
    return `select ${columns} from customers c ${usesFigures(rules) ? sums : ''}
      where c.shop_id = $1 ${inScope('c.id')} and ${LIVE}`;
  }
  const sums = `left join lateral (select ${SUMS} from customer_purchases p
    where p.shop_id = $1 and p.customer_id = c.id and p.amount > 0) f on true`;
  return `select ${columns} from unnest(${some}) as asked (id) join customers c on c.shop_id = $1 and c.id = asked.id
    ${usesFigures(rules) ? sums : ''} where ${LIVE}`;
}

/** What an evaluation does, and the turns of each segment in the order of the columns `turn_0`, `turn_1`, … */
export interface Evaluation extends Statement {
  readonly turns: readonly Turn[];
}

const turnKey = ({ moment, days }: Turn): string => `${moment} ${days}`;

// How many, and the first of them: one more than are told one by one.
const moved = (of: string) =>
  `(select count(*)::int4 from ${of} where segment_id = s.id) as ${of}_count,
   array(select customer_id::text from ${of} where segment_id = s.id limit ${MAX_TOLD + 1}) as ${of}_ids`;

/** Looks at customers by the rules of segments. */
export function buildEvaluation(segments: readonly Ruled[], scope: Scope, terms: Terms): Evaluation {
  const builder = createBuilder(terms);
  const { bind } = builder;
  const { some, inScope } = bindScope(scope, builder);
  const ids = bind(
    segments.map(({ id }) => id),
    'uuid[]',
  );
  const rules = segments.map(({ rule }) => rule);
  const matches = segments.map(
    ({ id, rule }) =>
      `select ${bind(id, 'uuid')} as segment_id, b.id as customer_id from base b where ${compile(rule, builder, terms)}`,
  );
  const turns = [...new Map(rules.flatMap(turnsOf).map((turn) => [turnKey(turn), turn])).values()];
  const turnColumns = turns.map(({ moment, days }, i) => {
    // Later turns of a moment that is past lie in the past, too.
    const since = bind(startOfDay(terms.timeZone, terms.today - days + 1), 'timestamptz');
    return `(select min(${moment}) from base b where ${moment} >= ${since}) as turn_${i}`;
  });
  const text = `with base as (${customersSql(rules, some, inScope)}),
    matched as materialized (${matches.join(' union all ')}),
    left_now as (
      update segment_memberships m set left_at = greatest($2, m.entered_at), left_by = 'rule'
      where m.shop_id = $1 and m.segment_id = any(${ids}) and m.left_at is null
        ${inScope('m.customer_id')}
        and not exists (select 1 from matched x where x.segment_id = m.segment_id and x.customer_id = m.customer_id)
      returning m.segment_id, m.customer_id),
    entered as (
      insert into segment_memberships (shop_id, segment_id, customer_id, stay, entered_at, entered_by)
      select $1, x.segment_id, x.customer_id, 1 + coalesce((select max(m.stay) from segment_memberships m
        where m.shop_id = $1 and m.segment_id = x.segment_id and m.customer_id = x.customer_id), 0), $2, 'rule'
      from matched x where not exists (select 1 from segment_memberships m where m.shop_id = $1
        and m.segment_id = any(${ids}) and m.segment_id = x.segment_id and m.customer_id = x.customer_id and m.left_at is null)
      on conflict (shop_id, segment_id, customer_id) where left_at is null do nothing
      returning segment_id, customer_id)
    select s.id, ${[moved('entered'), moved('left_now'), ...turnColumns].join(', ')} from unnest(${ids}) as s (id)`;
  return { text, values: builder.values, turns };
}

/** Counts who would be in a segment of a rule, and names a few of them. */
export function buildPreview(rule: SegmentRule, sampleSize: number, terms: Terms): Statement {
  const builder = createBuilder(terms);
  const text = `with base as (${customersSql([rule], undefined, () => '')}),
    matched as materialized (select b.id from base b where ${compile(rule, builder, terms)})
    select (select count(*)::int4 from matched) as count,
      array(select id::text from matched order by id limit ${sampleSize}) as sample, $2::timestamptz as at`;
  return { text, values: builder.values };
}

/** When time alone next moves somebody: of each turn the earliest moment that has its turn ahead. Undefined when none has. */
export function nextTurnAt(
  rule: SegmentRule,
  turns: readonly Turn[],
  moments: readonly (Date | null)[],
  { timeZone }: Pick<Terms, 'timeZone'>,
  dayOf: (at: Date) => number,
): Date | undefined {
  const own = new Set(turnsOf(rule).map(turnKey));
  const times = turns.flatMap((turn, i) => {
    const moment = moments[i];
    return moment && own.has(turnKey(turn))
      ? [startOfDay(timeZone, dayOf(moment) + turn.days).getTime()]
      : [];
  });
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
