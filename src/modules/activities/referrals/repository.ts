import { and, asc, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import { referralErrors } from './errors.ts';
import type { ReferralState } from './states.ts';
import { type Referral, referrals } from './tables.ts';

const p = sql.placeholder;
const withId = and(eq(referrals.shopId, p('shopId')), eq(referrals.id, p('id')));
const selectOne = prepared('select_referral', (db) => db.select().from(referrals).where(withId));
const lockOne = prepared('lock_referral', (db) =>
  db.select().from(referrals).where(withId).for('no key update'),
);

export async function getReferral(on: Reader, shopId: string, id: string): Promise<Referral> {
  const [row] = await selectOne(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked: after the participant whose friend it is. */
export async function lockReferral(tx: Tx, shopId: string, id: string): Promise<Referral> {
  const [row] = await lockOne(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

const insertRows = rowInsert('insert_referrals', referrals);
const onReferred = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'referrals_referred_key', () => referralErrors.referral_repeated());

/** Refusal: referral_repeated. */
export const insertReferral = (tx: Tx, row: Referral): Promise<unknown> => onReferred(insertRows(tx, [row]));

/** Changes a locked referral, one version further. Refusal: referral_repeated. */
export async function updateReferral(
  tx: Tx,
  current: Referral,
  changes: Partial<Referral>,
): Promise<Referral> {
  const [row] = await onReferred(
    tx
      .update(referrals)
      .set({ ...changes, version: current.version + 1 })
      .where(
        and(
          eq(referrals.shopId, current.shopId),
          eq(referrals.id, current.id),
          eq(referrals.state, current.state),
          eq(referrals.version, current.version),
        ),
      )
      .returning(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// Along referrals_referred_key.
const selectOfReferred = prepared('select_referrals_of_referred', (db) =>
  db
    .select()
    .from(referrals)
    .where(and(eq(referrals.shopId, p('shopId')), eq(referrals.referredCustomerId, p('customerId'))))
    .orderBy(asc(referrals.activityId)),
);

/** Where a customer was referred, in the order of the activities. */
export const listReferralsOf = (on: Reader, shopId: string, customerId: string): Promise<Referral[]> =>
  selectOfReferred(on, { shopId, customerId });

// By referrals_code_key.
const selectByCode = prepared('select_referral_by_code', (db) =>
  db
    .select()
    .from(referrals)
    .where(and(eq(referrals.shopId, p('shopId')), eq(referrals.code, p('code')))),
);

/** The personal invitation with a code. */
export const findInvitation = async (
  on: Reader,
  shopId: string,
  code: string,
): Promise<Referral | undefined> => (await selectByCode(on, { shopId, code }))[0];

// By referrals_due_idx.
const selectDue = preparedSql<{ id: string; participant_id: string }>(
  'list_due_referrals',
  'select id, participant_id from referrals where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);

/** Referrals that are to be looked at now. */
export const listDueReferrals = (on: Reader, shopId: string, now: Date, limit: number) =>
  selectDue(on, [shopId, now, limit]);

// Along referrals_activity_idx. Who waits for a return window is looked at when that is over.
const closeStatement = preparedSql(
  'close_referrals',
  `update referrals set due_at = $3, version = version + 1, updated_at = $4
   where shop_id = $1 and activity_id = $2 and state in ('invited', 'claimed') and due_at is null`,
);

/** The friends of an activity that is over have until then to be known as buyers. */
export const closeReferrals = async (
  tx: Tx,
  shopId: string,
  activityId: string,
  { dueAt, now }: { readonly dueAt: Date; readonly now: Date },
): Promise<void> => void (await closeStatement(tx, [shopId, activityId, dueAt, now]));

// Along referrals_participant_idx.
const rankStatement = preparedSql<{ id: string }>(
  'rank_referrals',
  `update referrals r set state = case when n.place <= $3 then 'rewarded' else 'qualified' end, version = r.version + 1, updated_at = $4
   from (select id, row_number() over (order by qualified_at, id) as place from referrals
     where shop_id = $1 and participant_id = $2 and state in ('qualified', 'rewarded')) n
   where r.shop_id = $1 and r.id = n.id and r.state <> case when n.place <= $3 then 'rewarded' else 'qualified' end returning r.id`,
);

/** The first so many friends of a locked participant are those that they are rewarded for. Returns those of whom that is new. */
export const rankReferrals = async (
  tx: Tx,
  shopId: string,
  participantId: string,
  { rewarded, now }: { readonly rewarded: number; readonly now: Date },
): Promise<string[]> => (await rankStatement(tx, [shopId, participantId, rewarded, now])).map(({ id }) => id);

const keyset = createKeyset({
  name: 'referrals',
  table: referrals,
  filters: {
    activityId: (value) => sql`${referrals.activityId} = ${value}`,
    participantId: (value) => sql`${referrals.participantId} = ${value}`,
    referredCustomerId: (value) => sql`${referrals.referredCustomerId} = ${value}`,
    state: (value) => sql`${referrals.state} = ${value}`,
  },
  // By the primary key, referrals_activity_idx, referrals_participant_idx and referrals_referred_key.
  sorts: { '-id': { columns: [referrals.id], direction: 'desc' } },
});

export interface ReferralQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly activityId?: string;
  readonly participantId?: string;
  readonly referredCustomerId?: string;
  readonly state?: ReferralState;
}

/** Friends, newest first. */
export function listReferralRows(on: Reader, shopId: string, query: ReferralQuery): Promise<Page<Referral>> {
  const { activityId, participantId, referredCustomerId, state } = query;
  const filters = { activityId, participantId, referredCustomerId, state };
  return keyset(on, { shopId, page: query, sort: '-id', filters });
}
