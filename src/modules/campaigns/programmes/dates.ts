import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { duesOf } from '../change-rules.ts';
import { refuseFaults } from '../checks.ts';
import { campaignEvent, campaignEvents } from '../events.ts';
import { followTime } from '../follow-time.ts';
import { changeCampaigns } from '../load.ts';
import { lockOfProgramme, updateCampaignRow, type WholeCampaign } from '../repository.ts';
import { timesOf } from '../rule-input.ts';
import type { CampaignRule } from '../rule-schemas.ts';
import type { Programme } from '../tables.ts';
import { sayAnew } from '../versions.ts';
import { datesOf } from './join.ts';

/** The campaigns of a locked programme that have not begun and were when it was are when it is now. */
export async function moveDates(tx: Tx, ctx: Ctx, before: Programme, after: Programme): Promise<void> {
  const [from, to] = [datesOf(before), datesOf(after)];
  for (const locked of await lockOfProgramme(tx, ctx.shop.id, after.id)) {
    const current = await followTime(tx, ctx, locked);
    if (current.row.startedAt !== null || current.row.state === 'ended') continue;
    const rule: CampaignRule = {
      ...current.rule,
      ...(current.rule.startsAt === from.startsAt && { startsAt: to.startsAt }),
      ...(current.rule.endsAt === from.endsAt && { endsAt: to.endsAt }),
    };
    if (rule.startsAt !== current.rule.startsAt || rule.endsAt !== current.rule.endsAt)
      await writeDates(tx, ctx, current, rule);
  }
}

async function writeDates(tx: Tx, ctx: Ctx, current: WholeCampaign, rule: CampaignRule): Promise<void> {
  refuseFaults(rule);
  const ruleVersion = await sayAnew(tx, ctx, current, rule);
  const times = timesOf(rule);
  const dues = duesOf(current.row.state, times.startsAt, times.endsAt);
  const row = await updateCampaignRow(tx, current.row, {
    ...times,
    ruleVersion,
    ...dues,
    updatedAt: ctx.now,
  });
  if (row.state !== 'draft') await changeCampaigns(tx, ctx.shop.id);
  await appendEvents(tx, ctx, [campaignEvent(ctx, campaignEvents.updated, row, rule)]);
}
