import type { Ctx } from '../../../platform/context.ts';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import { preparedRead } from '../../../platform/db/prepared.ts';

// By coupon_definitions_parcel_idx. In one order: two parcels that take codes of the same ones wait for each other.
const selectDue = preparedRead<{ id: string }>(
  'select_parcel_definitions',
  `select d.id from coupon_definitions d join campaigns g on g.shop_id = d.shop_id and g.id = d.campaign_id
   where d.shop_id = $1 and d.goes_with_parcel and d.state = 'active' and coalesce(d.parcel_minimum_amount, 0) <= $3::int8
     and (d.assignment = 'open' or $4::boolean) and (d.valid_until is null or d.valid_until > $5)
     and g.state <> 'ended' and (g.ends_at is null or g.ends_at > $5)
     and not exists (select 1 from coupons c where c.shop_id = d.shop_id and c.parcel_order_id = $2 and c.definition_id = d.id)
   order by d.id`,
);

/** The definitions of which a code is to go with an order's parcel, and none does yet. */
export const findParcelDefinitions = async (
  tx: Tx,
  { shop, now }: Ctx,
  order: { readonly orderId: string; readonly totalAmount: bigint; readonly isKnown: boolean },
): Promise<string[]> => {
  const rows = await selectDue(tx, [shop.id, order.orderId, order.totalAmount, order.isKnown, now]);
  return rows.map(({ id }) => id);
};

const selectCodes = preparedRead<{ code: string; name: string; valid_until: Date | null }>(
  'select_parcel_codes',
  `select c.code, d.name, c.valid_until from coupons c
   join coupon_definitions d on d.shop_id = c.shop_id and d.id = c.definition_id
   where c.shop_id = $1 and c.parcel_order_id = $2 and c.state = 'active' order by c.id`,
);

/** A code that goes with a parcel, as it is printed. */
export interface ParcelCoupon {
  readonly code: string;
  readonly name: string;
  readonly validUntil: Date | null;
}

/** The codes that go with the parcels of an order. By coupons_parcel_key. */
export const listParcelCoupons = async (
  on: Reader,
  shopId: string,
  orderId: string,
): Promise<ParcelCoupon[]> =>
  (await selectCodes(on, [shopId, orderId])).map(({ code, name, valid_until: validUntil }) => ({
    code,
    name,
    validUntil,
  }));
