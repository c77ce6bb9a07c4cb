import { and, asc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { onConflict } from '../../platform/db/constraints.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import type { CampaignState } from '../campaigns/states.ts';
import { activityErrors } from './errors.ts';
import type { ActivityRule } from './rule-schemas.ts';
import { activities, type ActivityRow, type ActivityVersion, activityVersions } from './tables.ts';

/** An activity with what it says. */
export interface WholeActivity {
  readonly row: ActivityRow;
  readonly rule: ActivityRule;
}

const p = sql.placeholder;
const inForce = and(
  eq(activityVersions.shopId, activities.shopId),
  eq(activityVersions.activityId, activities.id),
  eq(activityVersions.number, activities.ruleVersion),
);
const columns = { row: activities, rule: activityVersions.rule };
// By the primary keys.
const selectOne = prepared('select_activity', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.id, p('id')))),
);
// Of the activity only: what it said before is never written again.
const lockOne = prepared('lock_activity', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.id, p('id'))))
    .for('no key update', { of: activities }),
);
// Who joins holds it: it does not end, and says nothing else, until they have.
const holdOne = prepared('hold_activity', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.id, p('id'))))
    .for('share', { of: activities }),
);
// By activities_external_id_key.
const selectByExternalId = prepared('select_activity_by_external_id', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.externalId, p('externalId')))),
);
// Along activities_programme_idx.
const lockAllOfProgramme = prepared('lock_activities_of_programme', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.programmeId, p('programmeId'))))
    .orderBy(asc(activities.id))
    .for('no key update', { of: activities }),
);

const found = ([one]: readonly WholeActivity[]): WholeActivity => {
  if (!one) throw platformErrors.not_found();
  return one;
};

/** An activity, or `not_found`. */
export const getActivity = async (on: Reader, shopId: string, id: string): Promise<WholeActivity> =>
  found(await selectOne(on, { shopId, id }));

/** The same, locked: after its programme, before those who take part. */
export const lockActivity = async (tx: Tx, shopId: string, id: string): Promise<WholeActivity> =>
  found(await lockOne(tx, { shopId, id }));

/** The same, held: it is not changed until the caller commits, and others can hold it as well. */
export const holdActivity = async (tx: Tx, shopId: string, id: string): Promise<WholeActivity> =>
  found(await holdOne(tx, { shopId, id }));

/** An activity by the shop's own id, or `not_found`. */
export const getByExternalId = async (
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<WholeActivity> => found(await selectByExternalId(on, { shopId, externalId }));

/** All activities of a programme, locked in the order of their ids. */
export const lockOfProgramme = (tx: Tx, shopId: string, programmeId: string): Promise<WholeActivity[]> =>
  lockAllOfProgramme(tx, { shopId, programmeId });

// Along activities_programme_idx.
const selectOfProgramme = prepared('list_activities_of_programme', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(and(eq(activities.shopId, p('shopId')), eq(activities.programmeId, p('programmeId'))))
    .orderBy(asc(activities.id)),
);

/** All activities of a programme, of any state, in the order of their ids. */
export const listOfProgramme = (on: Reader, shopId: string, programmeId: string): Promise<WholeActivity[]> =>
  selectOfProgramme(on, { shopId, programmeId });

const selectCount = preparedSql<{ count: number }>(
  'count_activities_of_programme',
  'select count(*)::int as count from activities where shop_id = $1 and programme_id = $2',
);

export const countOfProgramme = async (on: Reader, shopId: string, programmeId: string): Promise<number> =>
  (await selectCount(on, [shopId, programmeId]))[0]?.count ?? 0;

const onTaken = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'activities_external_id_key', () =>
    activityErrors.activity_external_id_taken(undefined, { pointer: '/externalId' }),
  );

export const insertActivity = async (tx: Tx, row: ActivityRow): Promise<void> =>
  void (await onTaken(tx.insert(activities).values(row).execute()));

export const insertActivityVersion = async (tx: Tx, row: ActivityVersion): Promise<void> =>
  void (await tx.insert(activityVersions).values(row));

/** What a draft says; a version that was in force is never written again. */
export const rewriteVersion = async (
  tx: Tx,
  { shopId, activityId, number, ...said }: ActivityVersion,
): Promise<void> =>
  void (await tx
    .update(activityVersions)
    .set(said)
    .where(
      and(
        eq(activityVersions.shopId, shopId),
        eq(activityVersions.activityId, activityId),
        eq(activityVersions.number, number),
      ),
    ));

