import type { Tx } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';

// Along participants_activity_idx and the primary keys.
const forgetThose = preparedSql(
  'forget_help_identifiers',
  `delete from help_identifiers i using participants p
   where p.shop_id = $1 and p.activity_id = $2 and i.shop_id = $1 and i.participant_id = p.id`,
);
const forgetDays = preparedSql(
  'forget_help_days',
  'delete from help_days where shop_id = $1 and activity_id = $2',
);

/** Forgets by what the helpers of an activity were told apart; their helps stay. */
export async function forgetHelpers(tx: Tx, shopId: string, activityId: string): Promise<void> {
  await forgetThose(tx, [shopId, activityId]);
  await forgetDays(tx, [shopId, activityId]);
}
