import t from 'tap';
import { campaign, item, offOf, price } from '../../../support/pricing.ts';

t.test('off each unit, never more than a unit costs', async (t) => {
  const three = campaign('three', { type: 'amount_off', amount: 300, per: 'unit' });
  const outcome = price([item('hat', { quantity: 2 }), item('pin', { listUnitAmount: 200n })], [three]);
  t.same(offOf(outcome), [600n, 200n]);
  t.same(outcome.trace.clamps, []);
});

t.test('off all together in proportion: 10.00 off 36.00 and 18.00', async (t) => {
  const ten = campaign('ten', { type: 'amount_off', amount: 1_000, per: 'basket' });
  const goods = [item('hat', { listUnitAmount: 3_600n }), item('shoe', { listUnitAmount: 1_800n })];
  t.same(offOf(price(goods, [ten])), [667n, 333n]);
  // The second can give 1.00: the first gives the rest.
  const [hat, shoe] = [
    goods[0] as never,
    { ...item('shoe', { listUnitAmount: 1_800n }), minimumPriceAmount: 1_700n },
  ];
  t.same(offOf(price([hat, shoe], [ten])), [900n, 100n]);
});
