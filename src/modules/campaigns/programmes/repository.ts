import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { campaignErrors } from '../errors.ts';
import type { ProgrammeState } from '../states.ts';
import { type Programme, programmes } from '../tables.ts';

const p = sql.placeholder;
const withId = and(eq(programmes.shopId, p('shopId')), eq(programmes.id, p('id')));
const selectOne = prepared('select_programme', (db) => db.select().from(programmes).where(withId));
const lockOne = prepared('lock_programme', (db) =>
  db.select().from(programmes).where(withId).for('no key update'),
);
// By programmes_external_id_key.
const selectByExternalId = prepared('select_programme_by_external_id', (db) =>
  db
    .select()
    .from(programmes)
    .where(and(eq(programmes.shopId, p('shopId')), eq(programmes.externalId, p('externalId')))),
);

export const findProgramme = async (on: Reader, shopId: string, id: string): Promise<Programme | undefined> =>
  (await selectOne(on, { shopId, id }))[0];

/** A programme, or `not_found`. */
export async function getProgramme(on: Reader, shopId: string, id: string): Promise<Programme> {
  const found = await findProgramme(on, shopId, id);
  if (!found) throw platformErrors.not_found();
  return found;
}

/** The same, locked: before its campaigns. */
export const findLockedProgramme = async (
  tx: Tx,
  shopId: string,
  id: string,
): Promise<Programme | undefined> => (await lockOne(tx, { shopId, id }))[0];

export async function lockProgramme(tx: Tx, shopId: string, id: string): Promise<Programme> {
  const found = await findLockedProgramme(tx, shopId, id);
  if (!found) throw platformErrors.not_found();
  return found;
}

/** A programme by the shop's own id, or `not_found`. */
export async function getProgrammeByExternalId(
  on: Reader,
  shopId: string,
  externalId: string,
): Promise<Programme> {
  const [found] = await selectByExternalId(on, { shopId, externalId });
  if (!found) throw platformErrors.not_found();
  return found;
}

const onTaken = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'programmes_external_id_key', () =>
    campaignErrors.programme_external_id_taken(undefined, { pointer: '/externalId' }),
  );

export const insertProgramme = async (tx: Tx, row: Programme): Promise<void> =>
  void (await onTaken(tx.insert(programmes).values(row).execute()));

/** Changes a locked programme, one version further. */
export async function updateProgrammeRow(
  tx: Tx,
  current: Programme,
  changes: Partial<Programme>,
): Promise<Programme> {
  const [row] = await onTaken(
    tx
      .update(programmes)
      .set({ ...changes, version: current.version + 1 })
      .where(
        and(
          eq(programmes.shopId, current.shopId),
          eq(programmes.id, current.id),
          eq(programmes.version, current.version),
        ),
      )
      .returning(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By programmes_due_idx.
const selectDue = preparedSql<{ id: string }>(
  'list_due_programmes',
  'select id from programmes where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** Programmes that end by themselves now. */
export const listDueProgrammes = async (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<string[]> => (await selectDue(on, [shopId, now, limit])).map(({ id }) => id);

const keyset = createKeyset({
  name: 'programmes',
  table: programmes,
  filters: {
    state: (value) => sql`${programmes.state} = ${value}`,
    externalId: (value) => sql`${programmes.externalId} = ${value}`,
  },
  // By programmes_created_at_idx.
  sorts: { '-createdAt': { columns: [programmes.createdAt, programmes.id], direction: 'desc' } },
});

export interface ProgrammeQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: ProgrammeState;
  readonly externalId?: string;
}

/** Programmes, newest first. */
export const listProgrammeRows = (
  on: Reader,
  shopId: string,
  query: ProgrammeQuery,
): Promise<Page<Programme>> => {
  const { state, externalId } = query;
  return keyset(on, { shopId, page: query, sort: '-createdAt', filters: { state, externalId } });
};
