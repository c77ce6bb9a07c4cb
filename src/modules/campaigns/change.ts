import { isDeepStrictEqual } from 'node:util';
import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Violation } from '../../platform/errors.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import { checkVersion } from '../../platform/versions.ts';
import { duesOf, findFrozenChanges } from './change-rules.ts';
import { refuseFaults, requireNamed } from './checks.ts';
import { campaignErrors } from './errors.ts';
import { campaignEvent, campaignEvents } from './events.ts';
import { followTime } from './follow-time.ts';
import { changeCampaigns } from './load.ts';
import { mergeMetadata } from './metadata.ts';
import { joinProgramme } from './programmes/join.ts';
import { lockCampaign, updateCampaignRow, type WholeCampaign } from './repository.ts';
import { changedRule, type RuleInput, timesOf } from './rule-input.ts';
import type { CampaignRule } from './rule-schemas.ts';
import type { CampaignPlan, CampaignRow } from './tables.ts';
import { sayAnew } from './versions.ts';

export interface CampaignChanges {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly programmeId?: string | null;
  readonly plan?: CampaignPlan;
  readonly metadata?: Readonly<Record<string, string | null>>;
  readonly rule: RuleInput;
}

/**
 * Changes a campaign. What a draft says is written anew; of any other it is a new version, which new prices go by. Once it has begun its
 * mechanic and its start stay, its end is not brought forward and its limits are only raised; once it has ended only its names change.
 * Refusals: not_found, version_mismatch, campaign_ended, campaign_mechanic_fixed, campaign_start_fixed, campaign_end_brought_forward,
 * campaign_limit_lowered, campaign_has_begun, campaign_too_much_metadata, those of createCampaign.
 */
export function updateCampaign(ctx: Ctx, id: string, changes: CampaignChanges): Promise<WholeCampaign> {
  return inTransaction(ctx, async (tx) => {
    const locked = await lockCampaign(tx, ctx.shop.id, id);
    checkVersion(ctx, locked.row);
    const current = await followTime(tx, ctx, locked);
    const rule = changedRule(current.rule, changes.rule);
    // What is said again is no other version.
    const isSame = isDeepStrictEqual(rule, current.rule);
    refuseChange(current, changes, rule);
    if (!isSame) {
      refuseFaults(rule);
      await requireNamed(tx, ctx, rule);
    }
    const changed = await write(tx, ctx, current, changes, isSame ? undefined : rule);
    await appendEvents(tx, ctx, [campaignEvent(ctx, campaignEvents.updated, changed.row, changed.rule)]);
    return changed;
  });
}

function refuseChange(
  { row, rule: before }: WholeCampaign,
  changes: CampaignChanges,
  after: CampaignRule,
): void {
  const { rule, plan, programmeId } = changes;
  const isMoved = programmeId !== undefined && programmeId !== row.programmeId;
  if (row.state === 'ended' && (Object.keys(rule).length > 0 || plan !== undefined || isMoved))
    throw campaignErrors.campaign_ended('Only its name, its externalId and its metadata can be changed.');
  if (row.startedAt === null) return;
  if (isMoved)
    throw campaignErrors.campaign_has_begun('A campaign that has begun stays in its programme.', {
      pointer: '/programmeId',
    });
  const [first, ...others] = findFrozenChanges(before, after);
  if (!first) return;
  const violations = [first, ...others].map((frozen): Violation => ({ in: 'body', ...frozen }));
  throw campaignErrors[first.code](undefined, { violations });
}

async function write(
  tx: Tx,
  ctx: Ctx,
  current: WholeCampaign,
  { name, externalId, programmeId, plan, metadata }: CampaignChanges,
  rule: CampaignRule | undefined,
): Promise<WholeCampaign> {
  const { row } = current;
  if (programmeId != null && programmeId !== row.programmeId) await joinProgramme(tx, ctx, programmeId);
  const fields: Partial<CampaignRow> = {
    ...(name !== undefined && { name }),
    ...(externalId !== undefined && { externalId }),
    ...(programmeId !== undefined && { programmeId }),
    ...(plan !== undefined && { plan }),
    metadata: mergeMetadata(row.metadata, metadata),
    ...(rule && (await ruleFieldsOf(tx, ctx, current, rule))),
    updatedAt: ctx.now,
  };
  const changed = await updateCampaignRow(tx, row, fields);
  // A draft is on no shelf; of any other the name is on it as well.
  if (row.state !== 'draft' && row.state !== 'ended') await changeCampaigns(tx, ctx.shop.id);
  return { row: changed, rule: rule ?? current.rule };
}

async function ruleFieldsOf(tx: Tx, ctx: Ctx, current: WholeCampaign, rule: CampaignRule) {
  const ruleVersion = await sayAnew(tx, ctx, current, rule);
  const times = timesOf(rule);
  return { ruleVersion, ...times, ...duesOf(current.row.state, times.startsAt, times.endsAt) };
}
