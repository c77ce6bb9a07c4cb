import t from 'tap';
import { campaign, item, offOf, price } from '../../../support/pricing.ts';

const times = (name: string, multiplierBps: number) =>
  campaign(name, { type: 'points_multiplier', multiplierBps }, { combinesWith: ['order'] });

t.test('more points and the same price; two that combine multiply', async (t) => {
  const outcome = price([item('hat')], [times('double', 20_000), times('more', 15_000)]);
  t.same(offOf(outcome), [0n]);
  t.equal(outcome.pointsMultiplierBps, 30_000);
  t.equal(price([item('hat')], []).pointsMultiplierBps, 10_000);
});
