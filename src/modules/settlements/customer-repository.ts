import { and, eq, getTableColumns, isNotNull, or, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Reader, Tx } from '../../platform/db/client.ts';
import { preparedSql } from '../../platform/db/prepared.ts';
import { type Settlement, type SettlementOffer, settlementOffers, settlements } from './tables.ts';

const ofCustomer = (shopId: string, customerId: string) =>
  and(eq(settlements.shopId, shopId), eq(settlements.customerId, customerId));

/** A customer's settlements. By settlements_customer_idx. */
export const listSettlementsOf = (on: Reader, shopId: string, customerId: string): Promise<Settlement[]> =>
  on.select().from(settlements).where(ofCustomer(shopId, customerId)).orderBy(settlements.id);

/** What was offered in a customer's settlements, by both sides. By settlements_customer_idx. */
export const listOffersOf = (on: Reader, shopId: string, customerId: string): Promise<SettlementOffer[]> =>
  on
    .select(getTableColumns(settlementOffers))
    .from(settlementOffers)
    .innerJoin(
      settlements,
      and(eq(settlements.shopId, settlementOffers.shopId), eq(settlements.id, settlementOffers.settlementId)),
    )
    .where(ofCustomer(shopId, customerId))
    .orderBy(settlementOffers.settlementId, settlementOffers.round);

const eraseOffers = preparedSql(
  'erase_offer_messages',
  `update settlement_offers o set message = null from settlements s
   where s.shop_id = $1 and s.customer_id = $2 and o.shop_id = s.shop_id and o.settlement_id = s.id
     and o.message is not null`,
);

/** Removes what was written to and by a customer; nobody is asked for more. */
export async function eraseWords(tx: Tx, shopId: string, customerId: string): Promise<void> {
  await tx
    .update(settlements)
    .set({
      message: null,
      satisfactionComment: null,
      satisfactionDueAt: null,
      version: sql`${settlements.version} + 1`,
    })
    .where(
      and(
        ofCustomer(shopId, customerId),
        or(
          isNotNull(settlements.message),
          isNotNull(settlements.satisfactionComment),
          isNotNull(settlements.satisfactionDueAt),
        ),
      ),
    );
  await eraseOffers(tx, [shopId, customerId]);
}

const mergeUses = preparedSql(
  'merge_policy_uses',
  `with moved as (
     delete from price_difference_policy_uses where shop_id = $1 and holder_id = $2 and year > 0 returning *
   )
   insert into price_difference_policy_uses as u (shop_id, policy_id, holder_id, year, used_amount)
   select shop_id, policy_id, $3, year, used_amount from moved order by policy_id, year
   on conflict (shop_id, policy_id, holder_id, year) do update set used_amount = u.used_amount + excluded.used_amount`,
);

/** Gives a customer's settlements, and what they used up of caps, to another. Returns how many settlements moved. */
export async function moveSettlements(tx: Tx, ctx: Ctx, from: string, to: string): Promise<number> {
  const moved = await tx
    .update(settlements)
    .set({ customerId: to, version: sql`${settlements.version} + 1`, updatedAt: ctx.now })
    .where(ofCustomer(ctx.shop.id, from))
    .returning({ id: settlements.id });
  if (moved.length > 0) await mergeUses(tx, [ctx.shop.id, from, to]);
  return moved.length;
}
