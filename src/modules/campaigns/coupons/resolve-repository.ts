import type { Reader } from '../../../platform/db/client.ts';
import { preparedRead } from '../../../platform/db/prepared.ts';
import type { Shop } from '../../../platform/shops/shop.ts';
import { periodOf } from '../usage/period-rules.ts';
import type { CouponFacts } from './rules.ts';
import { LIMIT_PERIODS } from './tables.ts';

export interface FoundCoupon extends CouponFacts {
  readonly id: string;
  readonly code: string;
  readonly definitionId: string;
  readonly campaignId: string | null;
  /** The period that a use now counts in; null where there is no limit by period. */
  readonly period: string | null;
}

interface Row extends Record<string, unknown> {
  readonly facts: Record<keyof CouponFacts, unknown> & Omit<FoundCoupon, keyof CouponFacts>;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
}

// The codes by coupons_code_key, the rest by primary keys. Orders ask it for every code, so that it is one short read.
const selectCodes = preparedRead<Row>(
  'resolve_coupons',
  `select jsonb_build_object('id', c.id, 'code', c.code, 'state', c.state, 'kind', d.kind, 'customerId', c.customer_id,
       'definitionId', d.id, 'campaignId', d.campaign_id, 'usesLimit', c.uses_limit, 'held', c.held, 'used', c.used,
       'definitionState', d.state, 'customerLimit', d.uses_per_customer, 'customerUses', coalesce(a.uses, 0),
       'periodLimit', d.period_uses, 'periodUses', coalesce(k.uses, 0), 'period', w.period,
       'campaign', case when g.id is not null then jsonb_build_object('state', g.state, 'channels', v.rule->'channels') end) as facts,
     c.valid_from, c.valid_until, g.starts_at, g.ends_at
   from coupons c join coupon_definitions d on d.shop_id = c.shop_id and d.id = c.definition_id
   left join campaigns g on g.shop_id = d.shop_id and g.id = d.campaign_id
   left join campaign_versions v on v.shop_id = g.shop_id and v.campaign_id = g.id and v.number = g.rule_version
   left join unnest($4::text[], $5::text[]) as w (unit, period) on w.unit = d.period_unit
   left join coupon_customer_counters a on a.shop_id = d.shop_id and a.definition_id = d.id and a.customer_id = $3::uuid
     and a.period = 'all'
   left join coupon_customer_counters k on k.shop_id = d.shop_id and k.definition_id = d.id and k.customer_id = $3::uuid
     and k.period = w.period
   where c.shop_id = $1 and c.code = any($2::text[])`,
);

/** What is known of codes, by code; those that the shop does not have are left out. */
export async function findCodes(
  on: Reader,
  shop: Pick<Shop, 'id' | 'timezone'>,
  codes: readonly string[],
  customerId: string | null,
  now: Date,
): Promise<ReadonlyMap<string, FoundCoupon>> {
  if (codes.length === 0) return new Map();
  const periods = LIMIT_PERIODS.map((unit) => periodOf(unit, shop.timezone, now));
  const rows = await selectCodes(on, [shop.id, codes, customerId, [...LIMIT_PERIODS], periods]);
  return new Map(rows.map((row) => [row.facts.code, foundOf(row)]));
}

function foundOf({ facts, valid_from, valid_until, starts_at, ends_at }: Row): FoundCoupon {
  const found = facts as unknown as FoundCoupon;
  const { campaign } = found;
  return {
    ...found,
    validFrom: valid_from,
    validUntil: valid_until,
    campaign: campaign && { ...campaign, startsAt: starts_at, endsAt: ends_at },
  };
}
