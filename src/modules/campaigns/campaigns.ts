import type { Ctx } from '../../platform/context.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { requireNamed, refuseFaults } from './checks.ts';
import { campaignEvent, campaignEvents } from './events.ts';
import type { MechanicParameters } from './mechanics.ts';
import { datesOf, joinProgramme } from './programmes/join.ts';
import {
  type CampaignQuery,
  getByExternalId,
  getCampaign,
  insertCampaign,
  insertCampaignVersion,
  listCampaignRows,
  listVersionRows,
  type WholeCampaign,
} from './repository.ts';
import { type RuleInput, timesOf, wholeRule } from './rule-input.ts';
import type { CampaignPlan, CampaignVersion } from './tables.ts';
import { versionOf } from './versions.ts';

export interface CampaignInput {
  readonly name: string;
  readonly externalId?: string | null;
  readonly programmeId?: string | null;
  readonly preset?: string | null;
  readonly plan?: CampaignPlan;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly rule: RuleInput & { readonly mechanic: MechanicParameters };
}

/**
 * Makes a campaign, as a draft. In a programme it has the programme's times where it names none. Refusals: those of refuseFaults and
 * requireNamed, campaign_external_id_taken, programme_not_found, programme_ended, programme_full.
 */
export function createCampaign(ctx: Ctx, input: CampaignInput): Promise<WholeCampaign> {
  return inTransaction(ctx, async (tx) => {
    const programme = input.programmeId == null ? undefined : await joinProgramme(tx, ctx, input.programmeId);
    const made = newCampaign(ctx, input, wholeRule({ ...datesOf(programme), ...input.rule }));
    refuseFaults(made.rule);
    await requireNamed(tx, ctx, made.rule);
    await insertCampaign(tx, made.row);
    await insertCampaignVersion(tx, versionOf(ctx, made.row.id, 1, made.rule));
    await appendEvents(tx, ctx, [campaignEvent(ctx, campaignEvents.created, made.row, made.rule)]);
    return made;
  });
}

const newCampaign = (ctx: Ctx, input: CampaignInput, rule: WholeCampaign['rule']): WholeCampaign => ({
  rule,
  row: {
    shopId: ctx.shop.id,
    id: newId(),
    externalId: input.externalId ?? null,
    name: input.name,
    state: 'draft',
    programmeId: input.programmeId ?? null,
    preset: input.preset ?? null,
    ruleVersion: 1,
    ...timesOf(rule),
    plan: input.plan ?? {},
    startedAt: null,
    endedAt: null,
    endReason: null,
    dueAt: null,
    noticeDueAt: null,
    metadata: { ...input.metadata },
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  },
});

/** What a copy is called and when it is; the rest is that of the campaign. */
export interface CopyInput {
  readonly name: string;
  readonly externalId?: string | null;
  readonly startsAt?: string | null;
  readonly endsAt?: string | null;
}

/**
 * Makes a draft that says what another campaign says now, at other times: next year's. It is in no programme. Refusals: not_found, those of
 * refuseFaults and requireNamed, campaign_external_id_taken.
 */
export async function copyCampaign(ctx: Ctx, id: string, input: CopyInput): Promise<WholeCampaign> {
  const { row, rule } = await getCampaign(ctx.db, ctx.shop.id, id);
  const { name, externalId = null, startsAt = null, endsAt = null } = input;
  const { preset, plan, metadata } = row;
  return createCampaign(ctx, {
    name,
    externalId,
    preset,
    plan,
    metadata,
    rule: { ...rule, startsAt, endsAt },
  });
}

/** A campaign with what it says. Refusal: not_found. */
export const readCampaign = ({ db, shop }: Ctx, id: string): Promise<WholeCampaign> =>
  getCampaign(db, shop.id, id);

/** A campaign by the shop's own id. Refusal: not_found. */
export const readCampaignByExternalId = ({ db, shop }: Ctx, externalId: string): Promise<WholeCampaign> =>
  getByExternalId(db, shop.id, externalId);

/** Campaigns, newest first, or since a moment in the order of their changes. */
export const listCampaigns = ({ db, shop }: Ctx, query: CampaignQuery): Promise<Page<WholeCampaign>> =>
  listCampaignRows(db, shop.id, query);

/** Everything that a campaign said, newest first. Refusal: not_found. */
export async function listCampaignVersions(
  { db, shop }: Ctx,
  id: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CampaignVersion>> {
  await getCampaign(db, shop.id, id);
  return listVersionRows(db, shop.id, id, page);
}
