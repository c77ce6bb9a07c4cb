import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { duesOf } from './change-rules.ts';
import { endedEvent, startedEvent } from './events.ts';
import { decideTime } from './lifecycle-rules.ts';
import { changeCampaigns } from './load.ts';
import { updateCampaignRow, type WholeCampaign } from './repository.ts';
import type { CampaignState } from './states.ts';
import type { CampaignRow } from './tables.ts';

/** Moves a locked campaign to another state, with what else changes of it. */
export const moveCampaign = async (
  tx: Tx,
  ctx: Ctx,
  { row, rule }: WholeCampaign,
  state: CampaignState,
  changes: Partial<CampaignRow> = {},
): Promise<WholeCampaign> => {
  const { startsAt, endsAt } = { ...row, ...changes };
  const dues = duesOf(state, startsAt, endsAt);
  return { row: await updateCampaignRow(tx, row, { ...changes, state, ...dues, updatedAt: ctx.now }), rule };
};

/**
 * Brings a locked campaign to where its time says it is: prices go by the time, and the row follows. Whoever changes a campaign does this
 * first, so that nothing depends on whether the sweep has been there.
 */
export async function followTime(tx: Tx, ctx: Ctx, whole: WholeCampaign): Promise<WholeCampaign> {
  const decision = decideTime(whole.row, ctx.now);
  if (decision?.kind !== 'moved') return whole;
  const moved = await moveCampaign(tx, ctx, whole, decision.to, decision.changes);
  await changeCampaigns(tx, ctx.shop.id);
  const event = decision.told === 'started' ? startedEvent : endedEvent;
  await appendEvents(tx, ctx, [event(ctx, moved.row, moved.rule)]);
  // What began while nobody looked may be over as well.
  return followTime(tx, ctx, moved);
}
