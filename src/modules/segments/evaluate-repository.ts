import type { Reader, Tx } from '../../platform/db/client.ts';
import { plannedSql, preparedSql } from '../../platform/db/prepared.ts';
import type { Turn } from './compile-rules.ts';
import type { SegmentRule } from './rule-schemas.ts';
import { MAX_TOLD } from './rules.ts';
import { buildEvaluation, buildPreview, type Ruled, type Scope, type Terms } from './statement-rules.ts';

// Whoever decides who fits a rule has the shop's turn: what one has read would be old when another has written. It is tried
// and not waited for, because whoever has it looks at what is left to do when it is done.
const tryTurn = preparedSql<{ is_mine: boolean }>(
  'try_segment_turn',
  "select pg_try_advisory_xact_lock(hashtextextended('segments.evaluate/' || $1, 0)) as is_mine",
);
const waitForTurn = preparedSql(
  'wait_for_segment_turn',
  "select pg_advisory_xact_lock(hashtextextended('segments.evaluate/' || $1, 0))",
);

/** Takes the shop's turn to decide who fits rules; false when somebody else has it. */
export const tryToTakeTurn = async (tx: Tx, shopId: string): Promise<boolean> =>
  (await tryTurn(tx, [shopId]))[0]?.is_mine === true;

/** The same, waiting for it. */
export const takeTurn = async (tx: Tx, shopId: string): Promise<void> =>
  void (await waitForTurn(tx, [shopId]));

/**
 * Lets statements of this transaction put whole tables side by side instead of looking up row after row. What Postgres expects of a
 * segment that has just been made is nothing, and it would walk all members for each of them.
 */
export const planForAll = async (tx: Tx): Promise<void> =>
  void (await tx.$client.query('set local enable_nestloop = off'));

/** What one evaluation moved in one segment. */
export interface Movement {
  readonly segmentId: string;
  readonly enteredCount: number;
  readonly leftCount: number;
  /** The first of them, one more than are told one by one. */
  readonly enteredIds: readonly string[];
  readonly leftIds: readonly string[];
}

interface MovementRow {
  readonly id: string;
  readonly entered_count: number;
  readonly entered_ids: string[];
  readonly left_now_count: number;
  readonly left_now_ids: string[];
  readonly [turn: `turn_${number}`]: Date | null;
}

/** What an evaluation did, and the earliest moment that each turn has still ahead. */
export interface Evaluated {
  readonly movements: readonly Movement[];
  readonly turns: readonly Turn[];
  readonly moments: readonly (Date | null)[];
}

/**
 * Looks at the customers of a scope by the rules of segments of one level, and writes who enters and who leaves. The shop's turn is
 * taken, and nobody is merged or erased meanwhile.
 */
export async function evaluateRules(
  tx: Tx,
  segments: readonly Ruled[],
  scope: Scope,
  terms: Terms,
): Promise<Evaluated> {
  const { text, values, turns } = buildEvaluation(segments, scope, terms);
  const rows = (await plannedSql(text)(tx, values)) as MovementRow[];
  return {
    movements: rows.map((row) => ({
      segmentId: row.id,
      enteredCount: row.entered_count,
      leftCount: row.left_now_count,
      enteredIds: row.entered_ids,
      leftIds: row.left_now_ids,
    })),
    turns,
    moments: turns.map((_, i) => rows[0]?.[`turn_${i}`] ?? null),
  };
}

// Along the primary key.
const endOfStretch = preparedSql<{ id: string }>(
  'select_end_of_customers',
  'select id from customers where shop_id = $1 and id > $2 order by id offset $3 limit 1',
);
const LOWEST = '00000000-0000-0000-0000-000000000000';
// A quarter of a million take some seconds, and a statement has half a minute.
const STRETCH = 250_000;

