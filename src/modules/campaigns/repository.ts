import { and, asc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { campaignErrors } from './errors.ts';
import type { CampaignState } from './states.ts';
import { type CampaignRow, campaigns, type CampaignVersion, campaignVersions } from './tables.ts';
import type { CampaignRule } from './rule-schemas.ts';

/** A campaign with what it says. */
export interface WholeCampaign {
  readonly row: CampaignRow;
  readonly rule: CampaignRule;
}

const p = sql.placeholder;
const inForce = and(
  eq(campaignVersions.shopId, campaigns.shopId),
  eq(campaignVersions.campaignId, campaigns.id),
  eq(campaignVersions.number, campaigns.ruleVersion),
);
const columns = { row: campaigns, rule: campaignVersions.rule };
// By the primary keys.
const selectOne = prepared('select_campaign', (db) =>
  db
    .select(columns)
    .from(campaigns)
    .innerJoin(campaignVersions, inForce)
    .where(and(eq(campaigns.shopId, p('shopId')), eq(campaigns.id, p('id')))),
);
// Of the campaign only: what it said before is never written again.
const lockOne = prepared('lock_campaign', (db) =>
  db
    .select(columns)
    .from(campaigns)
    .innerJoin(campaignVersions, inForce)
    .where(and(eq(campaigns.shopId, p('shopId')), eq(campaigns.id, p('id'))))
    .for('no key update', { of: campaigns }),
);
// By campaigns_external_id_key.
const selectByExternalId = prepared('select_campaign_by_external_id', (db) =>
  db
    .select(columns)
    .from(campaigns)
    .innerJoin(campaignVersions, inForce)
    .where(and(eq(campaigns.shopId, p('shopId')), eq(campaigns.externalId, p('externalId')))),
);
// Along campaigns_programme_idx.
const lockAllOfProgramme = prepared('lock_campaigns_of_programme', (db) =>
  db
    .select(columns)
    .from(campaigns)
    .innerJoin(campaignVersions, inForce)
    .where(and(eq(campaigns.shopId, p('shopId')), eq(campaigns.programmeId, p('programmeId'))))
    .orderBy(asc(campaigns.id))
    .for('no key update', { of: campaigns }),
);

/** A campaign, or `not_found`. */
export async function getCampaign(on: Reader, shopId: string, id: string): Promise<WholeCampaign> {
  const [found] = await selectOne(on, { shopId, id });
  if (!found) throw platformErrors.not_found();
  return found;
}

/** The same, locked: before the shop's campaigns together, and of several in the order of their ids. */
export async function lockCampaign(tx: Tx, shopId: string, id: string): Promise<WholeCampaign> {
  const [found] = await lockOne(tx, { shopId, id });
  if (!found) throw platformErrors.not_found();
  return found;
}

/** A campaign by the shop's own id, or `not_found`. */
export async function getByExternalId(
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<WholeCampaign> {
  const [found] = await selectByExternalId(on, { shopId, externalId });
  if (!found) throw platformErrors.not_found();
  return found;
}

/** All campaigns of a programme, locked in the order of their ids. */
export const lockOfProgramme = (tx: Tx, shopId: string, programmeId: string): Promise<WholeCampaign[]> =>
  lockAllOfProgramme(tx, { shopId, programmeId });

const onTaken = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'campaigns_external_id_key', () =>
    campaignErrors.campaign_external_id_taken(undefined, { pointer: '/externalId' }),
  );

export const insertCampaign = async (tx: Tx, row: CampaignRow): Promise<void> =>
  void (await onTaken(tx.insert(campaigns).values(row).execute()));

export const insertCampaignVersion = async (tx: Tx, row: CampaignVersion): Promise<void> =>
  void (await tx.insert(campaignVersions).values(row));

/** What a draft says; a version that was in force is never written again. */
export const rewriteVersion = async (
  tx: Tx,
  { shopId, campaignId, number, ...said }: CampaignVersion,
): Promise<void> =>
  void (await tx
    .update(campaignVersions)
    .set(said)
    .where(
      and(
        eq(campaignVersions.shopId, shopId),
        eq(campaignVersions.campaignId, campaignId),
        eq(campaignVersions.number, number),
      ),
    ));

/** Changes a locked campaign, one version further; where it stands is part of the statement. */
export async function updateCampaignRow(
  tx: Tx,
  current: CampaignRow,
  changes: Partial<CampaignRow>,
): Promise<CampaignRow> {
  const [row] = await onTaken(
    tx
      .update(campaigns)
      .set({ ...changes, version: current.version + 1 })
      .where(
        and(
          eq(campaigns.shopId, current.shopId),
          eq(campaigns.id, current.id),
          eq(campaigns.state, current.state),
          eq(campaigns.version, current.version),
        ),
      )
      .returning(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By campaigns_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_campaigns',
  'select id from campaigns where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** Campaigns that start or end by themselves now, those first whose time was first. */
export const listDueCampaigns = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await selectDue(on, [shopId, now, limit])).map(({ id }) => id);

const selectNaming = preparedSql<{ id: string }>(
  'list_campaigns_naming_segment',
  // Along campaigns_state_idx. Of those that have ended nothing is asked any more.
  `select c.id from campaigns c join campaign_versions v
     on v.shop_id = c.shop_id and v.campaign_id = c.id and v.number = c.rule_version
   where c.shop_id = $1 and c.state in ('draft', 'scheduled', 'running', 'paused')
     and (v.rule -> 'segmentIds' ? $2 or v.rule -> 'excludedSegmentIds' ? $2) order by c.id`,
);

/** Campaigns that are not over and go by a segment. */
export const listNaming = async (on: Reader, shopId: string, segmentId: string): Promise<string[]> =>
  (await selectNaming(on, [shopId, segmentId])).map(({ id }) => id);

const keyset = createKeyset({
  name: 'campaigns',
  table: campaigns,
  filters: {
    state: (value) => sql`${campaigns.state} = ${value}`,
    programmeId: (value) => sql`${campaigns.programmeId} = ${value}`,
    externalId: (value) => sql`${campaigns.externalId} = ${value}`,
    updatedSince: (value) => sql`${campaigns.updatedAt} >= ${value}::timestamptz`,
  },
  sorts: {
    // By campaigns_created_at_idx, campaigns_state_idx and campaigns_programme_idx.
    '-createdAt': { columns: [campaigns.createdAt, campaigns.id], direction: 'desc' },
    // By campaigns_updated_at_idx.
    updatedAt: { columns: [campaigns.updatedAt, campaigns.id], direction: 'asc' },
  },
});

export interface CampaignQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: CampaignState;
  readonly programmeId?: string;
  readonly externalId?: string;
  readonly updatedSince?: string;
}

/** Campaigns with what they say: newest first, or since a moment in the order of their changes. */
export async function listCampaignRows(
  on: Reader,
  shopId: string,
  query: CampaignQuery,
): Promise<Page<WholeCampaign>> {
  const { state, programmeId, externalId, updatedSince } = query;
  const { rows, nextCursor } = await keyset(on, {
    shopId,
    page: query,
    sort: updatedSince === undefined ? '-createdAt' : 'updatedAt',
    filters: { state, programmeId, externalId, updatedSince },
  });
  const rules = await rulesOf(on, shopId, rows);
  return {
    rows: rows.flatMap((row) => {
      const rule = rules.get(row.id);
      return rule ? [{ row, rule }] : [];
    }),
    nextCursor,
  };
}

// By the primary key.
const selectRules = preparedSql<{ campaign_id: string; rule: CampaignRule }>(
  'list_campaign_rules',
  `select v.campaign_id, v.rule from unnest($2::uuid[], $3::int[]) as w (id, number) join campaign_versions v
     on v.shop_id = $1 and v.campaign_id = w.id and v.number = w.number`,
);

async function rulesOf(on: Reader, shopId: string, rows: readonly CampaignRow[]) {
  if (rows.length === 0) return new Map<string, CampaignRule>();
  const found = await selectRules(on, [shopId, rows.map(({ id }) => id), rows.map((row) => row.ruleVersion)]);
  return new Map(found.map(({ campaign_id, rule }) => [campaign_id, rule]));
}

const versionKeyset = createKeyset({
  name: 'campaign-versions',
  table: campaignVersions,
  filters: { campaignId: (value) => sql`${campaignVersions.campaignId} = ${value}` },
  // The primary key, of one campaign.
  sorts: { '-number': { columns: [campaignVersions.number], direction: 'desc' } },
});

/** Everything that a campaign said, newest first. */
export const listVersionRows = (
  on: Reader,
  shopId: string,
  campaignId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<CampaignVersion>> =>
  versionKeyset(on, {
    shopId,
    page: { ...page, campaignId } as typeof page,
    sort: '-number',
    filters: { campaignId },
  });

/** How many campaigns a programme has. Along campaigns_programme_idx. */
export const countOfProgramme = async (on: Reader, shopId: string, programmeId: string): Promise<number> =>
  on.$count(campaigns, and(eq(campaigns.shopId, shopId), eq(campaigns.programmeId, programmeId)));

// Along campaigns_programme_idx.
const selectIdsOfProgramme = preparedSql<{ id: string }>(
  'list_campaign_ids_of_programme',
  'select id from campaigns where shop_id = $1 and programme_id = $2 order by created_at, id',
);
export const listIdsOfProgramme = async (
  on: Reader,
  shopId: string,
  programmeId: string,
): Promise<string[]> => (await selectIdsOfProgramme(on, [shopId, programmeId])).map(({ id }) => id);
