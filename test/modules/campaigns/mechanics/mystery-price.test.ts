import t from 'tap';
import { campaign, idOf, item, offOf, price } from '../../../support/pricing.ts';

const steps = [
  { rateBps: 500, weight: 7 },
  { rateBps: 3_000, weight: 3 },
];
const mystery = (seed: string) => campaign('mystery', { type: 'mystery_price', steps, seed });
const seed = 'a seed that nobody knows';
const goods = Array.from({ length: 200 }, (_, i) => item(`p${i}`));

t.test('a product has one of the discounts, the same for everybody who asks', async (t) => {
  const off = offOf(price(goods, [mystery(seed)]));
  t.same(new Set(off), new Set([50n, 300n]));
  const other = { customerId: idOf('other'), segmentIds: new Set<string>(), tierKey: null, hasOrdered: true };
  t.same(offOf(price(goods, [mystery(seed)], { buyer: other })), off);
  t.notSame(offOf(price(goods, [mystery('another seed of them')])), off);
  // Three of ten: 60 of 200, and nobody is surprised by 20 more or fewer.
  const high = off.filter((amount) => amount === 300n).length;
  t.ok(high > 40 && high < 80, `${high} of 200`);
});