/** The same of all customers: one stretch of them after the other, so that no statement grows with the shop. */
export async function evaluateEverybody(
  tx: Tx,
  segments: readonly Ruled[],
  terms: Terms,
  stretch = STRETCH,
): Promise<Evaluated> {
  let whole: Evaluated | undefined;
  for (let after: string | undefined; ; ) {
    const end = await endOfStretch(tx, [terms.shopId, after ?? LOWEST, stretch - 1]);
    const upTo = end[0]?.id;
    const part = await evaluateRules(tx, segments, { after, upTo }, terms);
    whole = whole ? join(whole, part) : part;
    if (upTo === undefined) return whole;
    after = upTo;
  }
}

function join(one: Evaluated, other: Evaluated): Evaluated {
  const movements = one.movements.map((movement, i) => {
    const more = other.movements[i];
    if (more?.segmentId !== movement.segmentId) throw new Error('segments in another order');
    return {
      segmentId: movement.segmentId,
      enteredCount: movement.enteredCount + more.enteredCount,
      leftCount: movement.leftCount + more.leftCount,
      // Beyond what is told one by one nobody asks for them.
      enteredIds: [...movement.enteredIds, ...more.enteredIds].slice(0, MAX_TOLD + 1),
      leftIds: [...movement.leftIds, ...more.leftIds].slice(0, MAX_TOLD + 1),
    };
  });
  const moments = one.moments.map((moment, i) => earlier(moment, other.moments[i] ?? null));
  return { movements, turns: one.turns, moments };
}

const earlier = (one: Date | null, other: Date | null): Date | null =>
  one === null || (other !== null && other < one) ? other : one;

/** Who would be in a segment of a rule now: how many, and a few of them. */
export async function countMatching(
  on: Reader,
  rule: SegmentRule,
  sampleSize: number,
  terms: Terms,
): Promise<{ count: number; sample: string[] }> {
  const { text, values } = buildPreview(rule, sampleSize, terms);
  const [row] = await plannedSql<{ count: number; sample: string[] }>(text)(on, values);
  return { count: row?.count ?? 0, sample: row?.sample ?? [] };
}

/** What an evaluation leaves behind about a segment. */
export interface Outcome {
  readonly segmentId: string;
  readonly ruleVersion: number;
  readonly change: number;
  /** Set after all customers were looked at. */
  readonly evaluatedAt: Date | null;
  /** When time moves somebody next. After all were looked at it replaces what was known, else the earlier one counts. */
  readonly dueAt: Date | null;
}

// A rule that was changed meanwhile stays due: it was another rule that was looked at.
const noteStatement = preparedSql<{ id: string; member_count: number }>(
  'note_segment_evaluations',
  `update segments s set member_count = s.member_count + r.change,
     evaluated_at = coalesce(r.evaluated_at, s.evaluated_at),
     due_at = case when s.archived_at is not null then null when s.rule_version <> r.rule_version then s.due_at
       when r.evaluated_at is not null then r.due_at else least(s.due_at, r.due_at) end
   from unnest($2::uuid[], $3::int[], $4::int[], $5::timestamptz[], $6::timestamptz[])
     as r (id, rule_version, change, evaluated_at, due_at)
   where s.shop_id = $1 and s.id = r.id and (r.change <> 0 or r.evaluated_at is not null
     or (r.due_at is not null and (s.due_at is null or s.due_at > r.due_at)))
   returning s.id, s.member_count`,
);

/** Keeps the size of segments and when they are due, in one statement. Returns the sizes of those that changed. */
export async function noteOutcomes(
  tx: Tx,
  shopId: string,
  outcomes: readonly Outcome[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await noteStatement(tx, [
    shopId,
    outcomes.map(({ segmentId }) => segmentId),
    outcomes.map(({ ruleVersion }) => ruleVersion),
    outcomes.map(({ change }) => change),
    outcomes.map(({ evaluatedAt }) => evaluatedAt),
    outcomes.map(({ dueAt }) => dueAt),
  ]);
  return new Map(rows.map((row) => [row.id, row.member_count]));
}
