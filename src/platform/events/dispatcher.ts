import { type Deps, systemContext, type Ctx } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { preparedSql } from '../db/prepared.ts';
import { inTransaction } from '../db/transaction.ts';
import { getShop } from '../shops/shop.ts';
import { sequenceEvents } from './sequencer.ts';
import type { EventDefinition } from './define.ts';

/** A committed event as subscribers and the change feed read it. */
export interface FeedEvent {
  readonly id: string;
  readonly position: bigint;
  readonly type: string;
  readonly subject_id: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
}

/** Takes events after their commit, each exactly once: the cursor moves in the transaction of the effect. */
export interface Subscriber {
  readonly name: string;
  readonly events: readonly EventDefinition[];
  handle(tx: Tx, ctx: Ctx, event: FeedEvent): Promise<void>;
}

const MAX_ATTEMPTS = 8;
const BATCH = 200;

const findLaggingShops = preparedSql<{ shop_id: string; cursor: bigint; head: bigint }>(
  'find_lagging_shops',
  `select h.shop_id, coalesce(c.position, 0)::int8 as cursor, h.position as head
   from feed_heads h left join subscriber_cursors c on c.shop_id = h.shop_id and c.subscriber = $1
   where coalesce(c.position, 0) < h.position order by h.shop_id`,
);

// Read along outbox_position_key.
const readEvents = preparedSql<FeedEvent>(
  'read_subscriber_events',
  `select id, position, type, subject_id, data, occurred_at from outbox
   where shop_id = $1 and position > $2 and position <= $3 and type = any($4) order by position limit ${BATCH}`,
);

// Two dispatchers meet here: the second waits for the row, then finds the position already passed.
const moveCursor = preparedSql<{ position: bigint }>(
  'move_subscriber_cursor',
  `insert into subscriber_cursors as c (shop_id, subscriber, position) values ($1, $2, $3)
   on conflict (shop_id, subscriber) do update set position = excluded.position where c.position < excluded.position
   returning c.position`,
);

const readFailure = preparedSql<{ attempts: number; waiting: boolean }>(
  'read_subscriber_failure',
  `select attempts, next_attempt_at > $4 as waiting from subscriber_failures
   where shop_id = $1 and subscriber = $2 and event_id = $3`,
);

const writeFailure = preparedSql(
  'write_subscriber_failure',
  `insert into subscriber_failures (shop_id, subscriber, event_id, attempts, last_error, next_attempt_at, parked_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (shop_id, subscriber, event_id) do update set attempts = excluded.attempts,
     last_error = excluded.last_error, next_attempt_at = excluded.next_attempt_at, parked_at = excluded.parked_at`,
);

/** Numbers what was committed and hands it to the subscribers. Returns how many events were numbered or handled. */
export async function dispatchEvents(deps: Deps, subscribers: readonly Subscriber[]): Promise<number> {
  let done = await sequenceEvents(deps.db);
  for (const subscriber of subscribers) {
    for (const lag of await findLaggingShops(deps.db, [subscriber.name])) {
      done += await catchUp(deps, subscriber, lag.shop_id, lag.cursor, lag.head);
    }
  }
  return done;
}

async function catchUp(deps: Deps, subscriber: Subscriber, shopId: string, cursor: bigint, head: bigint) {
  const ctx = systemContext(deps, await getShop(deps.db, shopId), subscriber.name);
  const types = subscriber.events.map((event) => event.type);
  let done = 0;
  for (let position = cursor; ; ) {
    const events = await readEvents(deps.db, [shopId, position, head, types]);
    for (const event of events) {
      if (!(await deliver(ctx, subscriber, event))) return done;
      done += 1;
      position = event.position;
    }
    if (events.length < BATCH) break;
  }
  await moveCursor(deps.db, [shopId, subscriber.name, head]);
  return done;
}

/** Hands over one event; false when it failed and must be tried again before anything after it. */
async function deliver(ctx: Ctx, subscriber: Subscriber, event: FeedEvent): Promise<boolean> {
  const key = [ctx.shop.id, subscriber.name, event.id];
  const [failure] = await readFailure(ctx.db, [...key, ctx.realNow]);
  if (failure?.waiting) return false;
  try {
    await inTransaction(ctx, async (tx) => {
      const moved = await moveCursor(tx, [ctx.shop.id, subscriber.name, event.position]);
      if (moved.length > 0) await subscriber.handle(tx, ctx, event);
    });
    return true;
  } catch (error) {
    const attempts = (failure?.attempts ?? 0) + 1;
    const parked = attempts >= MAX_ATTEMPTS;
    ctx.log.error(
      { err: error, subscriber: subscriber.name, eventId: event.id, attempts, parked },
      'subscriber failed',
    );
    const retryAt = new Date(ctx.realNow.getTime() + 1_000 * 2 ** attempts);
    await writeFailure(ctx.db, [
      ...key,
      attempts,
      String(error).slice(0, 1000),
      retryAt,
      parked ? ctx.realNow : null,
    ]);
    if (parked) await moveCursor(ctx.db, [ctx.shop.id, subscriber.name, event.position]);
    return parked;
  }
}
