import { sql } from 'drizzle-orm';
import { sqlInvariant as invariant } from '../../platform/invariants.ts';
import type { Invariant } from '../../platform/module.ts';

/** What must never be false about shipments and their parcels. */
export const parcelInvariants: readonly Invariant[] = [
  invariant(
    'a parcel belongs to a shipment of its order',
    sql`select count(*) as checked, count(*) filter (where s.id is null) as broken from parcels p
        left join order_shipments s on s.shop_id = p.shop_id and s.id = p.shipment_id and s.order_id = p.order_id`,
  ),
  invariant(
    'what is in the parcels of a shipment is what the shipment holds',
    sql`select count(*) as checked, count(*) filter (where c.quantity is distinct from s.quantity) as broken
        from (select c.shop_id, p.shipment_id, c.line_id, sum(c.quantity) as quantity from parcel_lines c
            join parcels p on p.shop_id = c.shop_id and p.id = c.parcel_id group by 1, 2, 3) c
          full join (select s.* from order_shipment_lines s where exists (select 1 from parcels p
            where p.shop_id = s.shop_id and p.shipment_id = s.shipment_id)) s
          on s.shop_id = c.shop_id and s.shipment_id = c.shipment_id and s.line_id = c.line_id`,
  ),
  invariant(
    'the way to send an order that was chosen is one of its carrier',
    sql`select count(*) as checked, count(*) filter (where m.id is null) as broken from orders o
        left join carrier_methods m on m.shop_id = o.shop_id and m.id = (o.delivery_method ->> 'methodId')::uuid
          and m.carrier_id = (o.delivery_method ->> 'carrierId')::uuid
        where o.delivery_method is not null`,
  ),
  invariant(
    'something is missing only of a shipment that has arrived',
    sql`select count(*) as checked, count(*) filter (where s.delivered_at is null) as broken from order_shipment_lines l
        join order_shipments s on s.shop_id = l.shop_id and s.id = l.shipment_id where l.missing_quantity > 0`,
  ),
  // What was told is followed by a subscriber: until it has read so far, the shipment is late and not wrong.
  invariant(
    'a shipment whose parcels have all arrived has arrived, once that was followed',
    sql`select count(*) as checked, count(*) filter (where s.delivered_at is null and told.is_followed) as broken
        from order_shipments s join (select p.shop_id, p.shipment_id,
            bool_and(exists (select 1 from outbox o join subscriber_cursors c on c.shop_id = o.shop_id
              and c.subscriber = 'orders.parcels' and c.position >= o.position
              where o.shop_id = p.shop_id and o.type = 'parcel.delivered' and o.subject_id = p.id)
              and not exists (select 1 from outbox o left join subscriber_cursors c on c.shop_id = o.shop_id
              and c.subscriber = 'orders.parcels' where o.shop_id = p.shop_id and o.type like 'parcel.%' and o.subject_id = p.id
              and (o.position is null or o.position > c.position))) as is_followed
          from parcels p group by 1, 2 having bool_and(p.delivered_at is not null)) told
          on told.shop_id = s.shop_id and told.shipment_id = s.id`,
  ),
];
