import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { duesOf } from './change-rules.ts';
import { endedEvent, startedEvent } from './events.ts';
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
  const started = await startInTime(tx, ctx, whole);
  return endInTime(tx, ctx, started);
}

async function startInTime(tx: Tx, ctx: Ctx, whole: WholeCampaign): Promise<WholeCampaign> {
  const { state, startsAt } = whole.row;
  if (state !== 'scheduled' || startsAt === null || startsAt > ctx.now) return whole;
  const started = await moveCampaign(tx, ctx, whole, 'running', { startedAt: startsAt });
  await changeCampaigns(tx, ctx.shop.id);
  await appendEvents(tx, ctx, [startedEvent(ctx, started.row, started.rule)]);
  return started;
}

async function endInTime(tx: Tx, ctx: Ctx, whole: WholeCampaign): Promise<WholeCampaign> {
  const { state, endsAt } = whole.row;
  if (state === 'draft' || state === 'ended' || endsAt === null || endsAt > ctx.now) return whole;
  const ended = await moveCampaign(tx, ctx, whole, 'ended', { endedAt: endsAt });
  await changeCampaigns(tx, ctx.shop.id);
  await appendEvents(tx, ctx, [endedEvent(ctx, ended.row, ended.rule)]);
  return ended;
}
