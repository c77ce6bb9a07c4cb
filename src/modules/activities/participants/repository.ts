import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import {
  activityCounters,
  type Participant,
  type ParticipantCount,
  participantCounts,
  participants,
} from '../tables.ts';

export const insertCounter = async (tx: Tx, shopId: string, activityId: string): Promise<void> =>
  void (await tx
    .insert(activityCounters)
    .values({ shopId, activityId, participants: 0, promisedAmount: 0n }));

/** A place for one more, with what they can get. */
export interface Place {
  readonly activityId: string;
  /** Minor units. */
  readonly promisedAmount: bigint;
  readonly participantsLimit: number | null;
  readonly budgetAmount: number | null;
}

const takeStatement = preparedSql<{ activity_id: string }>(
  'take_activity_place',
  `update activity_counters set participants = participants + 1, promised_amount = promised_amount + $3
   where shop_id = $1 and activity_id = $2 and ($4::int is null or participants < $4)
     and ($5::int8 is null or promised_amount + $3 <= $5) returning activity_id`,
);
const selectTaken = preparedSql<{ participants: number }>(
  'select_activity_places',
  'select participants from activity_counters where shop_id = $1 and activity_id = $2',
);

/** Takes a place, guarded where the counter stands; else what there is too little of. */
export async function takePlace(
  tx: Tx,
  shopId: string,
  { activityId, promisedAmount, participantsLimit, budgetAmount }: Place,
): Promise<'taken' | 'full' | 'budget_used_up'> {
  const values = [shopId, activityId, promisedAmount, participantsLimit, budgetAmount];
  if ((await takeStatement(tx, values)).length > 0) return 'taken';
  const [now] = await selectTaken(tx, [shopId, activityId]);
  return participantsLimit !== null && (now?.participants ?? 0) >= participantsLimit
    ? 'full'
    : 'budget_used_up';
}

const releaseStatement = preparedSql(
  'release_activity_place',
  `update activity_counters set participants = participants - 1, promised_amount = promised_amount - $3
   where shop_id = $1 and activity_id = $2`,
);

export const releasePlace = async (
  tx: Tx,
  shopId: string,
  { activityId, promisedAmount }: Pick<Place, 'activityId' | 'promisedAmount'>,
): Promise<void> => void (await releaseStatement(tx, [shopId, activityId, promisedAmount]));

const insertRows = rowInsert('insert_participants', participants);

export const insertParticipant = async (tx: Tx, row: Participant): Promise<void> =>
  void (await insertRows(tx, [row]));

const forgetStatement = preparedSql(
  'forget_identifiers_of_participant',
  'delete from participant_identifiers where shop_id = $1 and participant_id = $2',
);
const deleteStatement = preparedSql(
  'delete_participant',
  'delete from participants where shop_id = $1 and id = $2',
);

/** Takes out somebody for whom nothing hangs on their place. */
export async function deleteParticipant(tx: Tx, shopId: string, id: string): Promise<void> {
  await forgetStatement(tx, [shopId, id]);
  await deleteStatement(tx, [shopId, id]);
}

const p = sql.placeholder;
// By participants_customer_key.
const ofCustomer = and(
  eq(participants.shopId, p('shopId')),
  eq(participants.activityId, p('activityId')),
  eq(participants.customerId, p('customerId')),
  sql`${participants.absorbedAt} is null`,
);
const selectOfCustomer = prepared('select_participant_of_customer', (db) =>
  db.select().from(participants).where(ofCustomer),
);
const lockOfCustomer = prepared('lock_participant_of_customer', (db) =>
  db.select().from(participants).where(ofCustomer).for('no key update'),
);
const withId = and(eq(participants.shopId, p('shopId')), eq(participants.id, p('id')));
const selectOne = prepared('select_participant', (db) => db.select().from(participants).where(withId));
const lockOne = prepared('lock_participant', (db) =>
  db.select().from(participants).where(withId).for('no key update'),
);

export const findParticipantOf = async (
  on: Reader,
  shopId: string,
  activityId: string,
  customerId: string,
): Promise<Participant | undefined> => (await selectOfCustomer(on, { shopId, activityId, customerId }))[0];

