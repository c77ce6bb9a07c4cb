import { preparedSql } from '../../../platform/db/prepared.ts';
import type { CustomerMove, PersonalDataSection } from '../../customers/ports.ts';

interface UseRow extends Record<string, unknown> {
  readonly order_id: string;
  readonly product_id: string;
  readonly state: string;
  readonly placed_at: Date;
}
// Along entry_uses_customer_idx.
const selectUses = preparedSql<UseRow>(
  'select_entry_uses_of_customer',
  `select order_id, product_id, state, placed_at from entry_uses where shop_id = $1 and customer_id = $2
   order by order_id, product_id`,
);
const forget = preparedSql(
  'forget_entry_uses',
  'update entry_uses set customer_id = null where shop_id = $1 and customer_id = $2',
);
const move = preparedSql<{ order_id: string }>(
  'move_entry_uses',
  'update entry_uses set customer_id = $3::uuid where shop_id = $1 and customer_id = $2 returning order_id',
);

/** Which entry items a customer bought. What they lost in all stays; nobody is named in it afterwards. */
export const entryItemPersonalData: PersonalDataSection = {
  name: 'entryItems',
  async export(on, ctx, customerId) {
    const uses = await selectUses(on, [ctx.shop.id, customerId]);
    return uses.map((use) => ({
      what: 'purchase',
      orderId: use.order_id,
      productId: use.product_id,
      state: use.state,
      placedAt: use.placed_at.toISOString(),
    }));
  },
  async erase(tx, ctx, customerId) {
    await forget(tx, [ctx.shop.id, customerId]);
    return { kept: [] };
  },
};

/** What a duplicate bought, the customer that stays bought. */
export const entryItemCustomerMove: CustomerMove = {
  name: 'entryItems',
  move: async (tx, ctx, from, to) => (await move(tx, [ctx.shop.id, from, to])).length,
};
