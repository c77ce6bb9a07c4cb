import t from 'tap';
import { campaign, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const steps = [
  { minimumQuantity: 3, rateBps: 500 },
  { minimumQuantity: 5, rateBps: 1_200 },
];
const breaks = (across: 'product' | 'basket') =>
  campaign('breaks', { type: 'quantity_breaks', steps, across });

t.test('the more units, the cheaper each of them', async (t) => {
  t.same(offOf(price([item('hat', { quantity: 3 })], [breaks('product')])), [150n]);
  t.same(offOf(price([item('hat', { quantity: 5 })], [breaks('product')])), [600n]);
  t.same(offOf(price([item('hat', { quantity: 3 }), item('hat', { quantity: 2 })], [breaks('product')])), [
    360n,
    240n,
  ]);
});

t.test('of a product, or of the whole basket; what an order has already counts', async (t) => {
  const two = [item('hat', { quantity: 2 }), item('shoe')];
  t.same(reasonsOf(price(two, [breaks('product')])), { breaks: 'below_minimum_quantity' });
  t.same(offOf(price(two, [breaks('basket')])), [100n, 50n]);
  t.same(offOf(price([item('hat', { keptQuantity: 4 })], [breaks('product')])), [120n]);
});
