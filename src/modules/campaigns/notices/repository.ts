import { and, eq, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { campaignNotices, campaigns } from '../tables.ts';

/** Campaigns of which somebody is to hear. By campaigns_notice_due_idx. */
export const listDueNotices = (
  on: Reader,
  shopId: string,
  now: Date,
  limit: number,
): Promise<{ id: string }[]> =>
  on
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.shopId, shopId), lte(campaigns.noticeDueAt, now)))
    .orderBy(campaigns.noticeDueAt, campaigns.id)
    .limit(limit);

/** Keeps that tiers have heard of a start. Returns those that had not yet. */
export async function insertNotices(
  tx: Tx,
  notice: {
    readonly shopId: string;
    readonly campaignId: string;
    readonly startsAt: Date;
    readonly toldAt: Date;
  },
  tierKeys: readonly string[],
): Promise<string[]> {
  if (tierKeys.length === 0) return [];
  const rows = await tx
    .insert(campaignNotices)
    .values(tierKeys.map((tierKey) => ({ ...notice, tierKey })))
    .onConflictDoNothing()
    .returning({ tierKey: campaignNotices.tierKey });
  return rows.map(({ tierKey }) => tierKey);
}

/** Everything that is scheduled is looked at again. By campaigns_state_idx. */
export const wakeNotices = async (tx: Tx, shopId: string, now: Date): Promise<void> =>
  void (await tx
    .update(campaigns)
    .set({ noticeDueAt: now, version: sql`${campaigns.version} + 1` })
    .where(
      and(
        eq(campaigns.shopId, shopId),
        eq(campaigns.state, 'scheduled'),
        sql`${campaigns.startsAt} is not null`,
      ),
    ));
