import type { Deps } from '../context.ts';
import { systemContext } from '../context.ts';
import { preparedSql } from '../db/prepared.ts';
import { inTransaction } from '../db/transaction.ts';
import { getShop } from '../shops/shop.ts';
import { after, DAY_MS, MINUTE_MS } from '../time.ts';
import { DELIVER_TASK, wakeLanes } from './repository.ts';

/** How long the log of a delivery that is over is kept; real time. */
const KEPT_DAYS = 30;
const PURGE_BATCH = 1_000;
/** What is due for so long was forgotten, or waits behind others; being woken once more changes nothing then. */
const OVERDUE_MS = 2 * MINUTE_MS;

// graphile-worker gives up a worker after four hours. A job of webhooks ends within half a minute: older ones died.
const freeDeadWorkers = preparedSql<{ freed: bigint }>(
  'free_dead_webhook_workers',
  `with dead as (
     select array_agg(locked_by) as ids from graphile_worker.jobs
     where task_identifier = $1 and locked_at < now() - interval '90 seconds'
   )
   select coalesce(array_length(ids, 1), 0)::int8 as freed,
     case when ids is not null then graphile_worker.force_unlock_workers(ids)::text end from dead`,
);

const findOverdueLanes = preparedSql<{ shop_id: string; endpoint_id: string; lane: number }>(
  'find_overdue_webhook_lanes',
  `select distinct shop_id, endpoint_id, lane from webhook_deliveries
   where next_attempt_at is not null and next_attempt_at < $1 order by shop_id, endpoint_id, lane`,
);

/** Sets going again what a worker that died has left. */
export async function reviveWebhooks(deps: Deps): Promise<void> {
  await freeDeadWorkers(deps.db, [DELIVER_TASK]);
  const overdue = await findOverdueLanes(deps.db, [after(deps.clock.now(), -OVERDUE_MS)]);
  for (const shopId of new Set(overdue.map((row) => row.shop_id))) {
    const ctx = systemContext(deps, await getShop(deps.db, shopId), 'webhooks');
    const lanes = overdue
      .filter((row) => row.shop_id === shopId)
      .map(({ endpoint_id: endpointId, lane }) => ({ shopId, endpointId, lane }));
    await inTransaction(ctx, (tx) => wakeLanes(tx, lanes));
  }
}

// Along webhook_deliveries_finished_idx; the attempts go with their delivery.
const purgeBatch = preparedSql<{ id: string }>(
  'purge_webhook_deliveries',
  `delete from webhook_deliveries d using (
     select shop_id, id from webhook_deliveries where finished_at < $1 order by finished_at limit ${PURGE_BATCH}
       for update skip locked) old
   where d.shop_id = old.shop_id and d.id = old.id returning d.id`,
);

/** Forgets deliveries that were over 30 days ago. */
export async function purgeWebhookDeliveries(deps: Deps): Promise<void> {
  const before = after(deps.clock.now(), -KEPT_DAYS * DAY_MS);
  while ((await purgeBatch(deps.db, [before])).length === PURGE_BATCH);
}
