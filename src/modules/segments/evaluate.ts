import { holdEndings } from '../customers/standing.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { eventRow, type NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { takeChecks } from './checks-repository.ts';
import { dayIn } from '../../platform/days.ts';
import {
  type Evaluated,
  evaluateEverybody,
  evaluateRules,
  type Movement,
  noteOutcomes,
  planForAll,
  tryToTakeTurn,
} from './evaluate-repository.ts';
import { customerSegmentEvents, segmentEvents } from './events.ts';
import { listDueIds, listRuled, makeDue, type RuledSegment } from './repository.ts';
import { levelsOf, MAX_TOLD, type ReferenceGraph, referencesOf } from './rules.ts';
import { nextTurnAt, type Terms } from './statement-rules.ts';

// As many as are looked at in one transaction: it holds the shop's turn for moments.
const CHECKS = 1_000;

const termsOf = (ctx: Ctx): Terms => ({
  shopId: ctx.shop.id,
  now: ctx.now,
  today: dayIn(ctx.shop.timezone, ctx.now),
  timeZone: ctx.shop.timezone,
});

/** What each of these segments refers to. */
export const graphOf = (segments: readonly RuledSegment[]): ReferenceGraph =>
  new Map(segments.map(({ id, rule }) => [id, referencesOf(rule).map(({ segmentId }) => segmentId)]));

/**
 * Looks at all customers by the rule of one segment that is due. Returns how many segments were looked at: one, or none when
 * nothing is due or somebody else is at it.
 */
export async function evaluateDueSegment(ctx: Ctx): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    if (!(await tryToTakeTurn(tx, ctx.shop.id))) return 0;
    const due = new Set(await listDueIds(tx, ctx.shop.id, ctx.now));
    const ruled = await listRuled(tx, ctx.shop.id);
    // What others refer to comes first: they are then looked at once.
    const order = levelsOf(graphOf(ruled)).flat();
    const next = order.find((id) => due.has(id));
    const segment = ruled.find(({ id }) => id === next);
    if (!segment) return 0;
    await evaluateSegment(tx, ctx, segment, ruled);
    return 1;
  });
}

async function evaluateSegment(
  tx: Tx,
  ctx: Ctx,
  segment: RuledSegment,
  ruled: readonly RuledSegment[],
): Promise<void> {
  // A statement of its own: what it reads must not be older than the lock.
  await holdEndings(tx, ctx.shop.id);
  await planForAll(tx);
  const evaluated = await evaluateEverybody(tx, [segment], termsOf(ctx));
  const sizes = await noteMovements(tx, ctx, [segment], evaluated, ctx.now);
  const [movement] = evaluated.movements;
  if (!movement || movement.enteredCount + movement.leftCount === 0) return;
  const isEachTold = movement.enteredCount + movement.leftCount <= MAX_TOLD;
  const each = isEachTold ? movementEvents(ctx, movement) : [];
  const summary = eventRow(ctx, segmentEvents.evaluated, segment.id, {
    enteredCount: movement.enteredCount,
    leftCount: movement.leftCount,
    memberCount: sizes.get(segment.id) ?? segment.memberCount,
    isEachTold,
  });
  await appendEvents(tx, ctx, [...each, summary]);
  // Who refers to it is looked at after it.
  const others = ruled.filter(({ rule }) =>
    referencesOf(rule).some((other) => other.segmentId === segment.id),
  );
  await makeDue(
    tx,
    ctx.shop.id,
    others.map(({ id }) => id),
    ctx.now,
  );
}

/**
 * Looks at customers of whom something changed, by every rule of the shop. Returns how many customers that were: none, too,
 * while somebody else is at it, who leaves them to the next.
 */
export const evaluateDueChecks = (ctx: Ctx): Promise<number> =>
  inTransaction(ctx, (tx) => evaluateChecks(tx, ctx));

/** The same inside the caller's transaction. */
export async function evaluateChecks(tx: Tx, ctx: Ctx): Promise<number> {
  if (!(await tryToTakeTurn(tx, ctx.shop.id))) return 0;
  // Before they are taken: a merge that has its turn may be queueing one of them.
  await holdEndings(tx, ctx.shop.id);
  const customerIds = await takeChecks(tx, ctx.shop.id, ctx.now, CHECKS);
  if (customerIds.length === 0) return 0;
  const ruled = await listRuled(tx, ctx.shop.id);
  const byId = new Map(ruled.map((segment) => [segment.id, segment]));
  for (const level of levelsOf(graphOf(ruled))) {
    const segments = level.flatMap((id) => byId.get(id) ?? []);
    const evaluated = await evaluateRules(tx, segments, { ids: customerIds }, termsOf(ctx));
    await noteMovements(tx, ctx, segments, evaluated, null);
    await appendEvents(
      tx,
      ctx,
      evaluated.movements.flatMap((movement) => movementEvents(ctx, movement)),
    );
  }
  return customerIds.length;
}

function noteMovements(
  tx: Tx,
  ctx: Ctx,
  segments: readonly RuledSegment[],
  { movements, turns, moments }: Evaluated,
  evaluatedAt: Date | null,
): Promise<ReadonlyMap<string, number>> {
  const byId = new Map(movements.map((movement) => [movement.segmentId, movement]));
  const terms = termsOf(ctx);
  const outcomes = segments.map(({ id, rule, ruleVersion }) => {
    const { enteredCount = 0, leftCount = 0 } = byId.get(id) ?? {};
    const dayOf = (at: Date) => dayIn(terms.timeZone, at);
    const dueAt = nextTurnAt(rule, turns, moments, terms, dayOf) ?? null;
    return { segmentId: id, ruleVersion, change: enteredCount - leftCount, evaluatedAt, dueAt };
  });
  return noteOutcomes(tx, ctx.shop.id, outcomes);
}

const movementEvents = (ctx: Ctx, { segmentId, enteredIds, leftIds }: Movement): NewEvent[] => [
  ...leftIds.map((id) => eventRow(ctx, customerSegmentEvents.left, id, { segmentId })),
  ...enteredIds.map((id) => eventRow(ctx, customerSegmentEvents.entered, id, { segmentId })),
];