/** Changes a locked activity, one version further; where it stands is part of the statement. */
export async function updateActivityRow(
  tx: Tx,
  current: ActivityRow,
  changes: Partial<ActivityRow>,
): Promise<ActivityRow> {
  const [row] = await onTaken(
    tx
      .update(activities)
      .set({ ...changes, version: current.version + 1 })
      .where(
        and(
          eq(activities.shopId, current.shopId),
          eq(activities.id, current.id),
          eq(activities.state, current.state),
          eq(activities.version, current.version),
        ),
      )
      .returning(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By activities_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_activities',
  'select id from activities where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** Activities that start or end by themselves now, those first whose time was first. */
export const listDueActivities = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await selectDue(on, [shopId, now, limit])).map(({ id }) => id);

const selectNaming = preparedSql<{ id: string }>(
  'list_activities_naming_segment',
  // Along activities_state_idx. Of those that have ended nothing is asked any more.
  `select a.id from activities a join activity_versions v
     on v.shop_id = a.shop_id and v.activity_id = a.id and v.number = a.rule_version
   where a.shop_id = $1 and a.state in ('draft', 'scheduled', 'running', 'paused')
     and (v.rule -> 'segmentIds' ? $2 or v.rule -> 'excludedSegmentIds' ? $2) order by a.id`,
);

/** Activities that are not over and go by a segment. */
export const listNaming = async (on: Reader, shopId: string, segmentId: string): Promise<string[]> =>
  (await selectNaming(on, [shopId, segmentId])).map(({ id }) => id);

const keyset = createKeyset({
  name: 'activities',
  table: activities,
  filters: {
    state: (value) => sql`${activities.state} = ${value}`,
    type: (value) => sql`${activities.type} = ${value}`,
    programmeId: (value) => sql`${activities.programmeId} = ${value}`,
    externalId: (value) => sql`${activities.externalId} = ${value}`,
    updatedSince: (value) => sql`${activities.updatedAt} >= ${value}::timestamptz`,
  },
  sorts: {
    // By activities_created_at_idx, activities_state_idx and activities_programme_idx.
    '-createdAt': { columns: [activities.createdAt, activities.id], direction: 'desc' },
    // By activities_updated_at_idx.
    updatedAt: { columns: [activities.updatedAt, activities.id], direction: 'asc' },
  },
});

export interface ActivityQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: CampaignState;
  readonly type?: string;
  readonly programmeId?: string;
  readonly externalId?: string;
  readonly updatedSince?: string;
}

/** Activities with what they say: newest first, or since a moment in the order of their changes. */
export async function listActivityRows(
  on: Reader,
  shopId: string,
  query: ActivityQuery,
): Promise<Page<WholeActivity>> {
  const { state, type, programmeId, externalId, updatedSince } = query;
  const { rows, nextCursor } = await keyset(on, {
    shopId,
    page: query,
    sort: updatedSince === undefined ? '-createdAt' : 'updatedAt',
    filters: { state, type, programmeId, externalId, updatedSince },
  });
  return { rows: await withRules(on, shopId, rows), nextCursor };
}

// By the primary key.
const selectRules = preparedSql<{ activity_id: string; rule: ActivityRule }>(
  'list_activity_rules',
  `select v.activity_id, v.rule from unnest($2::uuid[], $3::int[]) as w (id, number) join activity_versions v
     on v.shop_id = $1 and v.activity_id = w.id and v.number = w.number`,
);

/** Rows with what they say, in their order. */
async function withRules(on: Reader, shopId: string, rows: readonly ActivityRow[]): Promise<WholeActivity[]> {
  if (rows.length === 0) return [];
  const said = await selectRules(on, [shopId, rows.map(({ id }) => id), rows.map((row) => row.ruleVersion)]);
  const rules = new Map(said.map(({ activity_id, rule }) => [activity_id, rule]));
  return rows.flatMap((row) => {
    const rule = rules.get(row.id);
    return rule ? [{ row, rule }] : [];
  });
}

// Along activities_state_idx and activities_ended_at_idx.
const selectRunning = prepared('list_activities_at', (db) =>
  db
    .select(columns)
    .from(activities)
    .innerJoin(activityVersions, inForce)
    .where(
      sql`${activities.shopId} = ${p('shopId')} and coalesce(${activities.startedAt}, ${activities.startsAt}) <= ${p('at')}::timestamptz
        and (${activities.state} in ('scheduled', 'running')
          or (${activities.state} = 'ended' and ${activities.endedAt} > ${p('at')}::timestamptz and ${activities.startedAt} is not null))
        and (${activities.endsAt} is null or ${activities.endsAt} > ${p('at')}::timestamptz)`,
    )
    .orderBy(asc(activities.id)),
);

/** The activities that ran at a moment, in the order of their ids. What is paused now takes nothing. */
export const listActivitiesAt = (on: Reader, shopId: string, at: Date): Promise<WholeActivity[]> =>
  selectRunning(on, { shopId, at: at.toISOString() });

const versionKeyset = createKeyset({
  name: 'activity-versions',
  table: activityVersions,
  filters: { activityId: (value) => sql`${activityVersions.activityId} = ${value}` },
  // The primary key, of one activity.
  sorts: { '-number': { columns: [activityVersions.number], direction: 'desc' } },
});

/** Everything that an activity said, newest first. */
export const listVersionRows = (
  on: Reader,
  shopId: string,
  activityId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<ActivityVersion>> =>
  versionKeyset(on, { shopId, page, sort: '-number', filters: { activityId } });
