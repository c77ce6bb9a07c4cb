import t from 'tap';
import { campaign, idOf, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const buy = { type: 'buy_x_get_y', buyQuantity: 2, getQuantity: 1, rateBps: 10_000 } as const;

t.test('buy two, get one: of every three the cheapest is free', async (t) => {
  const free = campaign('three', buy);
  t.same(reasonsOf(price([item('hat', { quantity: 2 })], [free])), { three: 'below_minimum_quantity' });
  t.same(offOf(price([item('hat', { quantity: 2 }), item('pin', { listUnitAmount: 300n })], [free])), [
    0n,
    300n,
  ]);
  t.same(offOf(price([item('hat', { quantity: 6 })], [free])), [2_000n]);
  t.same(offOf(price([item('hat', { quantity: 6 })], [campaign('three', { ...buy, maximumTimes: 1 })])), [
    1_000n,
  ]);
});

t.test('with products of its own, what is got has to lie in the basket', async (t) => {
  const mug = campaign('mug', { ...buy, getProductIds: [idOf('mug')] }, { productIds: [idOf('hat')] });
  t.same(reasonsOf(price([item('hat', { quantity: 2 })], [mug])), { mug: 'no_matching_item' });
  t.same(offOf(price([item('hat', { quantity: 2 }), item('mug', { quantity: 2 })], [mug])), [0n, 1_000n]);
});
