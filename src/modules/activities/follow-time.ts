import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { decideTime, dueAtOf } from '../campaigns/lifecycle-rules.ts';
import type { CampaignState } from '../campaigns/states.ts';
import { endedEvent, startedEvent } from './events.ts';
import { updateActivityRow, type WholeActivity } from './repository.ts';
import type { ActivityRow } from './tables.ts';

/** Moves a locked activity to another state, with what else changes of it. */
export const moveActivity = async (
  tx: Tx,
  ctx: Ctx,
  { row, rule }: WholeActivity,
  state: CampaignState,
  changes: Partial<ActivityRow> = {},
): Promise<WholeActivity> => {
  const { startsAt, endsAt } = { ...row, ...changes };
  const dueAt = dueAtOf(state, startsAt, endsAt);
  return { row: await updateActivityRow(tx, row, { ...changes, state, dueAt, updatedAt: ctx.now }), rule };
};

/** Brings a locked activity to where its time says it is. Whoever changes one does this first. */
export async function followTime(tx: Tx, ctx: Ctx, whole: WholeActivity): Promise<WholeActivity> {
  const decision = decideTime(whole.row, ctx.now);
  if (decision?.kind !== 'moved') return whole;
  const moved = await moveActivity(tx, ctx, whole, decision.to, decision.changes);
  const event = decision.told === 'started' ? startedEvent : endedEvent;
  await appendEvents(tx, ctx, [event(ctx, moved.row, moved.rule)]);
  // What began while nobody looked may be over as well.
  return followTime(tx, ctx, moved);
}
