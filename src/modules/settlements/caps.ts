import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { findRule } from './policy-repository.ts';
import { returnPolicyUse } from './settlement-repository.ts';
import type { Settlement } from './tables.ts';

/** What is not paid does not use up a cap. */
export async function giveBackCaps(tx: Tx, ctx: Ctx, settlement: Settlement): Promise<void> {
  const { policyId, ruleVersion, customerId, amount, capYear } = settlement;
  if (policyId === null || ruleVersion === null) return;
  const rule = await findRule(tx, ctx.shop.id, policyId, ruleVersion);
  if (rule?.budgetAmount != null) await returnPolicyUse(tx, ctx.shop.id, [policyId, policyId, 0], amount);
  if (rule?.customerYearCapAmount != null && customerId !== null)
    await returnPolicyUse(tx, ctx.shop.id, [policyId, customerId, capYear], amount);
}
