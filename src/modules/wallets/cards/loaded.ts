import type { Reader } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import { getCard } from './card-repository.ts';
import { listLoadsOf } from './load-repository.ts';

/** What a paid load of a card comes to for those who count loads. */
export interface Loaded {
  readonly loadId: string;
  readonly loadedAt: Date;
  /** What was paid and not paid back, without the bonus; minor units. */
  readonly amount: bigint;
}

/** The paid loads of a card, with who has it; nobody where it is a bearer card. */
export async function readLoaded(
  on: Reader,
  shopId: string,
  cardId: string,
): Promise<{ readonly customerId: string | null; readonly loads: readonly Loaded[] }> {
  const { customerId } = await getCard(on, shopId, cardId);
  const loads = await listLoadsOf(on, shopId, cardId);
  return {
    customerId,
    loads: loads.flatMap(({ id, loadedAt, paidAmount, refundedAmount }) =>
      loadedAt ? [{ loadId: id, loadedAt, amount: paidAmount - refundedAmount }] : [],
    ),
  };
}

// Along cards_customer_idx and the loads of a card.
const selectLoaded = preparedSql(
  'select_load_of_customer',
  `select 1 from cards c join card_loads l on l.shop_id = c.shop_id and l.card_id = c.id
   where c.shop_id = $1 and c.customer_id = $2 and l.loaded_at is not null limit 1`,
);

/** Whether a customer has ever paid for a load of a card of their own. */
export const hasLoaded = async (on: Reader, shopId: string, customerId: string): Promise<boolean> =>
  (await selectLoaded(on, [shopId, customerId])).length > 0;
