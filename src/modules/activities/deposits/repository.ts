import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { GiftDepositState } from './states.ts';
import {
  type GiftDeposit,
  type GiftDepositPart,
  giftDepositParts,
  giftDeposits,
  type PayoutWay,
} from './tables.ts';

const openExposure = preparedSql(
  'open_gift_deposit_exposure',
  'insert into gift_deposit_exposures (shop_id, exposed_amount) values ($1, 0) on conflict do nothing',
);
const raise = preparedSql(
  'raise_gift_deposit_exposure',
  `update gift_deposit_exposures set exposed_amount = exposed_amount + $2
   where shop_id = $1 and exposed_amount + $2 <= $3 returning shop_id`,
);
const lower = preparedSql(
  'lower_gift_deposit_exposure',
  'update gift_deposit_exposures set exposed_amount = exposed_amount - $2 where shop_id = $1',
);

/** Adds to what is deposited with a shop, guarded by its cap. False: that would be too much. */
export async function raiseExposure(tx: Tx, shopId: string, amount: bigint, cap: bigint): Promise<boolean> {
  await openExposure(tx, [shopId]);
  return (await raise(tx, [shopId, amount, cap])).length > 0;
}

export const lowerExposure = async (tx: Tx, shopId: string, amount: bigint): Promise<void> =>
  void (await lower(tx, [shopId, amount]));

export const insertDeposit = async (tx: Tx, row: GiftDeposit): Promise<void> =>
  void (await tx.insert(giftDeposits).values(row));

const p = sql.placeholder;
const withId = and(eq(giftDeposits.shopId, p('shopId')), eq(giftDeposits.id, p('id')));
const selectOne = prepared('select_gift_deposit', (db) => db.select().from(giftDeposits).where(withId));
const lockOne = prepared('lock_gift_deposit', (db) =>
  db.select().from(giftDeposits).where(withId).for('no key update'),
);

/** A deposit, for a customer only their own; else `not_found`. */
export async function getDeposit(
  on: Reader,
  shopId: string,
  id: string,
  customerId?: string,
): Promise<GiftDeposit> {
  const [row] = await selectOne(on, { shopId, id });
  if (!row || (customerId !== undefined && row.customerId !== customerId)) throw platformErrors.not_found();
  return row;
}

