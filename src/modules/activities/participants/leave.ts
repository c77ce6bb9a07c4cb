import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { deleteParticipant, lockParticipant, releasePlace } from './repository.ts';

/** Building block: somebody who has counted for nothing and earned nothing takes part no more: their place and their budget are free. */
export async function leavePlace(tx: Tx, { shop }: Ctx, participantId: string): Promise<void> {
  const { id, activityId, promisedAmount } = await lockParticipant(tx, shop.id, participantId);
  await deleteParticipant(tx, shop.id, id);
  await releasePlace(tx, shop.id, { activityId, promisedAmount });
}
