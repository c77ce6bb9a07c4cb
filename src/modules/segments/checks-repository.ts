import type { Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';

// Only where a rule looks at customers. Who is being looked at in this moment is waited for: their row is taken away in the
// transaction that looks at them, and what changed since is to be looked at again. By segments_live_idx.
const queueStatement = preparedSql(
  'queue_segment_checks',
  `insert into segment_checks (shop_id, customer_id, due_at) select $1, c.id, $3
   from (select distinct id from unnest($2::uuid[]) as asked (id)) c
   where exists (select 1 from segments where shop_id = $1 and kind = 'rule' and archived_at is null)
   order by c.id on conflict (shop_id, customer_id) do nothing`,
);

/** Has customers looked at by every rule of the shop. */
export async function queueChecks(
  tx: Tx,
  shopId: string,
  customerIds: readonly string[],
  now: Date,
): Promise<void> {
  if (customerIds.length > 0) await queueStatement(tx, [shopId, customerIds, now]);
}

// In the order of the primary key, as they are queued. By segment_checks_due_idx.
const takeStatement = preparedSql<{ customer_id: string }>(
  'take_segment_checks',
  `delete from segment_checks where shop_id = $1 and customer_id = any(array(
     select customer_id from segment_checks where shop_id = $1 and due_at <= $2 order by due_at, customer_id limit $3))
   returning customer_id`,
);

/** Takes customers who are to be looked at. */
export const takeChecks = async (tx: Tx, shopId: string, now: Date, most: number): Promise<string[]> =>
  (await takeStatement(tx, [shopId, now, most])).map(({ customer_id: id }) => id);

const dropStatement = preparedSql(
  'drop_segment_check',
  'delete from segment_checks where shop_id = $1 and customer_id = $2',
);

/** Forgets that a customer is to be looked at: they are gone. */
export const dropCheck = async (tx: Tx, shopId: string, customerId: string): Promise<void> =>
  void (await dropStatement(tx, [shopId, customerId]));
