import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { type Contest, contestEntries, type ContestEntry, contests } from './tables.ts';

export const insertContest = async (tx: Tx, row: Contest): Promise<void> =>
  void (await tx.insert(contests).values(row));

const p = sql.placeholder;
const ofContest = and(eq(contests.shopId, p('shopId')), eq(contests.activityId, p('activityId')));
const selectOne = prepared('select_contest', (db) => db.select().from(contests).where(ofContest));
const lockOne = prepared('lock_contest', (db) =>
  db.select().from(contests).where(ofContest).for('no key update'),
);

/** A contest, or `not_found`. */
export async function getContest(on: Reader, shopId: string, activityId: string): Promise<Contest> {
  const [row] = await selectOne(on, { shopId, activityId });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked: after whoever takes part. */
export async function lockContest(tx: Tx, shopId: string, activityId: string): Promise<Contest> {
  const [row] = await lockOne(tx, { shopId, activityId });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Changes a locked contest, one version further. */
export async function updateContest(tx: Tx, current: Contest, changes: Partial<Contest>): Promise<Contest> {
  const [row] = await tx
    .update(contests)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(contests.shopId, current.shopId),
        eq(contests.activityId, current.activityId),
        eq(contests.state, current.state),
        eq(contests.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

const insertRows = rowInsert('insert_contest_entries', contestEntries);
export const insertEntry = async (tx: Tx, row: ContestEntry): Promise<void> =>
  void (await insertRows(tx, [row]));

// By contest_entries_participant_key.
const selectOfParticipant = prepared('select_entry_of_participant', (db) =>
  db
    .select()
    .from(contestEntries)
    .where(
      and(
        eq(contestEntries.shopId, p('shopId')),
        eq(contestEntries.participantId, p('participantId')),
        sql`${contestEntries.voidedAt} is null`,
      ),
    ),
);

/** What a participant entered. */
export const findEntryOf = async (
  on: Reader,
  shopId: string,
  participantId: string,
): Promise<ContestEntry | undefined> => (await selectOfParticipant(on, { shopId, participantId }))[0];

/** Changes what was entered, one version further; the contest is locked. */
export async function updateEntry(
  tx: Tx,
  current: ContestEntry,
  changes: Partial<ContestEntry>,
): Promise<ContestEntry> {
  const [row] = await tx
    .update(contestEntries)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(contestEntries.shopId, current.shopId),
        eq(contestEntries.activityId, current.activityId),
        eq(contestEntries.number, current.number),
        eq(contestEntries.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// Along contest_entries_option_idx.
const countStatement = preparedSql<{ option_key: string; entries: number }>(
  'count_contest_entries',
  `select option_key, count(*)::int as entries from contest_entries
   where shop_id = $1 and activity_id = $2 and voided_at is null group by 1`,
);

/** How many guess what. */
export const countByOption = async (
  on: Reader,
  shopId: string,
  activityId: string,
): Promise<ReadonlyMap<string, number>> =>
  new Map((await countStatement(on, [shopId, activityId])).map((row) => [row.option_key, row.entries]));

// Along contest_entries_option_idx.
const selectRight = prepared('list_right_entries', (db) =>
  db
    .select()
    .from(contestEntries)
    .where(
      and(
        eq(contestEntries.shopId, p('shopId')),
        eq(contestEntries.activityId, p('activityId')),
        eq(contestEntries.optionKey, p('optionKey')),
        sql`${contestEntries.number} > ${p('after')}::int and ${contestEntries.voidedAt} is null`,
      ),
    )
    .orderBy(contestEntries.number)
    .limit(p('limit')),
);

/** Entries that guessed this, after a number, in their order. */
export const listRight = (
  on: Reader,
  shopId: string,
  activityId: string,
  of: { readonly optionKey: string; readonly after: number; readonly limit: number },
): Promise<ContestEntry[]> => selectRight(on, { shopId, activityId, ...of });

const winStatement = preparedSql(
  'mark_contest_winners',
  `update contest_entries set is_winner = true, version = version + 1, updated_at = $4
   where shop_id = $1 and activity_id = $2 and number = any($3::int[])`,
);
export const markWinners = async (
  tx: Tx,
  { shopId, activityId }: Contest,
  numbers: readonly number[],
  now: Date,
): Promise<void> => void (await winStatement(tx, [shopId, activityId, numbers, now]));

// By contests_due_idx.
const selectDue = preparedSql<{ activity_id: string }>(
  'list_due_contests',
  'select activity_id from contests where shop_id = $1 and due_at <= $2 order by due_at limit $3',
);
export const listDueContests = async (on: Reader, shopId: string, now: Date, limit: number) =>
  (await selectDue(on, [shopId, now, limit])).map((row) => row.activity_id);

const keyset = createKeyset({
  name: 'contest_entries',
  table: contestEntries,
  filters: {
    activityId: (value) => sql`${contestEntries.activityId} = ${value}`,
    isWinner: (value) => sql`${contestEntries.isWinner} = ${value}`,
  },
  // The primary key, of one contest.
  sorts: { number: { columns: [contestEntries.number], direction: 'asc' } },
});

export interface EntryQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly isWinner?: boolean;
}

/** The entries of a contest, in their order. */
export const listEntryRows = (
  on: Reader,
  shopId: string,
  activityId: string,
  query: EntryQuery,
): Promise<Page<ContestEntry>> => {
  const { isWinner } = query;
  return keyset(on, { shopId, page: query, sort: 'number', filters: { activityId, isWinner } });
};
