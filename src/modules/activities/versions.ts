import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { insertActivityVersion, rewriteVersion, type WholeActivity } from './repository.ts';
import type { ActivityRule } from './rule-schemas.ts';
import type { ActivityVersion } from './tables.ts';

export const versionOf = (
  ctx: Ctx,
  activityId: string,
  number: number,
  rule: ActivityRule,
): ActivityVersion => ({
  shopId: ctx.shop.id,
  activityId,
  number,
  rule,
  actorKind: ctx.actor.kind,
  actorId: ctx.actor.id,
  createdAt: ctx.now,
});

/** Lets a locked activity say something else. A draft is written anew; else it is the next version. Returns the number in force then. */
export async function sayAnew(tx: Tx, ctx: Ctx, { row }: WholeActivity, rule: ActivityRule): Promise<number> {
  const isDraft = row.state === 'draft';
  const number = row.ruleVersion + (isDraft ? 0 : 1);
  const version = versionOf(ctx, row.id, number, rule);
  await (isDraft ? rewriteVersion(tx, version) : insertActivityVersion(tx, version));
  return number;
}
