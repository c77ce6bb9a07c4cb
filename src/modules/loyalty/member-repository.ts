import { and, eq, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { prepared, preparedSql } from '../../platform/db/prepared.ts';
import { rowUpdate } from '../../platform/db/records.ts';
import { sendAlong } from '../../platform/db/transaction.ts';
import { platformErrors } from '../../platform/errors.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { type LoyaltyMember, loyaltyMembers } from './tables.ts';

const p = sql.placeholder;
const one = and(eq(loyaltyMembers.shopId, p('shopId')), eq(loyaltyMembers.customerId, p('customerId')));
const select = prepared('select_loyalty_member', (db) => db.select().from(loyaltyMembers).where(one));
const writeMembers = rowUpdate('update_loyalty_members', loyaltyMembers, 'customer_id');
const lock = prepared('lock_loyalty_member', (db) =>
  db.select().from(loyaltyMembers).where(one).for('no key update'),
);

export const findMember = async (
  on: Reader,
  shopId: string,
  customerId: string,
): Promise<LoyaltyMember | undefined> => (await select(on, { shopId, customerId }))[0];

/** The same, locked: before anything of their points. */
export const lockMember = async (
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<LoyaltyMember | undefined> => (await lock(tx, { shopId, customerId }))[0];

/** Makes a member. False where the customer is one already. */
export const insertMember = async (tx: Tx, row: LoyaltyMember): Promise<boolean> =>
  (
    await tx
      .insert(loyaltyMembers)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: loyaltyMembers.customerId })
  ).length > 0;

/** Changes a locked member, one version further. */
export async function updateMember(
  tx: Tx,
  current: LoyaltyMember,
  changes: Partial<LoyaltyMember>,
): Promise<LoyaltyMember> {
  const changed = { ...current, ...changes, version: current.version + 1 };
  await sendAlong(tx, writeMembers(tx, [changed]).then(refuseMissed));
  return changed;
}

const refuseMissed = (written: readonly unknown[]): void => {
  if (written.length === 0) throw platformErrors.version_conflict();
};

// By loyalty_members_due_idx. Who is held by somebody else is followed by them.
const lockDue = preparedSql<{ customer_id: string }>(
  'lock_due_loyalty_members',
  `select customer_id from loyalty_members where shop_id = $1 and due_at <= $2
   order by due_at, customer_id limit $3 for no key update skip locked`,
);

/** Members of whom a lot becomes active or expires now, locked. */
export const lockDueMembers = async (tx: Tx, shopId: string, now: Date, limit: number): Promise<string[]> =>
  (await lockDue(tx, [shopId, now, limit])).map((row) => row.customer_id);

/** Members whose birthday has begun, locked. By loyalty_members_birthday_idx. */
export const lockDueBirthdays = (
  tx: Tx,
  shopId: string,
  now: Date,
  limit: number,
): Promise<LoyaltyMember[]> =>
  tx
    .select()
    .from(loyaltyMembers)
    .where(and(eq(loyaltyMembers.shopId, shopId), lte(loyaltyMembers.birthdayDueAt, now)))
    .orderBy(loyaltyMembers.birthdayDueAt, loyaltyMembers.customerId)
    .limit(limit)
    .for('no key update', { skipLocked: true });

const keyset = createKeyset({
  name: 'loyalty_members',
  table: loyaltyMembers,
  filters: {
    updatedSince: (value) => sql`${loyaltyMembers.updatedAt} >= ${value}::timestamptz`,
    // By loyalty_members_tier_idx.
    tierKey: (value) => sql`${loyaltyMembers.tierKey} = ${value}`,
  },
  sorts: {
    // By loyalty_members_enrolled_at_idx.
    '-enrolledAt': { columns: [loyaltyMembers.enrolledAt, loyaltyMembers.customerId], direction: 'desc' },
    // By loyalty_members_updated_at_idx.
    updatedAt: { columns: [loyaltyMembers.updatedAt, loyaltyMembers.customerId], direction: 'asc' },
  },
});

export interface MemberQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly updatedSince?: string;
  readonly tierKey?: string;
}

/** Members, newest first, or since a moment in the order of their changes. */
export const listMemberRows = (
  on: Reader,
  shopId: string,
  query: MemberQuery,
): Promise<Page<LoyaltyMember>> =>
  keyset(on, {
    shopId,
    page: query,
    sort: query.updatedSince === undefined ? '-enrolledAt' : 'updatedAt',
    filters: { updatedSince: query.updatedSince, tierKey: query.tierKey },
  });
