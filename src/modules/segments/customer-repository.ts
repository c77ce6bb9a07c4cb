import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';

// Merges and erasures have their turn in the shop, and nobody decides about memberships meanwhile: both wait for each other.

// Rows of the duplicate follow those of the customer that stays, so that each keeps a number of its own. Where both are in now, the
// duplicate's row ends. Along the primary key.
const closeStatement = preparedSql<{ segment_id: string }>(
  'close_merged_memberships',
  `update segment_memberships m set left_at = greatest($4, m.entered_at), left_by = 'merge'
   where m.shop_id = $1 and m.customer_id = $2 and m.left_at is null and exists (select 1 from segment_memberships o
     where o.shop_id = $1 and o.segment_id = m.segment_id and o.customer_id = $3 and o.left_at is null)
   returning m.segment_id`,
);
const moveStatement = preparedSql<{ segment_id: string }>(
  'move_memberships',
  `update segment_memberships m set customer_id = $3, stay = m.stay + coalesce((select max(o.stay) from segment_memberships o
     where o.shop_id = $1 and o.segment_id = m.segment_id and o.customer_id = $3), 0)
   where m.shop_id = $1 and m.customer_id = $2 returning m.segment_id`,
);

/** Gives the memberships of one customer to another. Returns how many, and by how many members segments changed. */
export async function moveMemberships(
  tx: Tx,
  shopId: string,
  from: string,
  to: string,
  now: Date,
): Promise<{ moved: number; sizes: ReadonlyMap<string, number> }> {
  const closed = await closeStatement(tx, [shopId, from, to, now]);
  const moved = await moveStatement(tx, [shopId, from, to]);
  return { moved: moved.length, sizes: new Map(closed.map((row) => [row.segment_id, -1])) };
}

const eraseStatement = preparedSql<{ segment_id: string; is_open: boolean }>(
  'erase_memberships',
  `delete from segment_memberships where shop_id = $1 and customer_id = $2
   returning segment_id, left_at is null as is_open`,
);

/** Takes the memberships of a customer away. Returns by how many members segments changed. */
export async function eraseMemberships(
  tx: Tx,
  shopId: string,
  customerId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await eraseStatement(tx, [shopId, customerId]);
  return new Map(rows.filter((row) => row.is_open).map((row) => [row.segment_id, -1]));
}

const moveTimesStatement = preparedSql<{ id: string }>(
  'move_service_times',
  'update service_times set customer_id = $3 where shop_id = $1 and customer_id = $2 returning id',
);

/** Gives the service time of one customer to another. Returns how many entries. */
export const moveServiceTimes = async (tx: Tx, shopId: string, from: string, to: string): Promise<number> =>
  (await moveTimesStatement(tx, [shopId, from, to])).length;

const eraseTimesStatement = preparedSql(
  'erase_service_times',
  `update service_times set customer_id = null, subject_type = null, subject_id = null
   where shop_id = $1 and customer_id = $2`,
);

/** Takes the customer out of their service time: the minutes stay. */
export const eraseServiceTimes = async (tx: Tx, shopId: string, customerId: string): Promise<void> =>
  void (await eraseTimesStatement(tx, [shopId, customerId]));
