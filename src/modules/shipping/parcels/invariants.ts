import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../../platform/invariants.ts';
import type { Invariant } from '../../../platform/module.ts';

/** What must never be false about parcels. */
export const parcelInvariants: readonly Invariant[] = [
  invariant(
    'a parcel has what is in it',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from parcel_lines l
          where l.shop_id = p.shop_id and l.parcel_id = p.id)) as broken from parcels p`,
  ),
  invariant(
    'a parcel stands where something that was told of it put it',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from parcel_events e
          where e.shop_id = p.shop_id and e.parcel_id = p.id and e.voided_at is null and e.occurred_at = p.state_at
            and case when e.kind in ('picked_up', 'out_for_delivery', 'delivery_failed') then 'in_transit' else e.kind end
              = p.state)) as broken
        from parcels p where p.state <> 'registered'`,
  ),
  invariant(
    'a parcel of which nothing counts that was told is registered, and no other one',
    sql`select count(*) as checked, count(*) filter (where (p.state = 'registered') = exists (select 1
          from parcel_events e where e.shop_id = p.shop_id and e.parcel_id = p.id and e.voided_at is null)) as broken from parcels p`,
  ),
  invariant(
    'a parcel arrived when its first delivery was',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from parcel_events e
          where e.shop_id = p.shop_id and e.parcel_id = p.id and e.kind = 'delivered'
            and e.voided_at is null and e.occurred_at = p.delivered_at)) as broken
        from parcels p where p.delivered_at is not null`,
  ),
  invariant(
    'only a parcel of which a delivery was told is rated',
    sql`select count(*) as checked, count(*) filter (where not exists (select 1 from parcel_events e
          where e.shop_id = r.shop_id and e.parcel_id = r.parcel_id and e.kind = 'delivered'
            and e.voided_at is null)) as broken
        from delivery_ratings r`,
  ),
  invariant(
    'nothing waits for a parcel that is there',
    sql`select count(*) as checked, count(*) filter (where exists (select 1 from parcels p where p.shop_id = e.shop_id
          and p.carrier_id = e.carrier_id and p.tracking_number = e.tracking_number)) as broken from early_parcel_events e`,
  ),
  invariant(
    'nothing of a parcel whose customer was erased names anybody',
    sql`select count(*) as checked, count(*) filter (where e.signed_by is not null or e.photo_url is not null
          or e.note is not null or e.void_reason <> '') as broken
        from parcels p join parcel_events e on e.shop_id = p.shop_id and e.parcel_id = p.id where p.is_nameless`,
  ),
];
