import { and, asc, eq, gte, isNull } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { createKeyset } from '../../platform/db/keyset.ts';
import { plannedSql, preparedRead, preparedSql } from '../../platform/db/prepared.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { type SegmentMembership, segmentMemberships as memberships } from './tables.ts';

/**
 * Newest first: the members of a segment by segment_memberships_members_idx, all who ever were in it by
 * segment_memberships_history_idx, and those of a customer, who has few, by segment_memberships_customer_idx.
 */
const keyset = createKeyset({
  name: 'segment_memberships',
  table: memberships,
  filters: {
    segmentId: (value) => eq(memberships.segmentId, value),
    customerId: (value) => eq(memberships.customerId, value),
    isOpen: () => isNull(memberships.leftAt),
    enteredSince: (value) => gte(memberships.enteredAt, value),
  },
  sorts: {
    members: { columns: [memberships.enteredAt, memberships.customerId], direction: 'desc' },
    history: {
      columns: [memberships.enteredAt, memberships.customerId, memberships.stay],
      direction: 'desc',
    },
    customer: {
      columns: [memberships.enteredAt, memberships.segmentId, memberships.stay],
      direction: 'desc',
    },
  },
});

export interface MembershipQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly enteredSince?: string;
}

/** Who is in a segment. */
export const listMemberRows = (
  on: Reader,
  shopId: string,
  segmentId: string,
  query: MembershipQuery,
): Promise<Page<SegmentMembership>> =>
  keyset(on, {
    shopId,
    page: { ...query, list: `members/${segmentId}` } as MembershipQuery,
    sort: 'members',
    filters: { segmentId, isOpen: true, enteredSince: query.enteredSince },
  });

/** Who is and was in a segment. */
export const listHistoryRows = (
  on: Reader,
  shopId: string,
  segmentId: string,
  query: MembershipQuery,
): Promise<Page<SegmentMembership>> =>
  keyset(on, {
    shopId,
    page: { ...query, list: `history/${segmentId}` } as MembershipQuery,
    sort: 'history',
    filters: { segmentId, enteredSince: query.enteredSince },
  });

/** The segments in which a customer is, or also those in which they were. */
export const listRowsOfCustomer = (
  on: Reader,
  shopId: string,
  customerId: string,
  query: MembershipQuery,
  isOpen: boolean,
): Promise<Page<SegmentMembership>> =>
  keyset(on, {
    shopId,
    page: { ...query, list: `customer/${customerId}/${isOpen}` } as MembershipQuery,
    sort: 'customer',
    filters: { customerId, ...(isOpen ? { isOpen } : {}) },
  });

/** Everything that is known of a customer's segments, oldest first. */
export const listAllOfCustomer = (
  on: Reader,
  shopId: string,
  customerId: string,
): Promise<SegmentMembership[]> =>
  on
    .select()
    .from(memberships)
    .where(and(eq(memberships.shopId, shopId), eq(memberships.customerId, customerId)))
    .orderBy(asc(memberships.enteredAt), asc(memberships.segmentId), asc(memberships.stay));

// One of them at that moment; now, where none is named. Along the primary key, or segment_memberships_open_key.
const selectIn = preparedRead<{ is_in: boolean }>(
  'is_segment_member',
  `select exists (select 1 from segment_memberships where shop_id = $1 and segment_id = $2 and customer_id = $3
     and entered_at <= $4 and (left_at is null or left_at > $4)) as is_in`,
);
const selectInNow = preparedRead<{ is_in: boolean }>(
  'is_segment_member_now',
  `select exists (select 1 from segment_memberships where shop_id = $1 and segment_id = $2 and customer_id = $3
     and left_at is null) as is_in`,
);

/** Whether a customer is in a segment, or was at a moment. */
export const isIn = async (
  on: Reader,
  shopId: string,
  customerId: string,
  segmentId: string,
  at: Date | undefined,
): Promise<boolean> => {
  const key = [shopId, segmentId, customerId];
  const [row] = at === undefined ? await selectInNow(on, key) : await selectIn(on, [...key, at]);
  return row?.is_in === true;
};

/** A customer at a moment. */
export interface Presence {
  readonly customerId: string;
  readonly at: Date;
}

// For each by itself along the primary key: the segments are a handful, the customers may be a thousand.
const selectPresent = plannedSql<{ i: number; segment_id: string }>(
  `select distinct asked.i::int4 as i, m.segment_id
   from unnest($2::uuid[], $3::timestamptz[]) with ordinality as asked (customer_id, at, i)
   cross join unnest($4::uuid[]) as s (id)
   join lateral (select segment_id from segment_memberships where shop_id = $1 and segment_id = s.id
     and customer_id = asked.customer_id and entered_at <= asked.at and (left_at is null or left_at > asked.at)
     limit 1) m on true`,
);

/** In which of these segments each was at their moment, in the order in which they are asked about. */
export async function listPresent(
  on: Reader,
  shopId: string,
  segmentIds: readonly string[],
  asked: readonly Presence[],
): Promise<ReadonlySet<string>[]> {
  const found = asked.map(() => new Set<string>());
  if (asked.length === 0 || segmentIds.length === 0) return found;
  const rows = await selectPresent(on, [
    shopId,
    asked.map(({ customerId }) => customerId),
    asked.map(({ at }) => at),
    segmentIds,
  ]);
  for (const row of rows) found[row.i - 1]?.add(row.segment_id);
  return found;
}

// Along the open key; two who add the same customer at once: the second finds them there.
const addStatement = preparedSql<{ customer_id: string }>(
  'add_segment_members',
  `insert into segment_memberships (shop_id, segment_id, customer_id, stay, entered_at, entered_by)
   select $1, $2, c.id, 1 + coalesce((select max(stay) from segment_memberships where shop_id = $1 and segment_id = $2
     and customer_id = c.id), 0), $4, 'list'
   from unnest($3::uuid[]) as c (id) order by c.id
   on conflict (shop_id, segment_id, customer_id) where left_at is null do nothing returning customer_id`,
);
const removeStatement = preparedSql<{ customer_id: string }>(
  'remove_segment_members',
  `update segment_memberships set left_at = greatest($4, entered_at), left_by = 'list' where shop_id = $1 and segment_id = $2
     and customer_id = any($3::uuid[]) and left_at is null returning customer_id`,
);

/** Puts customers on a locked list. Returns those who were not on it. */
export const addRows = async (
  tx: Tx,
  shopId: string,
  segmentId: string,
  customerIds: readonly string[],
  now: Date,
): Promise<string[]> =>
  (await addStatement(tx, [shopId, segmentId, customerIds, now])).map((row) => row.customer_id);

/** Takes customers off a locked list. Returns those who were on it. */
export const removeRows = async (
  tx: Tx,
  shopId: string,
  segmentId: string,
  customerIds: readonly string[],
  now: Date,
): Promise<string[]> =>
  (await removeStatement(tx, [shopId, segmentId, customerIds, now])).map((row) => row.customer_id);

const closeStatement = preparedSql<{ customer_id: string }>(
  'close_segment',
  `update segment_memberships set left_at = greatest($3, entered_at), left_by = 'archived'
   where shop_id = $1 and segment_id = $2 and left_at is null`,
);

/** Ends every membership of a segment. */
export const closeRows = async (tx: Tx, shopId: string, segmentId: string, now: Date): Promise<void> =>
  void (await closeStatement(tx, [shopId, segmentId, now]));
