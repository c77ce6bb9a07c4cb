import t from 'tap';
import { campaign, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

t.test('every unit costs the same, and nothing becomes dearer', async (t) => {
  const thirty = campaign('fixed', { type: 'fixed_price', unitAmount: 3_000 });
  const hats = item('hat', { quantity: 3, listUnitAmount: 3_600n });
  t.same(offOf(price([hats, item('shoe')], [thirty])), [1_800n, 0n]);
  t.same(reasonsOf(price([item('shoe')], [thirty])), { fixed: 'nothing_to_take_off' });
});