/** The same, locked: after its customer. */
export async function lockDeposit(tx: Tx, shopId: string, id: string): Promise<GiftDeposit> {
  const [row] = await lockOne(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** Changes a locked deposit, one version further. */
export async function updateDeposit(
  tx: Tx,
  current: GiftDeposit,
  changes: Partial<GiftDeposit>,
): Promise<GiftDeposit> {
  const [row] = await tx
    .update(giftDeposits)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(giftDeposits.shopId, current.shopId),
        eq(giftDeposits.id, current.id),
        eq(giftDeposits.state, current.state),
        eq(giftDeposits.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

// By gift_deposits_claim_code_key.
const selectByCode = prepared('select_gift_deposit_by_code', (db) =>
  db
    .select()
    .from(giftDeposits)
    .where(and(eq(giftDeposits.shopId, p('shopId')), eq(giftDeposits.claimCodeHash, p('hash')))),
);
export const findByCode = async (
  on: Reader,
  shopId: string,
  hash: string,
): Promise<GiftDeposit | undefined> => (await selectByCode(on, { shopId, hash }))[0];

export const insertParts = async (tx: Tx, rows: readonly GiftDepositPart[]): Promise<void> =>
  void (await tx.insert(giftDepositParts).values([...rows]));

const ofDeposit = (shopId: string, depositId: string) =>
  and(eq(giftDepositParts.shopId, shopId), eq(giftDepositParts.giftDepositId, depositId));

/** The parts of a deposit, in order. */
export const listParts = (on: Reader, shopId: string, depositId: string): Promise<GiftDepositPart[]> =>
  on
    .select()
    .from(giftDepositParts)
    .where(ofDeposit(shopId, depositId))
    .orderBy(asc(giftDepositParts.number));

/** What of a locked deposit is due and not collected is collected now: each part once, whoever else asks. */
export const collectParts = (
  tx: Tx,
  { shopId, id }: GiftDeposit,
  by: { readonly now: Date; readonly payoutWay: PayoutWay; readonly payoutId: string },
): Promise<GiftDepositPart[]> =>
  tx
    .update(giftDepositParts)
    .set({ collectedAt: by.now, payoutWay: by.payoutWay, payoutId: by.payoutId, noticeAt: null })
    .where(
      and(
        ofDeposit(shopId, id),
        isNull(giftDepositParts.collectedAt),
        lte(giftDepositParts.collectableAt, by.now),
      ),
    )
    .returning();

/** All parts of a locked deposit that are not due are due now. Returns them. */
export const hastenParts = (tx: Tx, { shopId, id }: GiftDeposit, now: Date): Promise<GiftDepositPart[]> =>
  tx
    .update(giftDepositParts)
    .set({ collectableAt: now, noticeAt: null })
    .where(
      and(
        ofDeposit(shopId, id),
        isNull(giftDepositParts.collectedAt),
        sql`${giftDepositParts.collectableAt} > ${now.toISOString()}::timestamptz`,
      ),
    )
    .returning();

// Along gift_deposits_customer_idx, of the customer whose place it is.
const selectHolding = preparedSql(
  'select_deposit_of_place',
  `select 1 from participants p join gift_deposits d on d.shop_id = $1 and d.customer_id = p.customer_id
   where p.shop_id = $1 and p.id = $2 and d.participant_id = p.id limit 1`,
);

/** Whether a deposit holds a place. */
export const isPlaceHeld = async (on: Reader, shopId: string, participantId: string): Promise<boolean> =>
  (await selectHolding(on, [shopId, participantId])).length > 0;

// By gift_deposits_due_idx.
const selectUnpaid = preparedSql<{ id: string }>(
  'list_unpaid_gift_deposits',
  'select id from gift_deposits where shop_id = $1 and due_at <= $2 order by due_at, id limit $3',
);
export const listUnpaid = async (on: Reader, shopId: string, now: Date, limit: number): Promise<string[]> =>
  (await selectUnpaid(on, [shopId, now, limit])).map(({ id }) => id);

// By gift_deposit_parts_notice_idx.
const noticeStatement = preparedSql<{ gift_deposit_id: string; part_amount: string }>(
  'notice_gift_deposit_parts',
  `update gift_deposit_parts p set notice_at = null from (select gift_deposit_id, number from gift_deposit_parts
     where shop_id = $1 and notice_at <= $2 order by notice_at, gift_deposit_id limit $3 for update skip locked) d
   where p.shop_id = $1 and p.gift_deposit_id = d.gift_deposit_id and p.number = d.number returning p.gift_deposit_id, p.part_amount`,
);

/** Parts of which it is to be told that they are due: each is told once. */
export const takeNotices = async (
  tx: Tx,
  shopId: string,
  now: Date,
  limit: number,
): Promise<{ readonly depositId: string; readonly amount: bigint }[]> =>
  (await noticeStatement(tx, [shopId, now, limit])).map((row) => ({
    depositId: row.gift_deposit_id,
    amount: BigInt(row.part_amount),
  }));

const keyset = createKeyset({
  name: 'gift_deposits',
  table: giftDeposits,
  filters: {
    activityId: (value) => sql`${giftDeposits.activityId} = ${value}`,
    customerId: (value) => sql`${giftDeposits.customerId} = ${value}`,
    state: (value) => sql`${giftDeposits.state} = ${value}`,
  },
  // By the primary key, gift_deposits_activity_idx and gift_deposits_customer_idx.
  sorts: { '-id': { columns: [giftDeposits.id], direction: 'desc' } },
});

export interface DepositQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly activityId?: string;
  readonly customerId?: string;
  readonly state?: GiftDepositState;
}

/** Deposits, newest first. */
export function listDepositRows(on: Reader, shopId: string, query: DepositQuery): Promise<Page<GiftDeposit>> {
  const { activityId, customerId, state } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { activityId, customerId, state } });
}

// By the primary key of the parts.
const selectPartsOf = (on: Reader, shopId: string, ids: readonly string[]) =>
  on
    .select()
    .from(giftDepositParts)
    .where(
      and(
        eq(giftDepositParts.shopId, shopId),
        sql`${giftDepositParts.giftDepositId} = any(${sql.param([...ids])}::uuid[])`,
      ),
    )
    .orderBy(asc(giftDepositParts.giftDepositId), asc(giftDepositParts.number));

/** The parts of several deposits, by deposit. */
export async function listPartsOf(
  on: Reader,
  shopId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GiftDepositPart[]>> {
  const parts = ids.length === 0 ? [] : await selectPartsOf(on, shopId, ids);
  return new Map(ids.map((id) => [id, parts.filter(({ giftDepositId }) => giftDepositId === id)]));
}

// Along gift_deposit_parts_owed_idx.
const selectAges = preparedSql<{ bucket: string; parts: number; deposits: number; amount: string }>(
  'sum_gift_deposit_ages',
  `select case when collectable_at > $2 then 'not_due' when collectable_at > $2 - interval '30 days' then 'days_0_to_30'
       when collectable_at > $2 - interval '60 days' then 'days_31_to_60' when collectable_at > $2 - interval '90 days' then 'days_61_to_90'
       else 'days_over_90' end as bucket,
     count(*)::int as parts, count(distinct gift_deposit_id)::int as deposits, sum(part_amount)::text as amount
   from gift_deposit_parts where shop_id = $1 and collected_at is null group by 1`,
);

/** What is owed to customers, by how long it has been due. */
export interface AgeSum {
  readonly bucket: string;
  readonly parts: number;
  readonly deposits: number;
  readonly amount: bigint;
}

export const sumAges = async (on: Reader, shopId: string, now: Date): Promise<AgeSum[]> =>
  (await selectAges(on, [shopId, now])).map((row) => ({ ...row, amount: BigInt(row.amount) }));

const selectExposure = preparedSql<{ amount: string }>(
  'select_gift_deposit_exposure',
  'select exposed_amount::text as amount from gift_deposit_exposures where shop_id = $1',
);
export const readExposure = async (on: Reader, shopId: string): Promise<bigint> =>
  BigInt((await selectExposure(on, [shopId]))[0]?.amount ?? 0);
