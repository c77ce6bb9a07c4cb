import { recordAudit } from '../../platform/audit/audit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { NewEvent } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { requireNamed } from './checks.ts';
import { campaignErrors } from './errors.ts';
import { campaignEvent, campaignEvents, endedEvent, startedEvent } from './events.ts';
import { followTime, moveCampaign } from './follow-time.ts';
import { changeCampaigns } from './load.ts';
import { requireOpenProgramme } from './programmes/join.ts';
import { lockCampaign, type WholeCampaign } from './repository.ts';
import type { CampaignState } from './states.ts';
import { sayAnew } from './versions.ts';

type Step = (tx: Tx, ctx: Ctx, current: WholeCampaign) => Promise<Stepped>;
interface Stepped {
  readonly whole: WholeCampaign;
  /** What it is told as; nothing when the campaign was there already. */
  readonly event?: NewEvent;
}

const take = (
  ctx: Ctx,
  id: string,
  name: string,
  step: Step,
  details: Record<string, unknown> = {},
): Promise<WholeCampaign> =>
  inTransaction(ctx, async (tx) => {
    const locked = await lockCampaign(tx, ctx.shop.id, id);
    checkVersion(ctx, locked.row);
    const { whole, event } = await step(tx, ctx, await followTime(tx, ctx, locked));
    if (!event) return whole;
    await changeCampaigns(tx, ctx.shop.id);
    await appendEvents(tx, ctx, [event]);
    const { ruleVersion } = whole.row;
    await recordAudit(tx, ctx, {
      action: `campaign.${name}`,
      subjectType: 'campaign',
      subjectId: id,
      details: { ruleVersion, ...details },
    });
    return whole;
  });

function refuseFrom({ row }: WholeCampaign, allowed: readonly CampaignState[]): void {
  if (allowed.includes(row.state)) return;
  if (row.state === 'ended') throw campaignErrors.campaign_ended();
  throw campaignErrors.campaign_state_not_possible(`The campaign is ${row.state}.`);
}

function refusePassed({ row }: WholeCampaign, ctx: Ctx): void {
  if (row.endsAt !== null && row.endsAt <= ctx.now)
    throw campaignErrors.campaign_end_passed(undefined, { extra: { campaignId: row.id } });
}

const told = (ctx: Ctx, kind: Parameters<typeof campaignEvent>[1], whole: WholeCampaign): Stepped => ({
  whole,
  event: campaignEvent(ctx, kind, whole.row, whole.rule),
});

/** Puts a draft where it starts by itself at its time. */
export const schedule: Step = async (tx, ctx, current) => {
  const { row } = current;
  if (row.state === 'scheduled') return { whole: current };
  refuseFrom(current, ['draft']);
  refusePassed(current, ctx);
  if (row.startsAt === null || row.startsAt <= ctx.now) throw campaignErrors.campaign_start_not_ahead();
  await requireNamed(tx, ctx, current.rule);
  return told(ctx, campaignEvents.scheduled, await moveCampaign(tx, ctx, current, 'scheduled'));
};

/** Makes a campaign run now, also before its time. */
export const start: Step = async (tx, ctx, current) => {
  if (current.row.state === 'running') return { whole: current };
  refuseFrom(current, ['draft', 'scheduled']);
  refusePassed(current, ctx);
  await requireNamed(tx, ctx, current.rule);
  const begun = await moveCampaign(tx, ctx, await startingNow(tx, ctx, current), 'running', {
    startedAt: ctx.now,
  });
  return { whole: begun, event: startedEvent(ctx, begun.row, begun.rule) };
};

// Prices go by the times that a campaign says, so one that is started early says so.
async function startingNow(tx: Tx, ctx: Ctx, current: WholeCampaign): Promise<WholeCampaign> {
  const { row } = current;
  if (row.startsAt === null || row.startsAt <= ctx.now) return current;
  const rule = { ...current.rule, startsAt: ctx.now.toISOString() };
  const ruleVersion = await sayAnew(tx, ctx, current, rule);
  return { row: await moveTo(tx, ctx, current, { ruleVersion, startsAt: ctx.now }), rule };
}

