import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { Problem } from '../../platform/errors.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { findIdsOf, holdCustomers, type NamedCustomer } from '../customers/standing.ts';
import { queueChecks } from './checks-repository.ts';
import { segmentErrors } from './errors.ts';
import { customerSegmentEvents } from './events.ts';
import { addRows, removeRows } from './membership-repository.ts';
import { lockSegment, resizeSegments } from './repository.ts';
import type { Segment } from './tables.ts';
import { EVALUATE_TASK } from './tasks.ts';

/** Customers by their ids or by the ids of the caller's own system. */
export interface ListedCustomers {
  readonly customerIds?: readonly string[];
  readonly externalIds?: readonly string[];
}

/** What became of a list. */
export interface ListChange {
  readonly segment: Segment;
  readonly changedCount: number;
  readonly unchangedCount: number;
}

/**
 * Puts customers on a list; who is on it stays. Nothing is written when one of them cannot be. Refusals: not_found,
 * segment_archived, segment_is_rule, customer_not_found, customer_merged, customer_erased.
 */
export async function addSegmentMembers(ctx: Ctx, id: string, input: ListedCustomers): Promise<ListChange> {
  return inTransaction(ctx, async (tx) => {
    // Customers before the list: a merge has them before it moves what is on lists.
    const held = await holdCustomers(tx, ctx.shop.id, namedIn(input));
    const segment = await lockList(tx, ctx, id);
    const violations = held.flatMap(({ problem }) => problem?.violations ?? []);
    const [first] = held.flatMap(({ problem }) => problem ?? []);
    if (first) throw new Problem(first.definition, first.detail, { violations, extra: first.extra });
    const ids = [...new Set(held.flatMap((one) => one.id ?? []))];
    const added = await addRows(tx, ctx.shop.id, id, ids, ctx.now);
    return finish(tx, ctx, segment, ids, added, customerSegmentEvents.entered);
  });
}

/**
 * Takes customers off a list; who is not on it, or not there at all, is passed over. Refusals: not_found, segment_archived,
 * segment_is_rule.
 */
export async function removeSegmentMembers(
  ctx: Ctx,
  id: string,
  input: ListedCustomers,
): Promise<ListChange> {
  return inTransaction(ctx, async (tx) => {
    const found = await findIdsOf(tx, ctx.shop.id, input.externalIds ?? []);
    const segment = await lockList(tx, ctx, id);
    const ids = [...new Set([...(input.customerIds ?? []), ...found])];
    const removed = await removeRows(tx, ctx.shop.id, id, ids, ctx.now);
    return finish(tx, ctx, segment, ids, removed, customerSegmentEvents.left);
  });
}

const namedIn = ({ customerIds = [], externalIds = [] }: ListedCustomers): NamedCustomer[] => [
  ...customerIds.map((customerId, i) => ({ customerId, pointer: `/customerIds/${i}` })),
  ...externalIds.map((externalId, i) => ({ externalId, pointer: `/externalIds/${i}` })),
];

async function lockList(tx: Tx, ctx: Ctx, id: string): Promise<Segment> {
  const segment = await lockSegment(tx, ctx.shop.id, id);
  if (segment.archivedAt) throw segmentErrors.segment_archived();
  if (segment.kind === 'rule') throw segmentErrors.segment_is_rule();
  return segment;
}

async function finish(
  tx: Tx,
  ctx: Ctx,
  segment: Segment,
  asked: readonly string[],
  changed: readonly string[],
  event: EventDefinition<typeof customerSegmentEvents.entered.data>,
): Promise<ListChange> {
  const { shopId, id: segmentId } = segment;
  const change = event === customerSegmentEvents.entered ? changed.length : -changed.length;
  const unchangedCount = asked.length - changed.length;
  if (change === 0) return { segment, changedCount: 0, unchangedCount };
  await resizeSegments(tx, shopId, new Map([[segmentId, change]]));
  // Rules that refer to the list look at them once this is committed: two lists that change at once do not see each other.
  await queueChecks(tx, shopId, changed, ctx.now);
  await enqueue(tx, EVALUATE_TASK, { shopId }, { key: `segments/${shopId}` });
  await appendEvents(
    tx,
    ctx,
    changed.map((customerId) => eventRow(ctx, event, customerId, { segmentId })),
  );
  const resized = { ...segment, memberCount: segment.memberCount + change };
  return { segment: resized, changedCount: changed.length, unchangedCount };
}
