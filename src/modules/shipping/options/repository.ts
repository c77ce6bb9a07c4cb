import type { Reader } from '../../../platform/db/client.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { PriceZone } from '../carriers/price-rules.ts';
import type { DayKind } from '../carriers/states.ts';
import type { TransitPromise } from '../carriers/transit-rules.ts';

/** A method that may be suggested, with the price list in force and its carrier's newest score. */
export interface Candidate {
  readonly carrier_id: string;
  readonly carrier_name: string;
  readonly status: 'trial' | 'active';
  readonly trial_share_bps: number;
  readonly method_id: string;
  readonly method_code: string;
  readonly method_name: string;
  readonly day_kind: DayKind;
  readonly promises: readonly TransitPromise[];
  readonly price_list_id: string | null;
  readonly volumetric_divisor: number | null;
  readonly zones: readonly PriceZone[] | null;
  readonly score_bps: number | null;
  readonly score_parcels: number | null;
  readonly score_cases: number | null;
}

// Carriers by carriers_status_idx, methods by carrier_methods_code_key, the list by carrier_price_lists_from_key, scores by their
// primary key.
const select = preparedSql<Candidate & Record<string, unknown>>(
  'select_delivery_candidates',
  `select c.id as carrier_id, c.name as carrier_name, c.status, c.trial_share_bps, m.id as method_id, m.code as method_code,
     m.name as method_name, m.day_kind, m.promises, l.id as price_list_id, l.volumetric_divisor, l.zones, s.score_bps,
     s.parcel_count as score_parcels, s.ended_count as score_cases
   from carriers c join carrier_methods m on m.shop_id = c.shop_id and m.carrier_id = c.id and m.is_offered
   left join lateral (select l.id, l.volumetric_divisor, l.zones from carrier_price_lists l where l.shop_id = m.shop_id
     and l.method_id = m.id and l.valid_from <= $2 and (l.valid_to is null or l.valid_to > $2) limit 1) l on true
   left join carrier_scoring t on t.shop_id = c.shop_id
   left join carrier_scores s on s.shop_id = c.shop_id and s.carrier_id = c.id and s.day = t.scored_through_on
   where c.shop_id = $1 and c.status in ('trial', 'active') order by c.id, m.code`,
);

/** Everything that could be suggested at a moment. */
export const listCandidates = (on: Reader, shopId: string, at: Date): Promise<readonly Candidate[]> =>
  select(on, [shopId, at]);
