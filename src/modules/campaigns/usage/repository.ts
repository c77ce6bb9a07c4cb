import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { preparedRead, preparedSql } from '../../../platform/db/prepared.ts';
import type { Campaign } from '../engine/facts.ts';
import { periodOf } from './period-rules.ts';
import { type Counted, limitsLeft, type UsingOrder, type WantedUse } from './rules.ts';
import type { LimitsLeft } from '../engine/facts.ts';

/** Whose units are counted where nobody's in particular are: those of all. */
const ALL = '00000000-0000-0000-0000-000000000000';

interface CountedRow extends Record<string, unknown> {
  campaign_id: string;
  uses: number;
  spent: string;
  customer_uses: number;
  period_uses: number;
  units: Record<string, number>;
  customer_units: Record<string, number>;
}

// Along the primary keys.
const selectCounted = preparedRead<CountedRow>(
  'select_campaign_counts',
  `select w.campaign_id, coalesce(c.uses, 0)::int4 as uses, coalesce(c.spent_amount, 0)::text as spent,
     coalesce(a.uses, 0)::int4 as customer_uses, coalesce(p.uses, 0)::int4 as period_uses,
     coalesce((select jsonb_object_agg(u.product_id, u.taken) from campaign_units u
       where u.shop_id = $1 and u.campaign_id = w.campaign_id and u.customer_id = '${ALL}'), '{}') as units,
     coalesce((select jsonb_object_agg(u.product_id, u.taken) from campaign_units u
       where u.shop_id = $1 and u.campaign_id = w.campaign_id and u.customer_id = $4), '{}') as customer_units
   from unnest($2::uuid[], $3::text[]) as w (campaign_id, period)
   left join campaign_counters c on c.shop_id = $1 and c.campaign_id = w.campaign_id
   left join campaign_customer_counters a on a.shop_id = $1 and a.campaign_id = w.campaign_id and a.customer_id = $4
     and a.period = 'all'
   left join campaign_customer_counters p on p.shop_id = $1 and p.campaign_id = w.campaign_id and p.customer_id = $4
     and p.period = w.period`,
);

const countedOf = (row: CountedRow): Counted => ({
  uses: row.uses,
  spentAmount: BigInt(row.spent),
  customerUses: row.customer_uses,
  periodUses: row.period_uses,
  units: new Map(Object.entries(row.units)),
  customerUnits: new Map(Object.entries(row.customer_units)),
});

/** What is left of the limits of campaigns, for a customer. */
export async function findLimitsLeft(
  on: Reader,
  shopId: string,
  campaigns: readonly Campaign[],
  customerId: string | null,
  { timezone, now }: { readonly timezone: string; readonly now: Date },
): Promise<Map<string, LimitsLeft>> {
  if (campaigns.length === 0) return new Map();
  const periods = campaigns.map(
    ({ rule }) => rule.periodLimit && periodOf(rule.periodLimit.per, timezone, now),
  );
  const ids = campaigns.map(({ id }) => id);
  const rows = await selectCounted(on, [shopId, ids, periods, customerId ?? ALL]);
  const byId = new Map(rows.map((row) => [row.campaign_id, countedOf(row)]));
  return new Map(
    campaigns.flatMap((campaign) => {
      const counted = byId.get(campaign.id);
      return counted ? [[campaign.id, limitsLeft(campaign, counted)] as const] : [];
    }),
  );
}

