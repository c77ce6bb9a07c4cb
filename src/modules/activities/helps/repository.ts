import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { type Help, helps } from './tables.ts';

const insertRows = rowInsert('insert_helps', helps);
export const insertHelp = async (tx: Tx, row: Help): Promise<void> => void (await insertRows(tx, [row]));

// The primary key is what lets a helper count once.
const insertIdentifierRows = preparedSql<{ fingerprint: string }>(
  'insert_help_identifiers',
  `insert into help_identifiers (shop_id, participant_id, help_id, fingerprint)
   select $1, $2, $3, f from unnest($4::text[]) as t (f) order by f on conflict do nothing returning fingerprint`,
);

/** Keeps by what a helper is told apart. False: one of them has helped this collection before. */
export async function keepHelper(tx: Tx, help: Help, fingerprints: readonly string[]): Promise<boolean> {
  const kept = await insertIdentifierRows(tx, [help.shopId, help.participantId, help.id, fingerprints]);
  return kept.length === fingerprints.length;
}

const countDay = preparedSql<{ helps: number }>(
  'count_help_day',
  `insert into help_days (shop_id, activity_id, day, fingerprint, helps)
   select $1, $2, $3, f, 1 from unnest($4::text[]) as t (f) order by f
   on conflict (shop_id, activity_id, fingerprint, day) do update set helps = help_days.helps + 1 where help_days.helps < $5
   returning helps`,
);

/** Counts a help against the day of its helper. False: that was too many. */
export async function takeFromDay(
  tx: Tx,
  { shopId, activityId }: Help,
  of: { readonly day: number; readonly fingerprints: readonly string[]; readonly limit: number },
): Promise<boolean> {
  const counted = await countDay(tx, [shopId, activityId, of.day, of.fingerprints, of.limit]);
  return counted.length === of.fingerprints.length;
}

const selectRepeated = preparedSql(
  'select_help_of_customer',
  `select 1 from helps where shop_id = $1 and participant_id = $2 and helper_customer_id = any($3::uuid[]) limit 1`,
);

/** Whether one of these customers has helped a collection before, which is locked. By helps_participant_idx. */
export const hasHelped = async (
  on: Reader,
  shopId: string,
  participantId: string,
  customerIds: readonly string[],
): Promise<boolean> => (await selectRepeated(on, [shopId, participantId, customerIds])).length > 0;

// Along helps_helper_idx. From the owner: whom they helped, and whom those helped.
const selectRing = preparedSql(
  'select_ring_of_helps',
  `with recursive chain as (
     select p.customer_id, 1 as steps from helps h join participants p on p.shop_id = h.shop_id and p.id = h.participant_id
     where h.shop_id = $1 and h.activity_id = $2 and h.helper_customer_id = $3::uuid and h.voided_at is null
     union
     select p.customer_id, c.steps + 1 from chain c
     join helps h on h.shop_id = $1 and h.activity_id = $2 and h.helper_customer_id = c.customer_id and h.voided_at is null
     join participants p on p.shop_id = h.shop_id and p.id = h.participant_id where c.steps < $5::int - 1
   )
   select 1 from chain where customer_id = any($4::uuid[]) limit 1`,
);

/** Whether a help would close a ring of at most so many customers who help each other. */
export const closesRing = async (
  on: Reader,
  { shopId, activityId }: Help,
  of: { readonly ownerId: string; readonly helperIds: readonly string[]; readonly size: number },
): Promise<boolean> =>
  (await selectRing(on, [shopId, activityId, of.ownerId, of.helperIds, of.size])).length > 0;

// Sorted, so that two who help each other at once wait for one another.
const lockSome = preparedSql(
  'lock_participants_of_help',
  `select 1 from participants where shop_id = $1 and absorbed_at is null and (id = $2 or (activity_id = $3 and customer_id = any($4::uuid[])))
   order by id for no key update`,
);

/** Locks a collection and those of its helper: of a ring no two helps go on at the same moment. */
export const lockCollections = async (
  tx: Tx,
  shopId: string,
  of: { readonly participantId: string; readonly activityId: string; readonly helperIds: readonly string[] },
): Promise<void> => void (await lockSome(tx, [shopId, of.participantId, of.activityId, of.helperIds]));

const p = sql.placeholder;
const lockOne = prepared('lock_help', (db) =>
  db
    .select()
    .from(helps)
    .where(and(eq(helps.shopId, p('shopId')), eq(helps.id, p('id'))))
    .for('no key update'),
);
const selectOne = prepared('select_help', (db) =>
  db
    .select()
    .from(helps)
    .where(and(eq(helps.shopId, p('shopId')), eq(helps.id, p('id')))),
);

export async function getHelp(on: Reader, shopId: string, id: string): Promise<Help> {
  const [row] = await selectOne(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

export async function lockHelp(tx: Tx, shopId: string, id: string): Promise<Help> {
  const [row] = await lockOne(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Takes a locked help out. */
export async function voidRow(tx: Tx, { shopId, id }: Help, reason: string, now: Date): Promise<Help> {
  const [row] = await tx
    .update(helps)
    .set({ voidedAt: now, voidReason: reason })
    .where(and(eq(helps.shopId, shopId), eq(helps.id, id)))
    .returning();
  if (!row) throw platformErrors.not_found();
  return row;
}

const keyset = createKeyset({
  name: 'helps',
  table: helps,
  filters: { participantId: (value) => sql`${helps.participantId} = ${value}` },
  // By helps_participant_idx.
  sorts: { '-id': { columns: [helps.id], direction: 'desc' } },
});

/** The helps of a collection, newest first. */
export const listHelpRows = (
  on: Reader,
  shopId: string,
  participantId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Help>> => keyset(on, { shopId, page, sort: '-id', filters: { participantId } });
