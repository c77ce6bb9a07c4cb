import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { rowInsert } from '../../../platform/db/records.ts';
import { type EarlyParcelEvent, earlyParcelEvents as early } from './tables.ts';

// A few turns for each carrier, and not one for each number: a request names a thousand, and locks are dear. In their order, so that
// two requests do not wait for each other.
const takeTurns = preparedSql(
  'take_tracking_number_turns',
  `select count(pg_advisory_xact_lock(hashtextextended('parcels.number/' || $1 || '/' || $2 || '/' || turn, 0)))
   from (select distinct abs(hashtext(number) % 64) as turn from unnest($3::text[]) as number order by 1) turns`,
);

/**
 * Takes the turns of tracking numbers: between the look for a parcel and the keeping of what waits for it nobody registers one with
 * the number. Whoever also locks parcels takes the turns first.
 */
export const holdNumbers = async (
  tx: Tx,
  shopId: string,
  carrierId: string,
  numbers: readonly string[],
): Promise<void> => {
  if (numbers.length > 0) await takeTurns(tx, [shopId, carrierId, numbers]);
};

const insertRows = rowInsert(
  'insert_early_parcel_events',
  early,
  'on conflict (shop_id, carrier_id, carrier_event_id) do nothing returning id',
);

/** Keeps what waits for its parcel; the ids of what is kept. What waits already waits on. */
export async function insertEarlyEvents(
  tx: Tx,
  rows: readonly EarlyParcelEvent[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  return new Set((await insertRows(tx, rows)).map(({ id }) => id));
}

/** What waits, by the carrier's own ids. By early_parcel_events_event_key. */
export const listEarlyEvents = (
  on: Reader,
  shopId: string,
  carrierId: string,
  carrierEventIds: readonly string[],
): Promise<EarlyParcelEvent[]> =>
  on
    .select()
    .from(early)
    .where(
      and(
        eq(early.shopId, shopId),
        eq(early.carrierId, carrierId),
        inArray(early.carrierEventId, [...carrierEventIds]),
      ),
    );

/** Takes out what waits for parcels with these numbers. By early_parcel_events_number_idx. */
export const takeEarlyEvents = (
  tx: Tx,
  shopId: string,
  carrierId: string,
  numbers: readonly string[],
): Promise<EarlyParcelEvent[]> =>
  tx
    .delete(early)
    .where(
      and(
        eq(early.shopId, shopId),
        eq(early.carrierId, carrierId),
        inArray(early.trackingNumber, [...numbers]),
      ),
    )
    .returning();

/** Forgets a batch of what waited too long. By early_parcel_events_due_idx. */
export async function dropDueEvents(tx: Tx, shopId: string, now: Date, batch: number): Promise<number> {
  const due = tx
    .select({ id: early.id })
    .from(early)
    .where(and(eq(early.shopId, shopId), lte(early.dueAt, now)))
    .orderBy(asc(early.dueAt))
    .limit(batch)
    .for('update', { skipLocked: true });
  const dropped = await tx
    .delete(early)
    .where(and(eq(early.shopId, shopId), inArray(early.id, due)))
    .returning({ id: early.id });
  return dropped.length;
}
