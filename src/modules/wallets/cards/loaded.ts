import type { Reader } from '../../../platform/db/client.ts';
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
