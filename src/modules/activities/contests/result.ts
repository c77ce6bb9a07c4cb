import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { activityErrors } from '../errors.ts';
import type { ContestPrize } from '../formats/contest.ts';
import { holdActivity } from '../repository.ts';
import { contestErrors } from './errors.ts';
import { contestEvents, resultEvent } from './events.ts';
import { isClosed, type PublicContest } from './read.ts';
import { countByOption, lockContest, updateContest } from './repository.ts';
import type { Contest } from './tables.ts';

export interface ResultInput {
  /** What came true; null: none of it, such as a match that was called off. */
  readonly resultKey: string | null;
  /** By what that is known. */
  readonly reason: string;
}

interface Closed extends PublicContest {
  readonly counts: ReadonlyMap<string, number>;
  readonly prize: ContestPrize;
}

/** A contest in which nobody enters any more, locked. */
async function lockClosed(
  tx: Tx,
  ctx: Ctx,
  activityId: string,
  { resultKey }: Pick<ResultInput, 'resultKey'>,
): Promise<Closed> {
  const whole = await holdActivity(tx, ctx.shop.id, activityId);
  const { format } = whole.rule;
  if (format.type !== 'contest') throw activityErrors.activity_other_type();
  if (!isClosed(whole, ctx.now)) throw contestErrors.contest_not_closed(`Until ${format.entriesUntil}.`);
  if (resultKey !== null && format.options.every(({ key }) => key !== resultKey))
    throw contestErrors.contest_option_unknown(undefined, { pointer: '/resultKey' });
  const contest = await lockContest(tx, ctx.shop.id, activityId);
  if (contest.lockedAt !== null) throw contestErrors.contest_result_locked();
  const counts = await countByOption(tx, ctx.shop.id, activityId);
  return { whole, contest, counts, prize: format.prize };
}

/**
 * Somebody says what came true; until it is locked it can be said anew. Refusals: not_found, activity_other_type, contest_not_closed,
 * contest_option_unknown, contest_result_locked.
 */
export function enterResult(ctx: Ctx, activityId: string, input: ResultInput): Promise<PublicContest> {
  return inTransaction(ctx, async (tx) => {
    const { whole, contest, counts } = await lockClosed(tx, ctx, activityId, input);
    const entered = await updateContest(tx, contest, {
      state: 'entered',
      resultKey: input.resultKey,
      resultReason: input.reason,
      enteredBy: ctx.actor.id,
      enteredAt: ctx.now,
    });
    await record(tx, ctx, entered, 'enterContestResult', input.reason);
    await appendEvents(tx, ctx, [resultEvent(ctx, contestEvents.entered, entered)]);
    return { whole, contest: entered, counts };
  });
}

/**
 * A second person says the same: it stays, and winners get what they won. Refusals: those of enterResult, contest_result_missing,
 * contest_result_by_one, contest_result_differs.
 */
export function lockResult(
  ctx: Ctx,
  activityId: string,
  input: Pick<ResultInput, 'resultKey'>,
): Promise<PublicContest> {
  return inTransaction(ctx, async (tx) => {
    const { whole, contest, counts, prize } = await lockClosed(tx, ctx, activityId, input);
    if (contest.state === 'open') throw contestErrors.contest_result_missing();
    if (contest.enteredBy === ctx.actor.id) throw contestErrors.contest_result_by_one();
    if (contest.resultKey !== input.resultKey)
      throw contestErrors.contest_result_differs(undefined, { pointer: '/resultKey' });
    const locked = await updateContest(tx, contest, {
      state: 'locked',
      lockedBy: ctx.actor.id,
      lockedAt: ctx.now,
      prize,
      rightEntries: input.resultKey === null ? 0 : (counts.get(input.resultKey) ?? 0),
      dueAt: ctx.now,
    });
    await record(tx, ctx, locked, 'lockContestResult', contest.resultReason ?? '');
    await appendEvents(tx, ctx, [resultEvent(ctx, contestEvents.locked, locked)]);
    return { whole, contest: locked, counts };
  });
}

const record = (tx: Tx, ctx: Ctx, { activityId, resultKey }: Contest, action: string, reason: string) =>
  recordAudit(tx, ctx, {
    action,
    subjectType: 'activity',
    subjectId: activityId,
    details: { resultKey, reason },
  });
