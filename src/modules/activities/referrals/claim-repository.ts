import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { Referral } from './tables.ts';

const insertCodeRow = preparedSql(
  'insert_referral_code',
  'insert into referral_codes (shop_id, code, activity_id, participant_id) values ($1, $2, $3, $4)',
);
export const insertCode = async (
  tx: Tx,
  shopId: string,
  code: string,
  of: { readonly activityId: string; readonly id: string },
): Promise<void> => void (await insertCodeRow(tx, [shopId, code, of.activityId, of.id]));

// By the primary key.
const selectCode = preparedSql<{ activity_id: string; participant_id: string }>(
  'select_referral_code',
  'select activity_id, participant_id from referral_codes where shop_id = $1 and code = $2',
);

/** Whose code it is. */
export async function findCode(
  on: Reader,
  shopId: string,
  code: string,
): Promise<{ readonly activityId: string; readonly participantId: string } | undefined> {
  const [row] = await selectCode(on, [shopId, code]);
  return row && { activityId: row.activity_id, participantId: row.participant_id };
}

// By referral_codes_participant_idx. After a merge there are several.
const selectCodeOf = preparedSql<{ code: string }>(
  'select_code_of_participant',
  'select code from referral_codes where shop_id = $1 and participant_id = $2 order by code limit 1',
);
export const findCodeOf = async (
  on: Reader,
  shopId: string,
  participantId: string,
): Promise<string | undefined> => (await selectCodeOf(on, [shopId, participantId]))[0]?.code;

// Joins wait for it too, as they take their places here.
const lockStatement = preparedSql(
  'lock_referrals_of_activity',
  'select 1 from activity_counters where shop_id = $1 and activity_id = $2 for no key update',
);

/** Claims of an activity go on one after the other: a ring of any size is seen by the last of them. */
export const lockClaims = async (tx: Tx, shopId: string, activityId: string): Promise<void> =>
  void (await lockStatement(tx, [shopId, activityId]));

// Along referrals_referred_key, from a participant upwards.
const selectAbove = preparedSql(
  'select_referrers',
  `with recursive chain as (
     select p.customer_id from participants p where p.shop_id = $1 and p.id = $2
     union
     select p.customer_id from chain c
       join referrals r on r.shop_id = $1 and r.activity_id = $3 and r.referred_customer_id = c.customer_id and r.state <> 'cancelled'
       join participants p on p.shop_id = $1 and p.id = r.participant_id
   )
   select 1 from chain where customer_id = $4::uuid limit 1`,
);

/** Whether a customer is among those who, one by the other, brought a participant. */
export const isAbove = async (
  on: Reader,
  { shopId, activityId, participantId }: Pick<Referral, 'shopId' | 'activityId' | 'participantId'>,
  customerId: string,
): Promise<boolean> => (await selectAbove(on, [shopId, participantId, activityId, customerId])).length > 0;

// Along referrals_participant_idx.
const countStatement = preparedSql<{ friends: number; today: number }>(
  'count_referrals_of_participant',
  `select (count(*) filter (where state in ('claimed', 'qualified', 'rewarded')))::int as friends,
     (count(*) filter (where day = $3))::int as today from referrals where shop_id = $1 and participant_id = $2`,
);

/** How many friends a locked participant has, and how many began on a day. */
export async function countFriends(
  on: Reader,
  shopId: string,
  participantId: string,
  day: number,
): Promise<{ readonly friends: number; readonly today: number }> {
  const [row] = await countStatement(on, [shopId, participantId, day]);
  return { friends: row?.friends ?? 0, today: row?.today ?? 0 };
}

const insertIdentifierRows = preparedSql<{ fingerprint: string }>(
  'insert_referral_identifiers',
  `insert into referral_identifiers (shop_id, activity_id, fingerprint, referral_id)
   select $1, $2, f, $3 from unnest($4::text[]) as t (f) order by f on conflict do nothing returning fingerprint`,
);

/** Keeps by what a friend is told apart. False: one of them is another friend’s. */
export async function keepFriend(
  tx: Tx,
  { shopId, activityId, id }: Referral,
  fingerprints: readonly string[],
): Promise<boolean> {
  const kept = await insertIdentifierRows(tx, [shopId, activityId, id, fingerprints]);
  return kept.length === fingerprints.length;
}

const forgetThose = preparedSql(
  'forget_referral_identifiers',
  'delete from referral_identifiers where shop_id = $1 and activity_id = $2',
);

/** Forgets by what the friends of an activity were told apart. */
export const forgetFriends = async (tx: Tx, shopId: string, activityId: string): Promise<void> =>
  void (await forgetThose(tx, [shopId, activityId]));
