import t from 'tap';
import { campaign, item, offOf, price } from '../../../support/pricing.ts';

t.test('a share off each line, rounded half away from zero', async (t) => {
  const quarter = campaign('quarter', { type: 'percent_off', rateBps: 2_500 });
  t.same(offOf(price([item('hat', { listUnitAmount: 999n }), item('shoe')], [quarter])), [250n, 250n]);
});

t.test('off an order it is of the sum, rounded once and split by largest remainder', async (t) => {
  const tenth = campaign('tenth', { type: 'percent_off', rateBps: 1_000 }, { stackingClass: 'order' });
  const cents = [33n, 33n, 34n].map((listUnitAmount, i) => item(`p${i}`, { listUnitAmount }));
  const outcome = price(cents, [tenth]);
  t.same(offOf(outcome), [3n, 3n, 4n]);
  t.same(outcome.trace.applied[0]?.remainderLines, [2]);
});
