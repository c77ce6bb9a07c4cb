import { defineErrors } from '../../../platform/errors.ts';

export const entryItemErrors = defineErrors({
  entry_item_product_not_found: [422, 'There is no such product'],
  entry_item_product_marked: [409, 'The product is an entry item already'],
  entry_item_times_contradictory: [422, 'The entry item ends before it starts'],
  entry_item_end_passed: [409, 'The end of the entry item has passed'],
  entry_item_budget_below_spent: [409, 'Orders have lost more on the entry item than this budget'],
  entry_item_ended: [409, 'The entry item has ended and stays as it is'],
});