// Every counter is taken where it stands: two orders that each fit under a limit, and not together, wait for each other at its row, and
// the second finds what the first has used. Rows are visited in the order of their keys.
const TAKEN = `uses_wanted as (
    select * from jsonb_to_recordset($2::jsonb) as w (campaign_id uuid, campaign_version int, discount_amount bigint,
      freight_amount bigint, gift_cost_amount bigint, points_multiplier_bps int, units jsonb, coupon_id uuid, is_counted bool,
      uses_limit int, budget_amount bigint, spent bigint)
  ), uses_customer_wanted as (
    select * from jsonb_to_recordset($3::jsonb) as w (campaign_id uuid, period text, most int)
  ), uses_units_wanted as (
    select * from jsonb_to_recordset($4::jsonb) as w (campaign_id uuid, product_id uuid, customer_id uuid, quantity int, most int)
  ), uses_counted as (
    insert into campaign_counters as c (shop_id, campaign_id, uses, spent_amount)
    select $1, campaign_id, 1, spent from uses_wanted
    where is_counted and (budget_amount is null or spent <= budget_amount) order by campaign_id
    on conflict (shop_id, campaign_id) do update set uses = c.uses + 1, spent_amount = c.spent_amount + excluded.spent_amount
    where (select (w.uses_limit is null or c.uses < w.uses_limit)
        and (w.budget_amount is null or c.spent_amount + w.spent <= w.budget_amount)
      from uses_wanted w where w.campaign_id = c.campaign_id)
    returning c.campaign_id
  ), uses_customer_counted as (
    insert into campaign_customer_counters as c (shop_id, campaign_id, customer_id, period, uses)
    select $1, campaign_id, $5::uuid, period, 1 from uses_customer_wanted order by campaign_id, period
    on conflict (shop_id, campaign_id, customer_id, period) do update set uses = c.uses + 1
    where c.uses < (select w.most from uses_customer_wanted w where w.campaign_id = c.campaign_id and w.period = c.period)
    returning c.campaign_id, c.period
  ), uses_units_taken as (
    insert into campaign_units as c (shop_id, campaign_id, product_id, customer_id, taken)
    select $1, campaign_id, product_id, customer_id, quantity from uses_units_wanted where quantity <= most
    order by campaign_id, product_id, customer_id
    on conflict (shop_id, campaign_id, product_id, customer_id) do update set taken = c.taken + excluded.taken
    where (select c.taken + w.quantity <= w.most from uses_units_wanted w
      where w.campaign_id = c.campaign_id and w.product_id = c.product_id and w.customer_id = c.customer_id)
    returning c.campaign_id
  ), uses_kept as (
    insert into campaign_uses (shop_id, order_id, campaign_id, campaign_version, customer_id, channel, state, discount_amount,
      freight_amount, gift_cost_amount, points_multiplier_bps, units, period, is_counted, is_customer_counted, coupon_id,
      placed_at, updated_at)
    select $1, $6::uuid, w.campaign_id, w.campaign_version, $5::uuid, $7, $8, w.discount_amount, w.freight_amount,
      w.gift_cost_amount, w.points_multiplier_bps, w.units,
      (select c.period from uses_customer_wanted c where c.campaign_id = w.campaign_id and c.period <> 'all'),
      w.is_counted, exists (select 1 from uses_customer_wanted c where c.campaign_id = w.campaign_id and c.period = 'all'),
      w.coupon_id, $9::timestamptz, $9::timestamptz
    from uses_wanted w
  )`;
// The campaigns that did not give what was wanted of them.
const REFUSED = `select refuse('campaign_used_up', json_agg(f.campaign_id)::text) from (
    select campaign_id from uses_wanted where is_counted and campaign_id not in (select campaign_id from uses_counted)
    union select campaign_id from uses_customer_wanted w
      where not exists (select 1 from uses_customer_counted c where c.campaign_id = w.campaign_id and c.period = w.period)
    union select campaign_id from uses_units_wanted group by campaign_id
      having count(*) > (select count(*) from uses_units_taken t where t.campaign_id = uses_units_wanted.campaign_id)
  ) f having count(*) > 0`;

