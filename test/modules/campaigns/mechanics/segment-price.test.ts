import t from 'tap';
import { campaign, idOf, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const vip = idOf('vip');
const buyer = (segmentIds: string[]) => ({
  buyer: { customerId: idOf('buyer'), segmentIds: new Set(segmentIds), tierKey: null, hasOrdered: true },
});

t.test('members of the segment have a price of their own', async (t) => {
  const prices = [{ productId: idOf('hat'), unitAmount: 800 }];
  const own = campaign('own', { type: 'segment_price', prices }, { segmentIds: [vip] });
  const goods = [item('hat', { quantity: 2 }), item('shoe')];
  t.same(offOf(price(goods, [own], buyer([vip]))), [400n, 0n]);
  t.same(reasonsOf(price(goods, [own], buyer([]))), { own: 'segment_required' });
  t.same(reasonsOf(price(goods, [own])), { own: 'customer_required' });
});

t.test('or a share off everything', async (t) => {
  const own = campaign('own', { type: 'segment_price', rateBps: 1_500 }, { segmentIds: [vip] });
  t.same(offOf(price([item('hat'), item('shoe')], [own], buyer([vip]))), [150n, 150n]);
});
