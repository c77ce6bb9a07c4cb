import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Problem, Violation } from '../../platform/errors.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { checkVersion } from '../../platform/versions.ts';
import { segmentErrors } from './errors.ts';
import { graphOf } from './evaluate.ts';
import { takeTurn } from './evaluate-repository.ts';
import { segmentEvents } from './events.ts';
import { findRuleFaults, type RuleFault } from './fault-rules.ts';
import { closeRows } from './membership-repository.ts';
import {
  countLive,
  getSegment,
  insertSegment,
  insertVersion,
  listNamed,
  listRuled,
  listSegmentRows,
  listVersionRows,
  lockRules,
  lockSegment,
  type SegmentQuery,
  updateSegmentRow,
} from './repository.ts';
import { startSchedule } from './rfm-repository.ts';
import type { SegmentRule } from './rule-schemas.ts';
import { segmentUses } from './ports.ts';
import { findCycle, MAX_LIVE_SEGMENTS, referencesOf, usesRfm } from './rules.ts';
import type { Segment, SegmentVersion } from './tables.ts';
import { EVALUATE_TASK } from './tasks.ts';

export interface SegmentInput {
  readonly name: string;
  readonly description?: string | null;
  /** Who is in it; without one it is a list. */
  readonly rule?: SegmentRule;
}

/**
 * Makes a segment: with a rule, whose customers are looked at in a moment, or as a list, which is empty. Refusals:
 * segment_limit_reached, and those of a rule.
 */
