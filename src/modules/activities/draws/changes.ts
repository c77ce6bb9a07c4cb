import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { newId } from '../../../platform/ids.ts';
import { applyChanges, checkChanges } from '../change.ts';
import { activityErrors } from '../errors.ts';
import { followTime } from '../follow-time.ts';
import { lockActivity, type WholeActivity } from '../repository.ts';
import type { RuleInput } from '../rule-schemas.ts';
import { decideChangeRow, getChange, insertChange, listChangeRows } from './change-repository.ts';
import { drawErrors } from './errors.ts';
import { drawChangeEvent } from './events.ts';
import { getDraw } from './repository.ts';
import type { DrawChange } from './tables.ts';

/**
 * Asks for a change of a draw that has begun, in favour of customers. Refusals: not_found, activity_other_type, draw_not_begun, those of
 * updateActivity.
 */
export function requestDrawChange(
  ctx: Ctx,
  activityId: string,
  { change, reason }: { readonly change: RuleInput; readonly reason: string },
): Promise<DrawChange> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockBegun(tx, ctx, activityId);
    await checkChanges(tx, ctx, current, { rule: change });
    const row: DrawChange = {
      shopId: ctx.shop.id,
      id: newId(),
      activityId,
      state: 'requested',
      change,
      reason,
      ruleVersion: null,
      requestedBy: ctx.actor.id,
      decidedBy: null,
      decidedAt: null,
      version: 1,
      createdAt: ctx.now,
    };
    await insertChange(tx, row);
    await appendEvents(tx, ctx, [drawChangeEvent(ctx, row)]);
    return row;
  });
}

async function lockBegun(tx: Tx, ctx: Ctx, activityId: string): Promise<WholeActivity> {
  const current = await followTime(tx, ctx, await lockActivity(tx, ctx.shop.id, activityId));
  if (current.row.type !== 'draw') throw activityErrors.activity_other_type();
  if (current.row.startedAt === null) throw drawErrors.draw_not_begun();
  return current;
}

/**
 * A second person agrees: the draw says so from here on. What changed meanwhile is looked at again. Refusals: not_found,
 * draw_change_decided, draw_change_by_one, those of requestDrawChange.
 */
export function approveDrawChange(ctx: Ctx, id: string): Promise<DrawChange> {
  return inTransaction(ctx, async (tx) => {
    const change = await getChange(tx, ctx.shop.id, id);
    const current = await lockBegun(tx, ctx, change.activityId);
    if (change.requestedBy === ctx.actor.id) throw drawErrors.draw_change_by_one();
    if (change.state !== 'requested') throw drawErrors.draw_change_decided();
    const { row } = await applyChanges(tx, ctx, current, { rule: change.change });
    const decided = await decide(tx, ctx, change, { state: 'approved', ruleVersion: row.ruleVersion });
    await recordAudit(tx, ctx, {
      action: 'approveDrawChange',
      subjectType: 'activity',
      subjectId: row.id,
      details: { drawChangeId: id, reason: change.reason, ruleVersion: row.ruleVersion },
    });
    return decided;
  });
}

/** It is not agreed to, or taken back by who asked. Refusals: not_found, draw_change_decided. */
export function refuseDrawChange(ctx: Ctx, id: string): Promise<DrawChange> {
  return inTransaction(ctx, async (tx) => {
    const change = await getChange(tx, ctx.shop.id, id);
    return decide(tx, ctx, change, { state: 'refused' });
  });
}

async function decide(
  tx: Tx,
  ctx: Ctx,
  change: DrawChange,
  decision: Pick<DrawChange, 'state'> & Partial<Pick<DrawChange, 'ruleVersion'>>,
): Promise<DrawChange> {
  const decided = await decideChangeRow(tx, change, {
    ...decision,
    decidedBy: ctx.actor.id,
    decidedAt: ctx.now,
  });
  if (!decided) throw drawErrors.draw_change_decided();
  await appendEvents(tx, ctx, [drawChangeEvent(ctx, decided)]);
  return decided;
}

/** The changes of a draw, newest first. Refusal: not_found. */
export async function listDrawChanges(
  { db, shop }: Ctx,
  activityId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<DrawChange>> {
  await getDraw(db, shop.id, activityId);
  return listChangeRows(db, shop.id, activityId, page);
}