const moveTo = async (tx: Tx, ctx: Ctx, current: WholeCampaign, changes: Partial<WholeCampaign['row']>) =>
  (await moveCampaign(tx, ctx, current, current.row.state, changes)).row;

/** Takes back the schedule. What was scheduled stays to be read; the draft is its next version. */
const unschedule: Step = async (tx, ctx, current) => {
  if (current.row.state === 'draft') return { whole: current };
  if (current.row.startedAt !== null && current.row.state !== 'ended')
    throw campaignErrors.campaign_has_begun();
  refuseFrom(current, ['scheduled']);
  const ruleVersion = await sayAnew(tx, ctx, current, current.rule);
  return told(
    ctx,
    campaignEvents.unscheduled,
    await moveCampaign(tx, ctx, current, 'draft', { ruleVersion }),
  );
};

const pause: Step = async (tx, ctx, current) => {
  if (current.row.state === 'paused') return { whole: current };
  refuseFrom(current, ['scheduled', 'running']);
  return told(ctx, campaignEvents.paused, await moveCampaign(tx, ctx, current, 'paused'));
};

const resume: Step = async (tx, ctx, current) => {
  const { startsAt, startedAt, state } = current.row;
  if (state === 'running' || state === 'scheduled') return { whole: current };
  refuseFrom(current, ['paused']);
  if (startsAt !== null && startsAt > ctx.now)
    return told(ctx, campaignEvents.resumed, await moveCampaign(tx, ctx, current, 'scheduled'));
  const resumed = await moveCampaign(tx, ctx, current, 'running', { startedAt: startedAt ?? ctx.now });
  // One that was paused before it began begins now.
  return startedAt === null
    ? { whole: resumed, event: startedEvent(ctx, resumed.row, resumed.rule) }
    : told(ctx, campaignEvents.resumed, resumed);
};

/** Ends a campaign, for good. */
export const end =
  (reason: string): Step =>
  async (tx, ctx, current) => {
    if (current.row.state === 'ended') return { whole: current };
    const ended = await moveCampaign(tx, ctx, current, 'ended', { endedAt: ctx.now, endReason: reason });
    return { whole: ended, event: endedEvent(ctx, ended.row, ended.rule) };
  };

const inOpenProgramme =
  (step: Step): Step =>
  async (tx, ctx, current) => {
    if (current.row.programmeId !== null && current.row.state === 'draft')
      await requireOpenProgramme(tx, ctx, current.row.programmeId);
    return step(tx, ctx, current);
  };

/**
 * Lets a campaign start by itself at its time. Refusals: not_found, version_mismatch, campaign_ended, campaign_state_not_possible,
 * campaign_end_passed, campaign_start_not_ahead, campaign_product_not_found, segment_not_found, segment_archived, programme_ended.
 */
export const scheduleCampaign = (ctx: Ctx, id: string) =>
  take(ctx, id, 'schedule', inOpenProgramme(schedule));
/** Makes it a draft again. Refusals: not_found, version_mismatch, campaign_ended, campaign_has_begun, campaign_state_not_possible. */
export const unscheduleCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'unschedule', unschedule);
/** Starts it now. Refusals: as scheduleCampaign, without campaign_start_not_ahead. */
export const startCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'start', inOpenProgramme(start));
/** It does nothing for now. Refusals: not_found, version_mismatch, campaign_ended, campaign_state_not_possible. */
export const pauseCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'pause', pause);
/** It goes on, or waits for its time again. Refusals: as pauseCampaign. */
export const resumeCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'resume', resume);
/** It ends before its time, and says why. Orders keep what it gave them. Refusals: not_found, version_mismatch. */
export const endCampaign = (ctx: Ctx, id: string, reason: string) =>
  take(ctx, id, 'end', end(reason), { reason });