/** The same, locked: what counts for them and what they have earned changes only under it. */
export const lockParticipantOf = async (
  tx: Tx,
  shopId: string,
  activityId: string,
  customerId: string,
): Promise<Participant | undefined> => (await lockOfCustomer(tx, { shopId, activityId, customerId }))[0];

/** A participant, for a customer only their own; else `not_found`. */
export async function getParticipant(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<Participant> {
  const [row] = await selectOne(on, { shopId, id });
  if (!row || (customerId !== undefined && row.customerId !== customerId)) throw platformErrors.not_found();
  return row;
}

/** The same, locked. What became a part of another participation is none any more. */
export async function lockParticipant(tx: Tx, shopId: string, id: string): Promise<Participant> {
  const [row] = await lockOne(tx, { shopId, id });
  if (!row || row.absorbedAt) throw platformErrors.not_found();
  return row;
}

/** Changes a locked participant, one version further. */
export async function updateParticipant(
  tx: Tx,
  current: Participant,
  changes: Partial<Participant>,
): Promise<Participant> {
  const [row] = await tx
    .update(participants)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(participants.shopId, current.shopId),
        eq(participants.id, current.id),
        eq(participants.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

const insertCounts = rowInsert('insert_participant_counts', participantCounts);

export const insertCount = async (tx: Tx, row: ParticipantCount): Promise<void> =>
  void (await insertCounts(tx, [row]));

// By the primary key.
const selectBySource = prepared('select_counts_of_source', (db) =>
  db
    .select()
    .from(participantCounts)
    .where(
      and(
        eq(participantCounts.shopId, p('shopId')),
        eq(participantCounts.sourceType, p('sourceType')),
        eq(participantCounts.sourceId, p('sourceId')),
      ),
    )
    .orderBy(participantCounts.activityId),
);

/** What something counted for, in every activity, in the order of their ids. */
export const listCountsOf = (
  on: Reader,
  shopId: string,
  source: Pick<ParticipantCount, 'sourceType' | 'sourceId'>,
): Promise<ParticipantCount[]> => selectBySource(on, { shopId, ...source });

const rewriteStatement = preparedSql(
  'rewrite_participant_count',
  `update participant_counts set units = $5, source_amount = $6, updated_at = $7
   where shop_id = $1 and source_type = $2 and source_id = $3 and activity_id = $4`,
);

/** What something counts for now; the participant is locked. */
export const rewriteCount = async (tx: Tx, row: ParticipantCount): Promise<void> => {
  const { shopId, sourceType, sourceId, activityId, units, sourceAmount, updatedAt } = row;
  await rewriteStatement(tx, [shopId, sourceType, sourceId, activityId, units, sourceAmount, updatedAt]);
};

const keyset = createKeyset({
  name: 'participants',
  table: participants,
  filters: {
    activityId: (value) => sql`${participants.activityId} = ${value}`,
    customerId: (value) => sql`${participants.customerId} = ${value}`,
  },
  // By participants_activity_idx and participants_customer_idx.
  sorts: { '-joinedAt': { columns: [participants.joinedAt, participants.id], direction: 'desc' } },
});

export interface ParticipantQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly activityId?: string;
  readonly customerId?: string;
}

/** Who takes part, who came last first. */
export const listParticipantRows = (
  on: Reader,
  shopId: string,
  query: ParticipantQuery,
): Promise<Page<Participant>> => {
  const { activityId, customerId } = query;
  return keyset(on, { shopId, page: query, sort: '-joinedAt', filters: { activityId, customerId } });
};

const countKeyset = createKeyset({
  name: 'participant-counts',
  table: participantCounts,
  filters: { participantId: (value) => sql`${participantCounts.participantId} = ${value}` },
  // By participant_counts_participant_idx.
  sorts: {
    '-createdAt': { columns: [participantCounts.createdAt, participantCounts.sourceId], direction: 'desc' },
  },
});

/** What was counted for a participant, newest first. */
export const listCountRows = (
  on: Reader,
  shopId: string,
  participantId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<ParticipantCount>> =>
  countKeyset(on, { shopId, page, sort: '-createdAt', filters: { participantId } });
