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
import { decideStep, type StepRefusal, type Told, type Verb } from './lifecycle-rules.ts';
import { changeCampaigns } from './load.ts';
import { requireOpenProgramme } from './programmes/join.ts';
import { lockCampaign, type WholeCampaign } from './repository.ts';
import { sayAnew } from './versions.ts';

interface Stepped {
  readonly whole: WholeCampaign;
  /** What it is told as; nothing when the campaign was there already. */
  readonly event?: NewEvent;
}

/** Building block: takes a step with a locked campaign, where it is possible. Refusals: as those of its use case below. */
export async function stepCampaign(
  tx: Tx,
  ctx: Ctx,
  current: WholeCampaign,
  verb: Verb,
  endReason?: string,
): Promise<Stepped> {
  const decision = decideStep(verb, current.row, ctx.now);
  if (decision.kind === 'nothing') return { whole: current };
  if (decision.kind === 'refused') throw refusalOf(decision.code, current);
  if (verb === 'schedule' || verb === 'start') await requireNamed(tx, ctx, current.rule);
  const { rule, ...said } = await saidThen(tx, ctx, current, verb, decision.startsAt);
  const whole = await moveCampaign(tx, ctx, { row: current.row, rule }, decision.to, {
    ...said,
    ...decision.changes,
    ...(endReason !== undefined && { endReason }),
  });
  return { whole, event: eventOf(ctx, decision.told, whole) };
}

function refusalOf(code: StepRefusal, { row }: WholeCampaign) {
  if (code === 'state_not_possible')
    return campaignErrors.campaign_state_not_possible(`The campaign is ${row.state}.`);
  if (code === 'end_passed')
    return campaignErrors.campaign_end_passed(undefined, { extra: { campaignId: row.id } });
  return campaignErrors[`campaign_${code}`]();
}

/**
 * What it says after a step. Prices go by the times that a campaign says, so one that is started early says so; what was scheduled stays to
 * be read when the schedule is taken back, and the draft is its next version.
 */
async function saidThen(tx: Tx, ctx: Ctx, current: WholeCampaign, verb: Verb, startsAt: Date | undefined) {
  if (startsAt === undefined && verb !== 'unschedule') return { rule: current.rule };
  const rule = startsAt ? { ...current.rule, startsAt: startsAt.toISOString() } : current.rule;
  return { rule, ruleVersion: await sayAnew(tx, ctx, current, rule), ...(startsAt && { startsAt }) };
}

function eventOf(ctx: Ctx, told: Told, { row, rule }: WholeCampaign): NewEvent {
  if (told === 'started') return startedEvent(ctx, row, rule);
  if (told === 'ended') return endedEvent(ctx, row, rule);
  return campaignEvent(ctx, campaignEvents[told], row, rule);
}

const take = (ctx: Ctx, id: string, verb: Verb, reason?: string): Promise<WholeCampaign> =>
  inTransaction(ctx, async (tx) => {
    const locked = await lockCampaign(tx, ctx.shop.id, id);
    checkVersion(ctx, locked.row);
    const current = await followTime(tx, ctx, locked);
    const { programmeId, state } = current.row;
    const isBegin = verb === 'schedule' || verb === 'start';
    if (isBegin && programmeId !== null && state === 'draft')
      await requireOpenProgramme(tx, ctx, programmeId);
    const { whole, event } = await stepCampaign(tx, ctx, current, verb, reason);
    if (!event) return whole;
    await changeCampaigns(tx, ctx.shop.id);
    await appendEvents(tx, ctx, [event]);
    const { ruleVersion } = whole.row;
    await recordAudit(tx, ctx, {
      action: `campaign.${verb}`,
      subjectType: 'campaign',
      subjectId: id,
      details: { ruleVersion, ...(reason !== undefined && { reason }) },
    });
    return whole;
  });

/**
 * Lets a campaign start by itself at its time. Refusals: not_found, version_mismatch, campaign_ended, campaign_state_not_possible,
 * campaign_end_passed, campaign_start_not_ahead, campaign_product_not_found, segment_not_found, segment_archived, programme_ended.
 */
export const scheduleCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'schedule');
/** Makes it a draft again. Refusals: not_found, version_mismatch, campaign_ended, campaign_has_begun, campaign_state_not_possible. */
export const unscheduleCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'unschedule');
/** Starts it now. Refusals: as scheduleCampaign, without campaign_start_not_ahead. */
export const startCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'start');
/** It does nothing for now. Refusals: not_found, version_mismatch, campaign_ended, campaign_state_not_possible. */
export const pauseCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'pause');
/** It goes on, or waits for its time again. Refusals: as pauseCampaign. */
export const resumeCampaign = (ctx: Ctx, id: string) => take(ctx, id, 'resume');
/** It ends before its time, and says why. Orders keep what it gave them. Refusals: not_found, version_mismatch. */
export const endCampaign = (ctx: Ctx, id: string, reason: string) => take(ctx, id, 'end', reason);
