import type { Tx } from '../../../platform/db/client.ts';
import type { Part } from '../../../platform/db/parts.ts';
import { preparedSql } from '../../../platform/db/prepared.ts';
import type { UsingOrder } from '../usage/rules.ts';
import type { EntryLoss } from './mark-rules.ts';

// Two orders that want the last of a budget wait for each other at its row, and the second finds what the first has left. Rows are
// locked in the order of their keys.
const TAKEN = `entry_wanted as (
    select * from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as w (entry_item_id, product_id, loss)
  ), entry_locked as (
    select entry_item_id from entry_budgets where shop_id = $1 and entry_item_id = any($2::uuid[])
    order by entry_item_id for no key update
  ), entry_taken as (
    update entry_budgets b set spent_amount = b.spent_amount + w.loss
    from entry_locked l join entry_wanted w on w.entry_item_id = l.entry_item_id
    where b.shop_id = $1 and b.entry_item_id = l.entry_item_id and b.spent_amount + w.loss <= b.budget_amount
    returning b.entry_item_id
  ), entry_kept as (
    insert into entry_uses (shop_id, order_id, entry_item_id, product_id, customer_id, state, loss_amount, placed_at, updated_at)
    select $1, $5::uuid, entry_item_id, product_id, $6::uuid, $7, loss, $8::timestamptz, $8::timestamptz from entry_wanted
  )`;
const REFUSED = `select refuse('entry_budget_spent', json_agg(w.product_id)::text) from entry_wanted w
    where w.entry_item_id not in (select entry_item_id from entry_taken) having count(*) > 0`;

/** Takes what an order loses from the budgets of entry items, or refuses, as part of a statement. */
export const entriesPart = (order: UsingOrder, losses: readonly EntryLoss[]): Part => ({
  name: 'entry_uses',
  ctes: TAKEN,
  check: REFUSED,
  values: [
    order.shopId,
    losses.map(({ entryItemId }) => entryItemId),
    losses.map(({ productId }) => productId),
    losses.map(({ amount }) => String(amount)),
    order.orderId,
    order.customerId,
    order.isPaid ? 'used' : 'held',
    order.placedAt,
  ],
});

const confirm = preparedSql(
  'confirm_entry_uses',
  `update entry_uses set state = 'used', updated_at = $3 where shop_id = $1 and order_id = $2 and state = 'held'`,
);

/** What an order holds is used: it was paid. */
export const confirmEntries = async (tx: Tx, shopId: string, orderId: string, at: Date): Promise<void> =>
  void (await confirm(tx, [shopId, orderId, at]));

// Given back once: only rows that this statement moves to `returned` are taken off. Budgets in the order of their keys.
const giveBack = preparedSql(
  'return_entry_uses',
  `with gone as (
     update entry_uses set state = 'returned', updated_at = $3
     where shop_id = $1 and order_id = $2 and state <> 'returned' returning entry_item_id, loss_amount
   ), locked as (
     select b.entry_item_id from entry_budgets b join gone g on g.entry_item_id = b.entry_item_id
     where b.shop_id = $1 order by b.entry_item_id for no key update of b
   )
   update entry_budgets b set spent_amount = b.spent_amount - g.loss_amount
   from locked l join gone g on g.entry_item_id = l.entry_item_id
   where b.shop_id = $1 and b.entry_item_id = l.entry_item_id`,
);

/** Gives back what an order has lost, once. */
export const returnEntries = async (tx: Tx, shopId: string, orderId: string, at: Date): Promise<void> =>
  void (await giveBack(tx, [shopId, orderId, at]));
