import type { Ctx } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/client.ts';
import { findMemberships } from '../../segments/members.ts';
import { activitySettings } from '../settings.ts';

/** Whether somebody is staff, or tests: they draw and enter like everybody, and are told apart in what is published. */
export async function isInsider(tx: Tx, { shop, now }: Ctx, customerId: string): Promise<boolean> {
  const { insiderSegmentIds } = activitySettings.of(shop);
  if (insiderSegmentIds.length === 0) return false;
  const [found] = await findMemberships(tx, shop.id, insiderSegmentIds, [{ customerId, at: now }]);
  return (found?.size ?? 0) > 0;
}