/** Takes what an order wants of campaigns, or refuses, as part of a statement. */
export function usesPart(order: UsingOrder, uses: readonly WantedUse[]): Part {
  const { customerId } = order;
  const wanted = uses.map(({ effect, couponId, usesLimit, budgetAmount }) => ({
    campaign_id: effect.campaignId,
    campaign_version: effect.campaignVersion,
    discount_amount: String(effect.discountAmount),
    freight_amount: String(effect.freightAmount),
    gift_cost_amount: String(effect.giftCostAmount),
    points_multiplier_bps: effect.pointsMultiplierBps,
    units: effect.units,
    coupon_id: couponId,
    is_counted: usesLimit !== null || budgetAmount !== null,
    uses_limit: usesLimit,
    budget_amount: budgetAmount === null ? null : String(budgetAmount),
    spent: String(effect.discountAmount + effect.freightAmount + effect.giftCostAmount),
  }));
  const ofCustomer = uses.flatMap(({ effect: { campaignId }, customerLimit, period, periodLimit }) => [
    ...(customerLimit === null ? [] : [{ campaign_id: campaignId, period: 'all', most: customerLimit }]),
    ...(period === null ? [] : [{ campaign_id: campaignId, period, most: periodLimit }]),
  ]);
  return {
    name: 'campaign_uses',
    ctes: TAKEN,
    check: REFUSED,
    values: [
      order.shopId,
      JSON.stringify(wanted),
      JSON.stringify(customerId === null ? [] : ofCustomer),
      JSON.stringify(uses.flatMap((use) => wantedUnits(use, customerId))),
      customerId,
      order.orderId,
      order.channel,
      order.isPaid ? 'used' : 'held',
      order.placedAt,
    ],
  };
}

const wantedUnits = ({ effect, unitLimits }: WantedUse, customerId: string | null) =>
  effect.units.flatMap(({ productId, quantity }) => {
    const limit = unitLimits.find((one) => one.productId === productId);
    if (!limit) return [];
    const base = { campaign_id: effect.campaignId, product_id: productId, quantity };
    return [
      { ...base, customer_id: ALL, most: limit.stockQuantity },
      ...(customerId === null
        ? []
        : [{ ...base, customer_id: customerId, most: limit.perCustomerLimit ?? 2_147_483_647 }]),
    ];
  });

/** What an order holds of campaigns is used: it was paid. */
export const confirmUses = preparedSql(
  'confirm_campaign_uses',
  `update campaign_uses set state = 'used', updated_at = $3 where shop_id = $1 and order_id = $2 and state = 'held'`,
);

// Given back once: only rows that this statement moves to `returned` are counted down. Counters in the order of their keys.
const giveBack = preparedSql(
  'return_campaign_uses',
  `with gone as (
     update campaign_uses set state = 'returned', updated_at = $3
     where shop_id = $1 and order_id = $2 and state <> 'returned' returning *
   ), counters_locked as (
     select c.campaign_id from campaign_counters c join gone g on g.campaign_id = c.campaign_id
     where c.shop_id = $1 and g.is_counted order by c.campaign_id for no key update of c
   ), counters_back as (
     update campaign_counters c set uses = c.uses - 1,
       spent_amount = c.spent_amount - g.discount_amount - g.freight_amount - g.gift_cost_amount
     from counters_locked k join gone g on g.campaign_id = k.campaign_id
     where c.shop_id = $1 and c.campaign_id = k.campaign_id
   ), customers_back as (
     update campaign_customer_counters c set uses = c.uses - 1 from gone g
     where c.shop_id = $1 and c.campaign_id = g.campaign_id and c.customer_id = g.customer_id
       and ((c.period = 'all' and g.is_customer_counted) or c.period = g.period)
   ), units_locked as (
     select c.campaign_id, c.product_id, c.customer_id, t.quantity from campaign_units c
     join gone g on g.campaign_id = c.campaign_id
     cross join lateral jsonb_to_recordset(g.units) as t ("productId" uuid, quantity int)
     where c.shop_id = $1 and c.product_id = t."productId" and (c.customer_id = '${ALL}' or c.customer_id = g.customer_id)
     order by c.campaign_id, c.product_id, c.customer_id for no key update of c
   )
   update campaign_units c set taken = c.taken - k.quantity from units_locked k
   where c.shop_id = $1 and c.campaign_id = k.campaign_id and c.product_id = k.product_id and c.customer_id = k.customer_id`,
);

/** Gives back everything that an order has of campaigns, once. */
export const returnUses = async (tx: Tx, shopId: string, orderId: string, at: Date): Promise<void> =>
  void (await giveBack(tx, [shopId, orderId, at]));
