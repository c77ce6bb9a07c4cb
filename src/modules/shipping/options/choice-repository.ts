import type { Reader } from '../../../platform/db/client.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { PriceZone } from '../carriers/price-rules.ts';
import type { CarrierStatus, DayKind } from '../carriers/states.ts';
import type { TransitPromise } from '../carriers/transit-rules.ts';

/** A method for a country, with the price list in force at a moment and what is known of its parcels. */
export interface ChoiceRow {
  readonly carrier_id: string;
  readonly carrier_name: string;
  readonly carrier_version: number;
  readonly status: CarrierStatus;
  readonly method_name: string;
  readonly method_version: number;
  readonly is_offered: boolean;
  readonly day_kind: DayKind;
  readonly promises: readonly TransitPromise[];
  readonly price_list_id: string | null;
  readonly volumetric_divisor: number | null;
  readonly zones: readonly PriceZone[] | null;
  readonly transit_id: string | null;
  readonly case_count: number | null;
  readonly tenth_days: number | null;
  readonly median_days: number | null;
  readonly ninetieth_days: number | null;
}

// Method and carrier by their primary keys, the list by carrier_price_lists_from_key, transit times by carrier_transits_carrier_idx.
const select = preparedSql<ChoiceRow & Record<string, unknown>>(
  'select_delivery_choice',
  `select c.id as carrier_id, c.name as carrier_name, c.version as carrier_version, c.status, m.name as method_name,
     m.version as method_version, m.is_offered, m.day_kind, m.promises, l.id as price_list_id, l.volumetric_divisor, l.zones,
     t.id as transit_id, t.case_count, t.tenth_days, t.median_days, t.ninetieth_days
   from carrier_methods m join carriers c on c.shop_id = m.shop_id and c.id = m.carrier_id
   left join lateral (select l.id, l.volumetric_divisor, l.zones from carrier_price_lists l where l.shop_id = m.shop_id
     and l.method_id = m.id and l.valid_from <= $4 and (l.valid_to is null or l.valid_to > $4) limit 1) l on true
   left join lateral (select t.* from carrier_transits t where t.shop_id = m.shop_id and t.carrier_id = m.carrier_id
     and t.country = $3 and t.method_id = m.id limit 1) t on true
   where m.shop_id = $1 and m.id = $2`,
);

export const findChoiceRow = async (
  on: Reader,
  shopId: string,
  methodId: string,
  country: string,
  at: Date,
): Promise<ChoiceRow | undefined> => (await select(on, [shopId, methodId, country, at]))[0];

/** Refuses the statement unless all of this is as it was read. Along the same indexes. */
export const choicePart = (
  shopId: string,
  methodId: string,
  country: string,
  row: ChoiceRow | undefined,
  at: Date,
): Part => ({
  name: 'delivery_choice',
  check: `select refuse('delivery_method_changed', '') where not exists (select 1 from carrier_methods m
      join carriers c on c.shop_id = m.shop_id and c.id = m.carrier_id
      where m.shop_id = $1 and m.id = $2::uuid and m.version = $5::int and c.version = $6::int)
    or (select l.id from carrier_price_lists l where l.shop_id = $1 and l.method_id = $2::uuid and l.valid_from <= $4
      and (l.valid_to is null or l.valid_to > $4) limit 1) is distinct from $7::uuid
    or (select t.id from carrier_transits t where t.shop_id = $1 and t.carrier_id = $8::uuid and t.country = $3
      and t.method_id = $2::uuid limit 1) is distinct from $9::uuid`,
  values: [
    shopId,
    methodId,
    country,
    at,
    row?.method_version ?? 0,
    row?.carrier_version ?? 0,
    row?.price_list_id ?? null,
    row?.carrier_id ?? null,
    row?.transit_id ?? null,
  ],
});
