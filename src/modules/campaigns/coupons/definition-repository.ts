import { and, eq, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { onConflict } from '../../../platform/db/constraints.ts';
import { createKeyset } from '../../../platform/db/keyset.ts';
import { prepared, preparedRead, preparedSql } from '../../../platform/db/prepared.ts';
import { platformErrors } from '../../../platform/errors.ts';
import type { Page } from '../../../platform/http/pagination.ts';
import type { CampaignState } from '../states.ts';
import { couponErrors } from './errors.ts';
import type { CouponDefinitionState } from './states.ts';
import { type CouponDefinition, couponDefinitions } from './tables.ts';

const p = sql.placeholder;
const withId = and(eq(couponDefinitions.shopId, p('shopId')), eq(couponDefinitions.id, p('id')));
const selectDefinition = prepared('select_coupon_definition', (db) =>
  db.select().from(couponDefinitions).where(withId),
);
const lockStatement = prepared('lock_coupon_definition', (db) =>
  db.select().from(couponDefinitions).where(withId).for('no key update'),
);

/** The definition, or `not_found`. */
export async function getDefinition(on: Reader, shopId: string, id: string): Promise<CouponDefinition> {
  const [row] = await selectDefinition(on, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

/** The same, locked against other changes and issues of it. */
export async function lockDefinition(tx: Tx, shopId: string, id: string): Promise<CouponDefinition> {
  const [row] = await lockStatement(tx, { shopId, id });
  if (!row) throw platformErrors.not_found();
  return row;
}

const onTaken = <T>(write: Promise<T>): Promise<T> =>
  onConflict(write, 'coupon_definitions_external_id_key', () =>
    couponErrors.coupon_definition_external_id_taken(undefined, { pointer: '/externalId' }),
  );

export const insertDefinition = async (tx: Tx, row: CouponDefinition): Promise<void> =>
  void (await onTaken(tx.insert(couponDefinitions).values(row).execute()));

/** Changes a locked definition, one version further. */
export async function updateDefinitionRow(
  tx: Tx,
  current: CouponDefinition,
  changes: Partial<CouponDefinition>,
): Promise<CouponDefinition> {
  const [row] = await onTaken(
    tx
      .update(couponDefinitions)
      .set({ ...changes, version: current.version + 1 })
      .where(
        and(
          eq(couponDefinitions.shopId, current.shopId),
          eq(couponDefinitions.id, current.id),
          eq(couponDefinitions.version, current.version),
        ),
      )
      .returning(),
  );
  if (!row) throw platformErrors.version_conflict();
  return row;
}

const countStatement = preparedSql<{ id: string }>(
  'count_issued_coupons',
  `update coupon_definitions set codes_issued = codes_issued + $3
   where shop_id = $1 and id = $2 and state = 'active' and (codes_limit is null or codes_issued + $3 <= codes_limit)
   returning id`,
);

/** Counts codes that are issued; false when the limit does not allow them, or the definition is not active any more. */
export const countIssued = async (tx: Tx, shopId: string, id: string, quantity: number): Promise<boolean> =>
  (await countStatement(tx, [shopId, id, quantity])).length > 0;

// By the primary key.
const selectGivable = preparedSql<{ id: string }>(
  'list_givable_coupon_definitions',
  `select id from coupon_definitions where shop_id = $1 and id = any($2::uuid[]) and state = 'active' and kind = 'discount'
     and assignment = 'assigned'`,
);

/** Which of them have codes that are given to customers now. */
export const listGivable = async (on: Reader, shopId: string, ids: readonly string[]): Promise<string[]> =>
  (await selectGivable(on, [shopId, ids])).map(({ id }) => id);

interface CampaignGate extends Record<string, unknown> {
  readonly state: CampaignState;
  readonly is_gated: boolean;
}
// By the primary keys.
const selectGate = preparedRead<CampaignGate>(
  'select_coupon_campaign',
  `select c.state, (v.rule->>'isCouponRequired')::boolean as is_gated from campaigns c join campaign_versions v
     on v.shop_id = c.shop_id and v.campaign_id = c.id and v.number = c.rule_version where c.shop_id = $1 and c.id = $2`,
);

/** Whether a campaign asks for a coupon, and how it stands. */
export async function findGate(
  on: Reader,
  shopId: string,
  campaignId: string,
): Promise<{ readonly state: CampaignState; readonly isGated: boolean } | undefined> {
  const [row] = await selectGate(on, [shopId, campaignId]);
  return row && { state: row.state, isGated: row.is_gated };
}

const keyset = createKeyset({
  name: 'coupon-definitions',
  table: couponDefinitions,
  // By coupon_definitions_state_idx and coupon_definitions_campaign_idx.
  filters: {
    state: (value) => sql`${couponDefinitions.state} = ${value}`,
    campaignId: (value) => sql`${couponDefinitions.campaignId} = ${value}`,
    externalId: (value) => sql`${couponDefinitions.externalId} = ${value}`,
    kind: (value) => sql`${couponDefinitions.kind} = ${value}`,
  },
  sorts: { '-id': { columns: [couponDefinitions.id], direction: 'desc' } },
});

export interface DefinitionQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly state?: CouponDefinitionState;
  readonly kind?: CouponDefinition['kind'];
  readonly campaignId?: string;
  readonly externalId?: string;
}

/** Definitions, newest first. */
export const listDefinitionRows = (
  on: Reader,
  shopId: string,
  query: DefinitionQuery,
): Promise<Page<CouponDefinition>> => {
  const { state, kind, campaignId, externalId } = query;
  return keyset(on, { shopId, page: query, sort: '-id', filters: { state, kind, campaignId, externalId } });
};
