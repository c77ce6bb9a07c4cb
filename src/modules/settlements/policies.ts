import type { Ctx } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/client.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { Problem } from '../../platform/errors.ts';
import { type EventDefinition, eventRow } from '../../platform/events/define.ts';
import { appendEvents } from '../../platform/events/outbox.ts';
import type { Page } from '../../platform/http/pagination.ts';
import { newId } from '../../platform/ids.ts';
import { checkVersion } from '../../platform/versions.ts';
import { settlementErrors } from './errors.ts';
import { policyEvents } from './events.ts';
import {
  getPolicy,
  insertPolicy,
  insertVersion,
  listPolicyRows,
  listVersionRows,
  lockPolicy,
  updatePolicyRow,
  type WholePolicy,
} from './policy-repository.ts';
import { requireSegments } from '../segments/references.ts';
import { requireProducts } from './named-products.ts';
import { findRuleFaults, type PolicyRule, segmentsOf } from './policy-rules.ts';
import { readPolicyUses } from './settlement-repository.ts';
import type { PolicyVersion } from './tables.ts';
import { describePolicy } from './words-rules.ts';
import { yearIn } from './year-rules.ts';

export interface PolicyInput extends PolicyRule {
  readonly name: string;
  /** Since when orders are promised it: now, or earlier, which can only be to their good. */
  readonly inForceFrom?: string;
}

/** Promises to pay price differences. Refusals: policy_inconsistent, product_not_found, segment_not_found, segment_archived. */
export async function createPolicy(ctx: Ctx, input: PolicyInput): Promise<WholePolicy> {
  const { name, inForceFrom, ...rule } = input;
  refuseFaults(rule);
  const from = inForceFrom === undefined ? ctx.now : new Date(inForceFrom);
  if (from > ctx.now) throw inconsistent('/inForceFrom', 'A promise is in force from now, or from earlier.');
  const policy = {
    shopId: ctx.shop.id,
    id: newId(),
    name,
    ruleVersion: 1,
    archivedAt: null,
    version: 1,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  const whole = { policy, current: versionOf(ctx, policy.id, 1, rule, from) };
  return inTransaction(ctx, async (tx) => {
    await requireProducts(tx, ctx, productsOf(rule));
    await requireSegments(tx, ctx.shop.id, segmentsOf(rule));
    await insertPolicy(tx, whole);
    await tell(tx, ctx, policyEvents.created, whole);
    return whole;
  });
}

/**
 * Gives a policy another rule for orders from now on. Orders that were placed before keep what they were promised: no promise is
 * changed after it was made. Refusals: policy_inconsistent, product_not_found, segment_not_found, segment_archived,
 * policy_archived.
 */
export async function updatePolicy(
  ctx: Ctx,
  id: string,
  { name, ...changes }: Partial<Omit<PolicyInput, 'inForceFrom'>>,
): Promise<WholePolicy> {
  return inTransaction(ctx, async (tx) => {
    const { policy, current } = await lockPolicy(tx, ctx.shop.id, id);
    checkVersion(ctx, policy);
    if (policy.archivedAt) throw settlementErrors.policy_archived();
    const rule = { ...current.rule, ...changes };
    refuseFaults(rule);
    await requireProducts(tx, ctx, productsOf(changes));
    await requireSegments(tx, ctx.shop.id, segmentsOf(changes));
    const isSame = Object.keys(changes).length === 0;
    const ruleVersion = policy.ruleVersion + (isSame ? 0 : 1);
    const next = isSame
      ? current
      : versionOf(ctx, id, ruleVersion, rule, laterOf(current.inForceFrom, ctx.now));
    if (!isSame) await insertVersion(tx, next);
    const changed = { ...(name === undefined ? {} : { name }), ruleVersion, updatedAt: ctx.now };
    const whole = { policy: await updatePolicyRow(tx, policy, changed), current: next };
    await tell(tx, ctx, policyEvents.changed, whole);
    return whole;
  });
}

const laterOf = (a: Date, b: Date): Date => (a > b ? a : b);

/** Promises it to no new order. What earlier ones were promised stays. */
export async function archivePolicy(ctx: Ctx, id: string): Promise<WholePolicy> {
  return inTransaction(ctx, async (tx) => {
    const { policy, current } = await lockPolicy(tx, ctx.shop.id, id);
    checkVersion(ctx, policy);
    if (policy.archivedAt) return { policy, current };
    const archived = await updatePolicyRow(tx, policy, { archivedAt: ctx.now, updatedAt: ctx.now });
    const whole = { policy: archived, current };
    await tell(tx, ctx, policyEvents.archived, whole);
    return whole;
  });
}

/** A policy with its newest rule, or `not_found`. */
export const readPolicy = (ctx: Ctx, id: string): Promise<WholePolicy> => getPolicy(ctx.db, ctx.shop.id, id);

/** Policies, newest first. */
export const readPolicies = (
  ctx: Ctx,
  query: { limit: number; cursor?: string },
): Promise<Page<WholePolicy>> => listPolicyRows(ctx.db, ctx.shop.id, query);

/** Everything that a policy ever promised, newest first. */
export async function readPolicyVersions(ctx: Ctx, id: string): Promise<PolicyVersion[]> {
  await getPolicy(ctx.db, ctx.shop.id, id);
  return listVersionRows(ctx.db, ctx.shop.id, id);
}

/** What is used up of a policy's limits. */
export interface PolicyUsage {
  readonly whole: WholePolicy;
  readonly customerId: string | undefined;
  readonly used: Awaited<ReturnType<typeof readPolicyUses>>;
}

/** What is used up of a policy's budget, and of this year's cap of a customer. */
export async function readPolicyUsage(
  ctx: Ctx,
  { policyId, customerId }: { readonly policyId: string; readonly customerId?: string },
): Promise<PolicyUsage> {
  const year = yearIn(ctx.shop.timezone, ctx.now);
  const [whole, used] = await Promise.all([
    getPolicy(ctx.db, ctx.shop.id, policyId),
    readPolicyUses(ctx.db, ctx.shop.id, policyId, customerId ?? null, year),
  ]);
  return { whole, customerId, used };
}

const versionOf = (
  ctx: Ctx,
  policyId: string,
  ruleVersion: number,
  rule: PolicyRule,
  inForceFrom: Date,
): PolicyVersion => ({
  shopId: ctx.shop.id,
  policyId,
  ruleVersion,
  rule,
  words: describePolicy(rule, ctx.shop.currency),
  inForceFrom,
  createdAt: ctx.now,
});

function refuseFaults(rule: PolicyRule): void {
  const faults = findRuleFaults(rule);
  if (faults.length === 0) return;
  const violations = faults.map((fault) => ({ in: 'body' as const, code: 'policy_inconsistent', ...fault }));
  throw settlementErrors.policy_inconsistent(undefined, { violations });
}

const productsOf = ({ productIds, excludedProductIds }: Partial<PolicyRule>) => ({
  productIds,
  excludedProductIds,
});

const inconsistent = (pointer: string, detail: string): Problem =>
  settlementErrors.policy_inconsistent(detail, { pointer });

const tell = (
  tx: Tx,
  ctx: Ctx,
  kind: EventDefinition<typeof policyEvents.created.data>,
  { policy }: WholePolicy,
): Promise<void> =>
  appendEvents(tx, ctx, [
    eventRow(ctx, kind, policy.id, { name: policy.name, ruleVersion: policy.ruleVersion }),
  ]);
