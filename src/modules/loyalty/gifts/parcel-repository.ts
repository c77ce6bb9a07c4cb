import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../platform/db/client.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { type GiftGrant, giftGrants } from './tables.ts';

/** The grants with these ids that are of a customer. */
export const findGrantsOf = (
  on: Reader,
  shopId: string,
  customerId: string,
  ids: readonly string[],
): Promise<GiftGrant[]> =>
  on
    .select()
    .from(giftGrants)
    .where(
      and(
        eq(giftGrants.shopId, shopId),
        inArray(giftGrants.id, [...ids]),
        eq(giftGrants.customerId, customerId),
      ),
    );

// Rows are locked in the order of their ids. Units that were given up since they were read are not what the order was made of.
const TAKEN = `gift_wanted as (
    select * from unnest($2::uuid[], $3::int[]) as w (id, quantity)
  ), gift_locked as (
    select id from gift_grants where shop_id = $1 and id = any($2::uuid[]) order by id for no key update
  ), gifts_taken as (
    update gift_grants g set state = 'in_order', order_id = $5, claim_code_hash = null, version = g.version + 1, updated_at = $6
    from gift_locked l join gift_wanted w on w.id = l.id
    where g.shop_id = $1 and g.id = l.id and g.customer_id = $4::uuid and g.state = 'open' and g.quantity = w.quantity
    returning g.id
  )`;
const REFUSED = `select refuse('gifts_taken', '') where (select count(*) from gifts_taken) < cardinality($2::uuid[])`;

/** Takes gifts into an order, all or none, as part of the statement that places it. */
export const giftsPart = (
  shopId: string,
  grants: readonly Pick<GiftGrant, 'id' | 'quantity'>[],
  order: { readonly id: string; readonly customerId: string; readonly placedAt: Date },
): Part => ({
  name: 'gifts',
  ctes: TAKEN,
  check: REFUSED,
  values: [
    shopId,
    grants.map(({ id }) => id),
    grants.map(({ quantity }) => quantity),
    order.customerId,
    order.id,
    order.placedAt,
  ],
});

/** Moves gifts of an order on, those that are still in it. By gift_grants_order_idx. */
export const moveGiftsOf = (
  tx: Tx,
  shopId: string,
  orderId: string,
  ids: readonly string[],
  to: Pick<GiftGrant, 'updatedAt'> & { readonly state: 'open' | 'shipped' },
): Promise<GiftGrant[]> =>
  tx
    .update(giftGrants)
    .set({
      ...to,
      ...(to.state === 'open' && { orderId: null }),
      version: sql`${giftGrants.version} + 1`,
    })
    .where(
      and(
        eq(giftGrants.shopId, shopId),
        eq(giftGrants.orderId, orderId),
        inArray(giftGrants.id, [...ids]),
        eq(giftGrants.state, 'in_order'),
      ),
    )
    .returning();
