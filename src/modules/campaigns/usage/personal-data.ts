import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';

interface UseRow extends Record<string, unknown> {
  readonly order_id: string;
  readonly campaign_id: string;
  readonly state: string;
  readonly placed_at: Date;
}
// Along campaign_uses_customer_idx.
const selectUses = preparedSql<UseRow>(
  'select_campaign_uses_of_customer',
  `select order_id, campaign_id, state, placed_at from campaign_uses where shop_id = $1 and customer_id = $2
   order by campaign_id, order_id`,
);

// Counters are found by the campaigns that the customer has used; each use that has counters is one of these rows.
const forget = preparedSql(
  'forget_campaign_uses',
  `with of_campaigns as (
     select distinct campaign_id from campaign_uses where shop_id = $1 and customer_id = $2
   ), counters as (
     delete from campaign_customer_counters c using of_campaigns o
     where c.shop_id = $1 and c.campaign_id = o.campaign_id and c.customer_id = $2
   ), taken as (
     delete from campaign_units c using of_campaigns o
     where c.shop_id = $1 and c.campaign_id = o.campaign_id and c.customer_id = $2
   )
   update campaign_uses set customer_id = null where shop_id = $1 and customer_id = $2`,
);
const move = preparedSql<{ order_id: string }>(
  'move_campaign_uses',
  `with of_campaigns as (
     select distinct campaign_id from campaign_uses where shop_id = $1 and customer_id = $2
   ), counters as (
     delete from campaign_customer_counters c using of_campaigns o
     where c.shop_id = $1 and c.campaign_id = o.campaign_id and c.customer_id = $2 returning c.campaign_id, c.period, c.uses
   ), counters_kept as (
     insert into campaign_customer_counters as k (shop_id, campaign_id, customer_id, period, uses)
     select $1, campaign_id, $3::uuid, period, uses from counters order by campaign_id, period
     on conflict (shop_id, campaign_id, customer_id, period) do update set uses = k.uses + excluded.uses
   ), units as (
     delete from campaign_units c using of_campaigns o
     where c.shop_id = $1 and c.campaign_id = o.campaign_id and c.customer_id = $2 returning c.campaign_id, c.product_id, c.taken
   ), units_kept as (
     insert into campaign_units as k (shop_id, campaign_id, product_id, customer_id, taken)
     select $1, campaign_id, product_id, $3::uuid, taken from units order by campaign_id, product_id
     on conflict (shop_id, campaign_id, product_id, customer_id) do update set taken = k.taken + excluded.taken
   )
   update campaign_uses set customer_id = $3::uuid where shop_id = $1 and customer_id = $2 returning order_id`,
);

/** Which campaigns a customer's orders had. What a campaign gave in all stays; nobody is named in it afterwards. */
export const campaignPersonalData: PersonalDataSection = {
  name: 'campaigns',
  async export(on, ctx, customerId) {
    const uses = await selectUses(on, [ctx.shop.id, customerId]);
    return uses.map((use) => ({
      what: 'use',
      orderId: use.order_id,
      campaignId: use.campaign_id,
      state: use.state,
      placedAt: use.placed_at.toISOString(),
    }));
  },
  async erase(tx, ctx, customerId) {
    await forget(tx, [ctx.shop.id, customerId]);
    return { kept: [] };
  },
};

/** What a duplicate has used of limits, the customer that stays has used: a second account is not a second time. */
export const campaignCustomerMove: CustomerMove = {
  name: 'campaigns',
  move: async (tx, ctx, from, to) => (await move(tx, [ctx.shop.id, from, to])).length,
};
