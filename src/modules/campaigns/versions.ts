import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { insertCampaignVersion, rewriteVersion, type WholeCampaign } from './repository.ts';
import type { CampaignRule } from './rule-schemas.ts';
import type { CampaignVersion } from './tables.ts';

export const versionOf = (
  ctx: Ctx,
  campaignId: string,
  number: number,
  rule: CampaignRule,
): CampaignVersion => ({
  shopId: ctx.shop.id,
  campaignId,
  number,
  rule,
  actorKind: ctx.actor.kind,
  actorId: ctx.actor.id,
  createdAt: ctx.now,
});

/**
 * Lets a locked campaign say something else. A draft is written anew: nobody has gone by it. Else it is the next version, and what was
 * said before stays to be read. Returns the number that is in force then.
 */
export async function sayAnew(tx: Tx, ctx: Ctx, { row }: WholeCampaign, rule: CampaignRule): Promise<number> {
  const isDraft = row.state === 'draft';
  const number = row.ruleVersion + (isDraft ? 0 : 1);
  const version = versionOf(ctx, row.id, number, rule);
  await (isDraft ? rewriteVersion(tx, version) : insertCampaignVersion(tx, version));
  return number;
}
