import type { Db } from '../db/client.ts';

// One sequencer at a time, over all processes. The number is arbitrary and only has to be this one's own.
const SEQUENCER_LOCK = 7_223_001;
const BATCH = 5_000;

/**
 * Numbers committed events per shop, so that a reader of the feed never misses a row. A number given at insert
 * would be wrong: transactions commit in another order than they insert, and a reader past a number would
 * miss a row that commits late. Here a row gets its number after it is visible, from one writer at a time.
 *
 * The order inside a batch is the database's clock: what was recorded after another commit comes after it.
 */
const numberEvents = `
  with waiting as (
    select shop_id, id, row_number() over (partition by shop_id order by recorded_at, id) as n
    from (select shop_id, id, recorded_at from outbox where position is null
          order by recorded_at, id limit ${BATCH}) oldest
  ), counted as (
    select shop_id, max(n) as total from waiting group by shop_id
  ), heads as (
    insert into feed_heads (shop_id, position) select shop_id, total from counted order by shop_id
    on conflict (shop_id) do update set position = feed_heads.position + excluded.position
    returning shop_id, position
  )
  update outbox set position = heads.position - counted.total + waiting.n
  from waiting join counted using (shop_id) join heads using (shop_id)
  where outbox.shop_id = waiting.shop_id and outbox.id = waiting.id`;

/** Numbers what is waiting, one batch. Returns how many events it numbered; 0 also when another process is at it. */
export async function sequenceEvents(db: Db): Promise<number> {
  const client = await db.$client.connect();
  try {
    await client.query('begin');
    const lock = await client.query<{ held: boolean }>(
      `select pg_try_advisory_xact_lock(${SEQUENCER_LOCK}) as held`,
    );
    // The lock comes before the statement whose snapshot must see everything that earlier holders numbered.
    const numbered = lock.rows[0]?.held ? ((await client.query(numberEvents)).rowCount ?? 0) : 0;
    await client.query('commit');
    client.release();
    return numbered;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    client.release(true);
    throw error;
  }
}
