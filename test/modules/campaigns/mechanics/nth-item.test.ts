import t from 'tap';
import { campaign, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const second = { type: 'nth_item', n: 2, rateBps: 5_000 } as const;
const goods = [2_000n, 1_000n, 3_000n].map((listUnitAmount, i) => item(`p${i}`, { listUnitAmount }));

t.test('of every two units in the basket the cheapest costs half', async (t) => {
  t.same(offOf(price(goods, [campaign('second', { ...second, across: 'basket' })])), [0n, 500n, 0n]);
});

t.test('by product, it takes two of the same', async (t) => {
  const each = campaign('second', { ...second, across: 'product' });
  t.same(reasonsOf(price(goods, [each])), { second: 'below_minimum_quantity' });
  t.same(offOf(price([item('hat', { quantity: 5 }), item('shoe')], [each])), [1_000n, 0n]);
});
