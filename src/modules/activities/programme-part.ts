import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { Problem } from '../../platform/errors.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { campaignErrors } from '../campaigns/errors.ts';
import { datesOf } from '../campaigns/programmes/join.ts';
import type { ProgrammePart } from '../campaigns/programmes/ports.ts';
import type { Programme } from '../campaigns/tables.ts';
import { ruleFieldsOf } from './change.ts';
import { refuseFaults } from './checks.ts';
import { activityEvent, activityEvents } from './events.ts';
import { followTime } from './follow-time.ts';
import { countOfProgramme, lockOfProgramme, updateActivityRow, type WholeActivity } from './repository.ts';
import { stepActivity } from './steps.ts';

/** The activities of a programme start, move and end with it as its campaigns do. */
export const activityProgrammePart: ProgrammePart = {
  count: countOfProgramme,
  async begin(tx, ctx, programmeId) {
    for (const whole of await lockOfProgramme(tx, ctx.shop.id, programmeId)) {
      const { state, startsAt } = whole.row;
      if (state !== 'draft') continue;
      const isAhead = startsAt !== null && startsAt > ctx.now;
      const verb = isAhead ? 'schedule' : 'start';
      const { event } = await asPart(whole, stepActivity(tx, ctx, whole, verb));
      if (event) await appendEvents(tx, ctx, [event]);
    }
  },
  async endUnbegun(tx, ctx, programmeId, reason) {
    for (const locked of await lockOfProgramme(tx, ctx.shop.id, programmeId)) {
      const current = await followTime(tx, ctx, locked);
      if (current.row.startedAt !== null) continue;
      const { event } = await stepActivity(tx, ctx, current, 'end', reason);
      if (event) await appendEvents(tx, ctx, [event]);
    }
  },
  async moveDates(tx, ctx, before, after) {
    for (const locked of await lockOfProgramme(tx, ctx.shop.id, after.id)) {
      const current = await followTime(tx, ctx, locked);
      if (current.row.startedAt === null && current.row.state !== 'ended')
        await asPart(current, moveTimes(tx, ctx, current, before, after));
    }
  },
};

/** What an activity refuses, as the programme tells it. Refusal: programme_part_refused. */
async function asPart<T>({ row }: WholeActivity, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof Problem) || error.definition.status >= 500) throw error;
    const extra = { partId: row.id, partCode: error.definition.code };
    throw campaignErrors.programme_part_refused(`The activity ${row.name}: ${error.message}`, { extra });
  }
}

/** What had the times of its programme has them when they are others. */
async function moveTimes(
  tx: Tx,
  ctx: Ctx,
  current: WholeActivity,
  before: Programme,
  after: Programme,
): Promise<void> {
  const [from, to] = [datesOf(before), datesOf(after)];
  const { startsAt, endsAt } = current.rule;
  const rule = {
    ...current.rule,
    ...(startsAt === from.startsAt && { startsAt: to.startsAt }),
    ...(endsAt === from.endsAt && { endsAt: to.endsAt }),
  };
  if (rule.startsAt === startsAt && rule.endsAt === endsAt) return;
  refuseFaults(rule);
  const fields = await ruleFieldsOf(tx, ctx, current, rule);
  const row = await updateActivityRow(tx, current.row, { ...fields, updatedAt: ctx.now });
  await appendEvents(tx, ctx, [activityEvent(ctx, activityEvents.updated, row)]);
}
