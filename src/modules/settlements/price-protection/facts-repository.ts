import type { Reader, Tx } from '../../../platform/db/client.ts';
import { plannedSql, preparedSql } from '../../../platform/db/prepared.ts';
import type { PolicyReason, PolicyRule } from '../policy-rules.ts';
import { type CapUses, createCapUses, type PromiseVersion } from './rules.ts';

// A shop has a handful of policies, and few versions of each: all of them are read once for a batch of orders.
const selectVersions = preparedSql<{
  policy_id: string;
  rule_version: number;
  rule: PolicyRule;
  in_force_from: Date;
  archived_at: Date | null;
}>(
  'select_promise_versions',
  `select v.policy_id, v.rule_version, v.rule, v.in_force_from, p.archived_at
   from price_difference_policy_versions v join price_difference_policies p on p.shop_id = v.shop_id and p.id = v.policy_id
   where v.shop_id = $1`,
);

/** Everything that the shop ever promised. */
export async function listPromiseVersions(on: Reader, shopId: string): Promise<PromiseVersion[]> {
  const rows = await selectVersions(on, [shopId]);
  return rows.map((row) => ({
    policyId: row.policy_id,
    ruleVersion: row.rule_version,
    rule: row.rule,
    inForceFrom: row.in_force_from,
    archivedAt: row.archived_at,
  }));
}

const findCovering = preparedSql<{ found: boolean }>(
  'find_covering_policy',
  `select exists (select 1 from price_difference_policy_versions where shop_id = $1 and rule -> 'reasons' ? $2) as found`,
);

/** Whether the shop has ever promised to pay for this reason. */
export const isEverPromised = async (on: Reader, shopId: string, reason: string): Promise<boolean> =>
  (await findCovering(on, [shopId, reason]))[0]?.found ?? false;

const selectComparedNet = preparedSql<{ reason: PolicyReason }>(
  'select_reasons_compared_net',
  `select distinct reason from price_difference_policy_versions v, jsonb_array_elements_text(v.rule -> 'reasons') as reason
   where v.shop_id = $1 and v.rule ->> 'compareWith' = 'net_price' and reason in ('price_drop', 'promotion_missed')
   order by reason`,
);

/** The reasons that a campaign can give for which the shop has ever promised to compare net prices. */
export const listComparedNet = async (on: Reader, shopId: string): Promise<PolicyReason[]> =>
  (await selectComparedNet(on, [shopId])).map(({ reason }) => reason);

// By the primary key.
const selectLadder = preparedSql<{ found: boolean }>(
  'select_product_ladder',
  `select price_breaks <> '[]' as found from products where shop_id = $1 and id = $2`,
);

/** Whether a product has quantity prices. */
export const hasLadder = async (on: Reader, shopId: string, productId: string): Promise<boolean> =>
  (await selectLadder(on, [shopId, productId]))[0]?.found ?? false;

interface UseRow extends Record<string, unknown> {
  policy_id: string;
  holder_id: string;
  year: number;
  used_amount: string;
}

// Of each policy its budget and the year of every customer of the batch, by the primary key.
const KEYS = `policy_id = any($2::uuid[]) and (holder_id = policy_id and year = 0 or holder_id = any($3::uuid[]) and year = $4)`;
const readUses = preparedSql<UseRow>(
  'read_policy_uses_of_many',
  `select policy_id, holder_id, year, used_amount from price_difference_policy_uses where shop_id = $1 and ${KEYS}`,
);
// Locked in the order in which a claim takes of them, and read after that: until the batch is written, nobody takes of them.
const lockUses = preparedSql<UseRow>(
  'lock_policy_uses_of_many',
  `select policy_id, holder_id, year, used_amount from price_difference_policy_uses where shop_id = $1 and ${KEYS}
   order by policy_id, year, holder_id for no key update`,
);
const readTrials = preparedSql<UseRow>(
  'read_trial_uses_of_many',
  `select policy_id, holder_id, year, used_amount from price_protection_uses where shop_id = $1 and sweep_id = $5 and ${KEYS}`,
);

interface UseQuery {
  readonly policyIds: readonly string[];
  readonly customerIds: readonly string[];
  readonly year: number;
  /** The dry run whose own takes count as well; undefined when it is none, and the rows are locked. */
  readonly dryRunId: string | undefined;
}

/** What is used up of budgets and customers' years. */
export async function readCapUses(
  tx: Tx,
  shopId: string,
  { policyIds, customerIds, year, dryRunId }: UseQuery,
): Promise<CapUses> {
  const uses = createCapUses();
  if (policyIds.length === 0) return uses;
  const values = [shopId, policyIds, customerIds, year];
  const rows =
    dryRunId === undefined
      ? await lockUses(tx, values)
      : (await Promise.all([readUses(tx, values), readTrials(tx, [...values, dryRunId])])).flat();
  for (const row of rows) uses.add(row.policy_id, row.holder_id, row.year, BigInt(row.used_amount));
  return uses;
}

// Along settlements_order_idx, for each order by itself: see findSuspected.
const selectPending = plannedSql<{ order_id: string; amount: string }>(
  `select o.id as order_id, pending.amount from unnest($2::uuid[]) as o (id) cross join lateral (
     select sum(amount) as amount from settlements where shop_id = $1 and order_id = o.id
       and accepted_at is null and policy_id is not null and state in ('draft', 'offered', 'countered')) pending
   where pending.amount is not null`,
);

/** What is not accepted yet of policies' settlements, by order: it counts in the cap of an order as if it were. */
export async function sumPending(
  on: Reader,
  shopId: string,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const rows = await selectPending(on, [shopId, orderIds]);
  return new Map(rows.map((row) => [row.order_id, BigInt(row.amount)]));
}
