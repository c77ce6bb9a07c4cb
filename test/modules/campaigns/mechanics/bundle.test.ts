import t from 'tap';
import { campaign, idOf, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const parts = [idOf('pan'), idOf('lid')].map((id) => ({ productIds: [id], quantity: 1 }));
const goods = (pans: number, lids: number) => [
  item('pan', { quantity: pans, listUnitAmount: 3_000n }),
  item('lid', { quantity: lids, listUnitAmount: 1_200n }),
];

t.test('pan and lid for 35.00 together: 7.00 come off both', async (t) => {
  const together = campaign('set', { type: 'bundle', parts, bundleAmount: 3_500 });
  t.same(offOf(price(goods(1, 1), [together])), [500n, 200n]);
  t.same(offOf(price(goods(3, 2), [together])), [1_000n, 400n]);
  t.same(reasonsOf(price(goods(2, 1).slice(0, 1), [together])), { set: 'below_minimum_quantity' });
});

t.test('a share off what belongs to bundles, and at most so many of them', async (t) => {
  const tenth = campaign('set', { type: 'bundle', parts, rateBps: 1_000, maximumTimes: 1 });
  t.same(offOf(price(goods(2, 2), [tenth])), [300n, 120n]);
});
