import { eq } from 'drizzle-orm';
import type { Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { type CarrierScoring, carrierScoring } from './tables.ts';

const addTurn = preparedSql(
  'add_carrier_scoring',
  'insert into carrier_scoring (shop_id) values ($1) on conflict (shop_id) do nothing',
);

/**
 * Takes the shop's turn with its carriers: shares of trials are summed over all of them, and the scores of a day are written
 * once. Whoever also locks carriers or methods takes the turn first.
 */
export async function takeTurn(tx: Tx, shopId: string): Promise<CarrierScoring> {
  await addTurn(tx, [shopId]);
  const [row] = await tx
    .select()
    .from(carrierScoring)
    .where(eq(carrierScoring.shopId, shopId))
    .for('no key update');
  if (!row) throw new Error(`shop ${shopId} has no turn`);
  return row;
}

const wake = preparedSql(
  'wake_carrier_scoring',
  `insert into carrier_scoring (shop_id, due_at) values ($1, $2)
   on conflict (shop_id) do update set due_at = excluded.due_at where carrier_scoring.due_at is null`,
);

/** Something will be there to be scored: scores that slept go on at the end of the day. */
export const wakeScoring = async (tx: Tx, shopId: string, dueAt: Date): Promise<void> =>
  void (await wake(tx, [shopId, dueAt]));

export const writeScoring = async (
  tx: Tx,
  shopId: string,
  changes: { readonly dueAt: Date | null; readonly scoredThroughOn: string },
): Promise<void> =>
  void (await tx.update(carrierScoring).set(changes).where(eq(carrierScoring.shopId, shopId)));

// Nobody waits here for anybody else who registers parcels, but scores that are about to fall asleep wait until what is being
// written is there to be seen.
const holdScoring = preparedSql<{ due_at: Date | null }>(
  'hold_carrier_scoring',
  'select due_at from carrier_scoring where shop_id = $1 for key share',
);

/** When the scores go on; null while they sleep. They do not fall asleep before the caller has committed. */
export const holdScoringDue = async (tx: Tx, shopId: string): Promise<Date | null> =>
  (await holdScoring(tx, [shopId]))[0]?.due_at ?? null;
