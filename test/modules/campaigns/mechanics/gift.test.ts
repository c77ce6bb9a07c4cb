import t from 'tap';
import { campaign, idOf, item, price, reasonsOf } from '../../../support/pricing.ts';

const mug = {
  productId: idOf('mug'),
  name: 'Mug',
  priceAmount: 500n,
  costAmount: 200n,
  availableQuantity: 2,
};
const giving = campaign('gift', {
  type: 'gift',
  steps: [
    { fromAmount: 1_000, gifts: [{ productId: mug.productId, quantity: 1 }] },
    { fromAmount: 5_000, gifts: [{ productId: mug.productId, quantity: 3 }] },
  ],
});
const given = (amount: bigint) =>
  price([item('hat', { listUnitAmount: amount })], [giving], { gifts: new Map([[mug.productId, mug]]) });

t.test('goods on top, by what is bought, as long as they are there', async (t) => {
  t.same(reasonsOf(given(999n)), { gift: 'below_minimum_amount' });
  t.match(given(1_000n).effects, [
    { gifts: [{ productId: mug.productId, quantity: 1 }], giftCostAmount: 200n, discountAmount: 0n },
  ]);
  t.same(reasonsOf(given(5_000n)), { gift: 'gift_not_available' });
});
