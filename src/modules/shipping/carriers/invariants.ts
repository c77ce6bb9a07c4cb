import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What must never be false about carriers. */
export const carrierInvariants: readonly Invariant[] = [
  invariant(
    'no two price lists of a method are valid at the same time',
    sql`select count(*) as checked, count(*) filter (where exists (select 1 from carrier_price_lists o
          where o.shop_id = l.shop_id and o.method_id = l.method_id and o.id <> l.id
            and tstzrange(o.valid_from, o.valid_to) && tstzrange(l.valid_from, l.valid_to))) as broken
        from carrier_price_lists l`,
  ),
  invariant(
    'carriers on trial get no more than all suggestions together',
    sql`select count(*) as checked, count(*) filter (where shares > 10000) as broken from (select shop_id,
          sum(trial_share_bps) as shares from carriers where status = 'trial' group by shop_id) sums`,
  ),
  invariant(
    'no carrier is scored beyond the day up to which its shop has come',
    sql`select count(*) as checked, count(*) filter (where t.scored_through_on is null or s.day > t.scored_through_on) as broken
        from carrier_scores s left join carrier_scoring t on t.shop_id = s.shop_id`,
  ),
  invariant(
    'a parcel and its method are with the same carrier, and its price list is one of the method',
    sql`select count(*) as checked, count(*) filter (where m.carrier_id <> p.carrier_id
          or (p.price_list_id is not null and l.method_id is distinct from p.method_id)) as broken
        from parcels p join carrier_methods m on m.shop_id = p.shop_id and m.id = p.method_id
        left join carrier_price_lists l on l.shop_id = p.shop_id and l.id = p.price_list_id`,
  ),
];