export async function createSegment(ctx: Ctx, input: SegmentInput): Promise<Segment> {
  const { rule = null } = input;
  refuseFaults(rule);
  const segment: Segment = {
    shopId: ctx.shop.id,
    id: newId(),
    name: input.name,
    description: input.description ?? null,
    kind: rule === null ? 'list' : 'rule',
    ruleVersion: rule === null ? 0 : 1,
    rule,
    memberCount: 0,
    evaluatedAt: null,
    dueAt: rule === null ? null : ctx.now,
    archivedAt: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  return inTransaction(ctx, async (tx) => {
    await lockRules(tx, ctx.shop.id);
    if ((await countLive(tx, ctx.shop.id)) >= MAX_LIVE_SEGMENTS)
      throw segmentErrors.segment_limit_reached(`A shop has ${MAX_LIVE_SEGMENTS} segments at most.`);
    if (rule !== null) await checkReferences(tx, ctx, segment.id, rule);
    await insertSegment(tx, segment);
    await followRule(tx, ctx, segment);
    await tell(tx, ctx, segmentEvents.created, segment);
    return segment;
  });
}

/**
 * Changes the name, the description or the rule. Another rule is another version of it: all customers are looked at by it in a
 * moment, and until then those are in it who were. Refusals: not_found, version_mismatch, segment_archived, segment_is_list, and
 * those of a rule.
 */
export async function updateSegment(
  ctx: Ctx,
  id: string,
  { rule, ...changes }: Partial<SegmentInput>,
): Promise<Segment> {
  refuseFaults(rule ?? null);
  return inTransaction(ctx, async (tx) => {
    await lockRules(tx, ctx.shop.id);
    const segment = await lockSegment(tx, ctx.shop.id, id);
    checkVersion(ctx, segment);
    if (segment.archivedAt) throw segmentErrors.segment_archived();
    if (rule === undefined) {
      if (Object.keys(changes).length === 0) return segment;
      const renamed = await updateSegmentRow(tx, segment, { ...changes, updatedAt: ctx.now });
      await tell(tx, ctx, segmentEvents.updated, renamed);
      return renamed;
    }
    if (segment.kind === 'list') throw segmentErrors.segment_is_list(undefined, { pointer: '/rule' });
    await checkReferences(tx, ctx, id, rule);
    const next = { ...changes, rule, ruleVersion: segment.ruleVersion + 1, dueAt: ctx.now };
    const changed = await updateSegmentRow(tx, segment, { ...next, updatedAt: ctx.now });
    await followRule(tx, ctx, changed);
    await tell(tx, ctx, segmentEvents.updated, changed);
    return changed;
  });
}

/**
 * Archives a segment: nobody is in it any more, and nothing new refers to it. What was stays known. Refusals: not_found,
 * version_mismatch, segment_in_use.
 */
export async function archiveSegment(ctx: Ctx, id: string): Promise<Segment> {
  return inTransaction(ctx, async (tx) => {
    await lockRules(tx, ctx.shop.id);
    // Nobody decides meanwhile who is in it. Before its row: whoever decides writes that row at the end.
    await takeTurn(tx, ctx.shop.id);
    const segment = await lockSegment(tx, ctx.shop.id, id);
    checkVersion(ctx, segment);
    if (segment.archivedAt) return segment;
    await refuseInUse(tx, ctx, id);
    await closeRows(tx, ctx.shop.id, id, ctx.now);
    const gone = { archivedAt: ctx.now, memberCount: 0, dueAt: null, updatedAt: ctx.now };
    const archived = await updateSegmentRow(tx, segment, gone);
    await tell(tx, ctx, segmentEvents.archived, archived);
    await recordAudit(tx, ctx, {
      action: 'archiveSegment',
      subjectType: 'segment',
      subjectId: id,
      details: { memberCount: segment.memberCount },
    });
    return archived;
  });
}

/** A rule is there: it is kept as a version, the scores that it goes by are computed, and somebody looks at it soon. */
async function followRule(tx: Tx, ctx: Ctx, segment: Segment): Promise<void> {
  const { shopId, id: segmentId, rule, ruleVersion } = segment;
  if (rule === null) return;
  await insertVersion(tx, { shopId, segmentId, rule, ruleVersion, createdAt: ctx.now });
  if (usesRfm(rule)) await startSchedule(tx, shopId, ctx.now);
  await enqueue(tx, EVALUATE_TASK, { shopId }, { key: `segments/${shopId}` });
}

/** Refuses a rule that says what cannot be. Refusals: segment_group_empty, segment_rule_too_large, segment_rule_contradictory. */
export function refuseFaults(rule: SegmentRule | null): void {
  const [first, ...others] = rule === null ? [] : findRuleFaults(rule);
  if (!first) return;
  throw segmentErrors[first.code](undefined, { violations: [first, ...others].map(violationOf) });
}

const violationOf = (fault: RuleFault): Violation => ({ in: 'body', ...fault });

/**
 * Refuses what a rule may not refer to; `id` is the segment that gets the rule. Refusals: segment_not_found, segment_archived,
 * segment_cycle.
 */
export async function checkReferences(
  on: Reader,
  ctx: Ctx,
  id: string | undefined,
  rule: SegmentRule,
): Promise<void> {
  const references = referencesOf(rule);
  if (references.length === 0) return;
  const ids = references.map(({ segmentId }) => segmentId);
  const known = new Map((await listNamed(on, ctx.shop.id, ids)).map((segment) => [segment.id, segment]));
  const missing = references.filter(({ segmentId }) => !known.has(segmentId) && segmentId !== id);
  if (missing.length > 0) throw refused('segment_not_found', missing, 'There is no such segment.');
  const archived = references.filter(({ segmentId }) => known.get(segmentId)?.archivedAt);
  if (archived.length > 0) throw refused('segment_archived', archived, 'The segment is archived.');
  if (id === undefined) return;
  const graph = new Map([...graphOf(await listRuled(on, ctx.shop.id)), [id, ids]]);
  const cycle = findCycle(graph, id);
  if (!cycle) return;
  const { pointer } = references.find(({ segmentId }) => segmentId === (cycle[1] ?? id)) ?? {
    pointer: '/rule',
  };
  throw segmentErrors.segment_cycle(undefined, { pointer, extra: { segmentIds: cycle } });
}

function refused(
  code: 'segment_not_found' | 'segment_archived',
  references: readonly { readonly pointer: string }[],
  detail: string,
): Problem {
  const violations = references.map(({ pointer }): Violation => ({ in: 'body', pointer, code, detail }));
  return segmentErrors[code](undefined, { violations });
}

async function refuseInUse(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const inRules = (await listRuled(tx, ctx.shop.id)).flatMap(({ id: segmentId, rule }) =>
    referencesOf(rule).some((named) => named.segmentId === id) ? [{ type: 'segment', id: segmentId }] : [],
  );
  const elsewhere = await Promise.all(segmentUses.get().map((use) => use.findUses(tx, ctx.shop.id, id)));
  const namedBy = [...inRules, ...elsewhere.flat()];
  if (namedBy.length > 0) throw segmentErrors.segment_in_use(undefined, { extra: { namedBy } });
}

/** Segments, newest first, also archived ones. */
export const listSegments = (ctx: Ctx, query: SegmentQuery): Promise<Page<Segment>> =>
  listSegmentRows(ctx.db, ctx.shop.id, query);

/** A segment. Refusal: not_found. */
export const readSegment = (ctx: Ctx, id: string): Promise<Segment> => getSegment(ctx.db, ctx.shop.id, id);

/** Every rule that a segment ever had, newest first. Refusal: not_found. */
export async function listSegmentVersions(ctx: Ctx, id: string): Promise<SegmentVersion[]> {
  await getSegment(ctx.db, ctx.shop.id, id);
  return listVersionRows(ctx.db, ctx.shop.id, id);
}

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof segmentEvents.created.data>,
  { id, name, kind: segmentKind, ruleVersion }: Segment,
): Promise<void> =>
  appendEvents(tx, ctx, [eventRow(ctx, kind, id, { name, kind: segmentKind, ruleVersion })]);
