import { recordAudit } from '../../../platform/audit/audit.ts';
import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { inTransaction } from '../../../platform/db/transaction.ts';
import { appendEvents } from '../../../platform/events/outbox.ts';
import { checkVersion } from '../../../platform/versions.ts';
import { campaignErrors } from '../errors.ts';
import { programmeEndedEvent, programmeEvent, programmeEvents } from '../events.ts';
import { followTime } from '../follow-time.ts';
import { changeCampaigns } from '../load.ts';
import { lockOfProgramme, type WholeCampaign } from '../repository.ts';
import { stepCampaign } from '../steps.ts';
import type { Programme } from '../tables.ts';
import { programmeParts } from './ports.ts';
import { lockProgramme, updateProgrammeRow } from './repository.ts';

/**
 * Starts a programme: each of its drafts starts now, or is scheduled when its start lies ahead. Done again, it changes nothing. Refusals:
 * not_found, version_mismatch, programme_ended, programme_end_passed, and those of scheduleCampaign for one of its campaigns.
 */
export const startProgramme = (ctx: Ctx, id: string): Promise<Programme> =>
  inTransaction(ctx, async (tx) => {
    const current = await lockProgramme(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    if (current.state === 'running') return current;
    if (current.state === 'ended') throw campaignErrors.programme_ended();
    if (current.endsAt !== null && current.endsAt <= ctx.now) throw campaignErrors.programme_end_passed();
    const begun = await updateProgrammeRow(tx, current, {
      state: 'running',
      startedAt: ctx.now,
      dueAt: current.endsAt,
      updatedAt: ctx.now,
    });
    await beginCampaigns(tx, ctx, id);
    for (const part of programmeParts.get()) await part.begin(tx, ctx, id);
    await appendEvents(tx, ctx, [programmeEvent(ctx, programmeEvents.started, begun)]);
    await audit(tx, ctx, begun, 'start');
    return begun;
  });

async function beginCampaigns(tx: Tx, ctx: Ctx, programmeId: string): Promise<void> {
  for (const whole of await lockOfProgramme(tx, ctx.shop.id, programmeId)) {
    const { state, startsAt } = whole.row;
    if (state !== 'draft') continue;
    const isAhead = startsAt !== null && startsAt > ctx.now;
    const { event } = await stepCampaign(tx, ctx, whole, isAhead ? 'schedule' : 'start');
    if (event) await appendEvents(tx, ctx, [event]);
  }
  await changeCampaigns(tx, ctx.shop.id);
}

/**
 * Ends a programme before its time. Campaigns that have begun go on to their own ends; the others end with it. Done again, it changes
 * nothing. Refusals: not_found, version_mismatch.
 */
export const endProgramme = (ctx: Ctx, id: string, reason: string): Promise<Programme> =>
  inTransaction(ctx, async (tx) => {
    const current = await lockProgramme(tx, ctx.shop.id, id);
    checkVersion(ctx, current);
    return current.state === 'ended' ? current : endLocked(tx, ctx, current, ctx.now, reason);
  });

/** Ends a locked programme, at a time. A programme whose time is over has no reason. */
export async function endLocked(
  tx: Tx,
  ctx: Ctx,
  current: Programme,
  endedAt: Date,
  reason: string | null,
): Promise<Programme> {
  const ended = await updateProgrammeRow(tx, current, {
    state: 'ended',
    endedAt,
    endReason: reason,
    dueAt: null,
    updatedAt: ctx.now,
  });
  const why = reason ?? 'Its programme is over.';
  for (const locked of await lockOfProgramme(tx, ctx.shop.id, current.id))
    await endUnbegun(tx, ctx, await followTime(tx, ctx, locked), why);
  for (const part of programmeParts.get()) await part.endUnbegun(tx, ctx, current.id, why);
  await changeCampaigns(tx, ctx.shop.id);
  await appendEvents(tx, ctx, [programmeEndedEvent(ctx, ended)]);
  await audit(tx, ctx, ended, 'end');
  return ended;
}

async function endUnbegun(tx: Tx, ctx: Ctx, current: WholeCampaign, reason: string): Promise<void> {
  if (current.row.startedAt !== null) return;
  const { event } = await stepCampaign(tx, ctx, current, 'end', reason);
  if (event) await appendEvents(tx, ctx, [event]);
}

const audit = (tx: Tx, ctx: Ctx, { id, endReason }: Programme, step: string): Promise<void> =>
  recordAudit(tx, ctx, {
    action: `programme.${step}`,
    subjectType: 'programme',
    subjectId: id,
    details: { reason: endReason },
  });
