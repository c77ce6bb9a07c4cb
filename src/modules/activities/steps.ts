import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { decideStep, type StepRefusal, type Told, type Verb } from '../campaigns/lifecycle-rules.ts';
import { requireOpenProgramme } from '../campaigns/programmes/join.ts';
import { requireNamed } from './checks.ts';
import { activityErrors } from './errors.ts';
import { activityEvent, activityEvents, endedEvent, startedEvent } from './events.ts';
import { followTime, moveActivity } from './follow-time.ts';
import { flowsOf } from './format-flows.ts';
import { lockActivity, type WholeActivity } from './repository.ts';
import { sayAnew } from './versions.ts';

interface Stepped {
  readonly whole: WholeActivity;
  /** What it is told as; nothing when the activity was there already. */
  readonly event?: NewEvent;
}

/** Building block: takes a step with a locked activity, where it is possible. Refusals: as those of its use case below. */
export async function stepActivity(
  tx: Tx,
  ctx: Ctx,
  current: WholeActivity,
  verb: Verb,
  endReason?: string,
): Promise<Stepped> {
  const decision = decideStep(verb, current.row, ctx.now);
  if (decision.kind === 'nothing') return { whole: current };
  if (decision.kind === 'refused') throw refusalOf(decision.code, current);
  if (verb === 'schedule' || verb === 'start') await requireNamed(tx, ctx, current.rule);
  const { rule, ...said } = await saidThen(tx, ctx, current, verb, decision.startsAt);
  const whole = await moveActivity(tx, ctx, { row: current.row, rule }, decision.to, {
    ...said,
    ...decision.changes,
    ...(endReason !== undefined && { endReason }),
  });
  // What is said to customers from here on; of what was scheduled before it is said already.
  if (verb === 'schedule' || verb === 'start') await flowsOf(whole).onSaid?.(tx, ctx, whole);
  return { whole, event: eventOf(ctx, decision.told, whole) };
}

function refusalOf(code: StepRefusal, { row }: WholeActivity) {
  if (code === 'state_not_possible')
    return activityErrors.activity_state_not_possible(`The activity is ${row.state}.`);
  if (code === 'end_passed')
    return activityErrors.activity_end_passed(undefined, { extra: { activityId: row.id } });
  return activityErrors[`activity_${code}`]();
}

/** What it says after a step: one that is started early says so; the draft after a schedule that is taken back is its next version. */
async function saidThen(tx: Tx, ctx: Ctx, current: WholeActivity, verb: Verb, startsAt: Date | undefined) {
  if (startsAt === undefined && verb !== 'unschedule') return { rule: current.rule };
  const rule = startsAt ? { ...current.rule, startsAt: startsAt.toISOString() } : current.rule;
  return { rule, ruleVersion: await sayAnew(tx, ctx, current, rule), ...(startsAt && { startsAt }) };
}

function eventOf(ctx: Ctx, told: Told, { row, rule }: WholeActivity): NewEvent {
  if (told === 'started') return startedEvent(ctx, row, rule);
  if (told === 'ended') return endedEvent(ctx, row, rule);
  return activityEvent(ctx, activityEvents[told], row);
}

const take = (ctx: Ctx, id: string, verb: Verb, reason?: string): Promise<WholeActivity> =>
  inTransaction(ctx, async (tx) => {
    const locked = await lockActivity(tx, ctx.shop.id, id);
    checkVersion(ctx, locked.row);
    const current = await followTime(tx, ctx, locked);
    const { programmeId, state } = current.row;
    const isBegin = verb === 'schedule' || verb === 'start';
    if (isBegin && programmeId !== null && state === 'draft')
      await requireOpenProgramme(tx, ctx, programmeId);
    const { whole, event } = await stepActivity(tx, ctx, current, verb, reason);
    if (!event) return whole;
    await appendEvents(tx, ctx, [event]);
    const { ruleVersion } = whole.row;
    await recordAudit(tx, ctx, {
      action: `activity.${verb}`,
      subjectType: 'activity',
      subjectId: id,
      details: { ruleVersion, ...(reason !== undefined && { reason }) },
    });
    return whole;
  });

/**
 * Lets an activity start by itself at its time. Refusals: not_found, version_mismatch, activity_ended, activity_state_not_possible,
 * activity_end_passed, activity_start_not_ahead, those of requireNamed, programme_ended, draw_prize_too_valuable.
 */
export const scheduleActivity = (ctx: Ctx, id: string) => take(ctx, id, 'schedule');
/** Makes it a draft again. Refusals: not_found, version_mismatch, activity_ended, activity_has_begun, activity_state_not_possible. */
export const unscheduleActivity = (ctx: Ctx, id: string) => take(ctx, id, 'unschedule');
/** Starts it now. Refusals: as scheduleActivity, without activity_start_not_ahead. */
export const startActivity = (ctx: Ctx, id: string) => take(ctx, id, 'start');
/** It takes nothing for now. Refusals: not_found, version_mismatch, activity_ended, activity_state_not_possible. */
export const pauseActivity = (ctx: Ctx, id: string) => take(ctx, id, 'pause');
/** It goes on, or waits for its time again. Refusals: as pauseActivity. */
export const resumeActivity = (ctx: Ctx, id: string) => take(ctx, id, 'resume');
/** It ends before its time, and says why. What participants have earned stays theirs. Refusals: not_found, version_mismatch. */
export const endActivity = (ctx: Ctx, id: string, reason: string) => take(ctx, id, 'end', reason);
