import { type Deps, systemContext } from '../context.ts';
import { preparedSql } from '../db/prepared.ts';
import { inTransaction } from '../db/transaction.ts';
import { getShop } from '../shops/shop.ts';
import { insertDeliveries } from './repository.ts';

const BATCH = 500;
const SUBSCRIBER = 'webhooks';

// One statement for all shops without endpoints. An endpoint that is made meanwhile gets what is numbered after it, and
// that is not passed here: this sees no more of the feed than was there when the endpoint was not.
const passShopsWithoutEndpoints = preparedSql(
  'pass_shops_without_webhooks',
  `insert into subscriber_cursors as c (shop_id, subscriber, position)
   select h.shop_id, '${SUBSCRIBER}', h.position
   from feed_heads h left join subscriber_cursors k on k.shop_id = h.shop_id and k.subscriber = '${SUBSCRIBER}'
   where coalesce(k.position, 0) < h.position
     and not exists (select from webhook_endpoints e where e.shop_id = h.shop_id and e.state = 'enabled')
   order by h.shop_id
   on conflict (shop_id, subscriber) do update set position = excluded.position where c.position < excluded.position`,
);

const findLaggingShops = preparedSql<{ shop_id: string; cursor: bigint; head: bigint }>(
  'find_shops_with_webhooks_to_send',
  `select h.shop_id, coalesce(c.position, 0)::int8 as cursor, h.position as head
   from feed_heads h left join subscriber_cursors c on c.shop_id = h.shop_id and c.subscriber = '${SUBSCRIBER}'
   where coalesce(c.position, 0) < h.position order by h.shop_id`,
);

// Two dispatchers meet here: the second waits for the row and then finds another position than it read.
const moveCursor = preparedSql<{ position: bigint }>(
  'move_webhook_cursor',
  `insert into subscriber_cursors as c (shop_id, subscriber, position) values ($1, '${SUBSCRIBER}', $3)
   on conflict (shop_id, subscriber) do update set position = excluded.position where c.position = $2
   returning c.position`,
);

// Events along outbox_position_key. The endpoints are locked, so that none is disabled before its deliveries can be seen.
const findMatches = preparedSql<{ endpoint_id: string; event_id: string; type: string; subject_id: string }>(
  'find_webhook_matches',
  `select e.id as endpoint_id, o.id as event_id, o.type, o.subject_id
   from outbox o join webhook_endpoints e on e.shop_id = o.shop_id
   where o.shop_id = $1 and o.position > $2 and o.position <= $3 and o.type <> 'webhook.test'
     and e.state = 'enabled' and o.position > e.start_position and (e.types = '{}' or o.type = any(e.types))
   order by o.position, e.id for share of e`,
);

/** Sets committed events on their way to the endpoints that want them. Returns how many places of the feed were passed. */
export async function fanOutWebhooks(deps: Deps): Promise<number> {
  await passShopsWithoutEndpoints(deps.db, []);
  let passed = 0;
  for (const { shop_id: shopId, cursor, head } of await findLaggingShops(deps.db, [])) {
    const end = head - cursor > BATCH ? cursor + BigInt(BATCH) : head;
    if (await fanOutBatch(deps, shopId, cursor, end)) passed += Number(end - cursor);
  }
  return passed;
}

/** One batch of one shop in one transaction; false when another dispatcher had it. */
async function fanOutBatch(deps: Deps, shopId: string, start: bigint, end: bigint): Promise<boolean> {
  const ctx = systemContext(deps, await getShop(deps.db, shopId), SUBSCRIBER);
  return inTransaction(ctx, async (tx) => {
    if ((await moveCursor(tx, [shopId, start, end])).length === 0) return false;
    const matches = await findMatches(tx, [shopId, start, end]);
    await insertDeliveries(
      tx,
      ctx,
      matches.map((match) => ({
        endpointId: match.endpoint_id,
        eventId: match.event_id,
        eventType: match.type,
        subjectId: match.subject_id,
        replayNumber: 0,
      })),
    );
    return true;
  });
}
