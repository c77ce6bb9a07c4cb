import { and, desc, eq } from 'drizzle-orm';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { platformErrors } from '../../platform/errors.ts';
import { afterKey, type Page, readCursor, toPage } from '../../platform/http/pagination.ts';
import type { PolicyRule } from './policy-rules.ts';
import {
  type PolicyVersion,
  type PriceDifferencePolicy,
  priceDifferencePolicies as policies,
  priceDifferencePolicyVersions as versions,
} from './tables.ts';
import type { Words } from './words-rules.ts';

export interface WholePolicy {
  readonly policy: PriceDifferencePolicy;
  /** The newest version of its rule. */
  readonly current: PolicyVersion;
}

const newest = and(
  eq(versions.shopId, policies.shopId),
  eq(versions.policyId, policies.id),
  eq(versions.ruleVersion, policies.ruleVersion),
);

/** The policy with its newest rule, or `not_found`. */
export async function getPolicy(on: Reader, shopId: string, id: string): Promise<WholePolicy> {
  const [found] = await on
    .select({ policy: policies, current: versions })
    .from(policies)
    .innerJoin(versions, newest)
    .where(and(eq(policies.shopId, shopId), eq(policies.id, id)));
  if (!found) throw platformErrors.not_found();
  return found;
}

/** The same, locked against other changes. */
export async function lockPolicy(tx: Tx, shopId: string, id: string): Promise<WholePolicy> {
  await tx
    .select({ id: policies.id })
    .from(policies)
    .where(and(eq(policies.shopId, shopId), eq(policies.id, id)))
    .for('no key update');
  return getPolicy(tx, shopId, id);
}

/** Policies, newest first, also archived ones. Along the primary key. */
export async function listPolicyRows(
  on: Reader,
  shopId: string,
  query: { limit: number; cursor?: string },
): Promise<Page<WholePolicy>> {
  const rows = await on
    .select({ policy: policies, current: versions })
    .from(policies)
    .innerJoin(versions, newest)
    .where(
      and(
        eq(policies.shopId, shopId),
        afterKey([policies.id], readCursor('price-difference-policies', query), 'desc'),
      ),
    )
    .orderBy(desc(policies.id))
    .limit(query.limit + 1);
  return toPage('price-difference-policies', query, rows, ({ policy }) => [policy.id]);
}

/** What a policy promised from when on, newest first. Along the primary key. */
export const listVersionRows = (on: Reader, shopId: string, policyId: string): Promise<PolicyVersion[]> =>
  on
    .select()
    .from(versions)
    .where(and(eq(versions.shopId, shopId), eq(versions.policyId, policyId)))
    .orderBy(desc(versions.ruleVersion));

export async function insertPolicy(tx: Tx, { policy, current }: WholePolicy): Promise<void> {
  await tx.insert(policies).values(policy);
  await tx.insert(versions).values(current);
}

export const insertVersion = async (tx: Tx, row: PolicyVersion): Promise<void> =>
  void (await tx.insert(versions).values(row));

export async function updatePolicyRow(
  tx: Tx,
  current: PriceDifferencePolicy,
  changes: Partial<PriceDifferencePolicy>,
): Promise<PriceDifferencePolicy> {
  const [row] = await tx
    .update(policies)
    .set({ ...changes, version: current.version + 1 })
    .where(
      and(
        eq(policies.shopId, current.shopId),
        eq(policies.id, current.id),
        eq(policies.version, current.version),
      ),
    )
    .returning();
  if (!row) throw platformErrors.version_conflict();
  return row;
}

export interface Promised {
  readonly policyId: string;
  readonly name: string;
  readonly ruleVersion: number;
  readonly rule: PolicyRule;
  readonly words: Words;
}

// The newest version of each policy that was in force then. A shop has a handful of policies: their versions are read by
// price_difference_policy_versions_force_idx, and each policy by its primary key.
const promised = preparedSql<{
  policy_id: string;
  name: string;
  rule_version: number;
  rule: PolicyRule;
  words: Words;
}>(
  'select_promised_policies',
  `select distinct on (v.policy_id) v.policy_id, p.name, v.rule_version, v.rule, v.words
   from price_difference_policy_versions v join price_difference_policies p on p.shop_id = v.shop_id and p.id = v.policy_id
   where v.shop_id = $1 and v.in_force_from <= $2 and (p.archived_at is null or p.archived_at > $2)
   order by v.policy_id, v.rule_version desc`,
);

// As above; a shop's policies are few.
const naming = preparedSql<{ id: string }>(
  'select_policies_naming_segment',
  `select p.id from price_difference_policies p join price_difference_policy_versions v
     on v.shop_id = p.shop_id and v.policy_id = p.id and v.rule_version = p.rule_version
   where p.shop_id = $1 and p.archived_at is null
     and (v.rule -> 'segmentIds' ? $2::text or v.rule -> 'excludedSegmentIds' ? $2::text)
   order by p.id`,
);

/** The policies that go by a segment for orders placed from now on. */
export const listNaming = async (on: Reader, shopId: string, segmentId: string): Promise<string[]> =>
  (await naming(on, [shopId, segmentId])).map(({ id }) => id);

/** What an order placed at a moment was promised, older policies first. */
export async function findPromised(on: Reader, shopId: string, at: Date): Promise<Promised[]> {
  const rows = await promised(on, [shopId, at]);
  return rows.map((row) => ({
    policyId: row.policy_id,
    name: row.name,
    ruleVersion: row.rule_version,
    rule: row.rule,
    words: row.words,
  }));
}

/** What a version of a policy promised. */
export async function findRule(
  on: Reader,
  shopId: string,
  policyId: string,
  ruleVersion: number,
): Promise<PolicyRule | undefined> {
  const [row] = await on
    .select({ rule: versions.rule })
    .from(versions)
    .where(
      and(
        eq(versions.shopId, shopId),
        eq(versions.policyId, policyId),
        eq(versions.ruleVersion, ruleVersion),
      ),
    );
  return row?.rule;
}
