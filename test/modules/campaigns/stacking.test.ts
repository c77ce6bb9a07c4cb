import t from 'tap';
import { campaign, freightOf, idOf, item, offOf, price, reasonsOf } from '../../support/pricing.ts';

const tenOff = { type: 'percent_off', rateBps: 1_000 } as const;
const twentyOff = { type: 'percent_off', rateBps: 2_000 } as const;
const all = ['product', 'order', 'freight'] as const;

t.test('of two that do not combine each line has the one that is better for it', async (t) => {
  const outcome = price(
    [item('hat'), item('shoe')],
    [campaign('all', tenOff), campaign('hats', twentyOff, { productIds: [idOf('hat')] })],
  );
  t.same(offOf(outcome), [200n, 100n]);
  t.equal(outcome.trace.method, 'exact');
  t.equal(outcome.trace.otherCount, 0);
});

t.test('both have to say that they combine', async (t) => {
  const one = (combinesWith: readonly (typeof all)[number][]) =>
    campaign('hats', twentyOff, { combinesWith: [...combinesWith], priority: 1 });
  const other = campaign('all', tenOff, { combinesWith: ['product'] });
  t.same(offOf(price([item('hat')], [one([]), other])), [200n]);
  t.same(reasonsOf(price([item('hat')], [one([]), other])), { all: 'does_not_combine' });
  // 20 % off 10.00, and 10 % off what is left.
  t.same(offOf(price([item('hat')], [one(['product']), other])), [280n]);
});

t.test('an offer on the order takes the goods on which nothing is that excludes it', async (t) => {
  const order = campaign('order', tenOff, { stackingClass: 'order' });
  const hats = campaign('hats', twentyOff, { productIds: [idOf('hat')] });
  t.same(offOf(price([item('hat'), item('shoe')], [order, hats])), [200n, 100n]);
});

t.test('one of an exclusive group', async (t) => {
  const outcome = price(
    [item('hat'), item('shoe')],
    [
      campaign('hats', twentyOff, { productIds: [idOf('hat')], exclusiveGroup: 'sale' }),
      campaign('shoes', tenOff, { productIds: [idOf('shoe')], exclusiveGroup: 'sale' }),
    ],
  );
  t.same(offOf(outcome), [200n, 0n]);
  t.same(reasonsOf(outcome), { shoes: 'exclusive_group' });
  t.same(outcome.trace.rejected[0]?.withCampaignIds, [idOf('hats')]);
});

t.test('a cheaper basket is not taken where it makes freight dearer than it saves', async (t) => {
  const freight = {
    isFixed: false,
    amountFor: (nets: readonly bigint[]) => (nets.reduce((a, b) => a + b, 0n) >= 2_000n ? 0n : 500n),
  };
  const outcome = price([item('hat'), item('shoe')], [campaign('all', tenOff)], {}, freight);
  t.same(offOf(outcome), [0n, 0n]);
  t.same(reasonsOf(outcome), { all: 'better_without' });
});

t.test('a tie goes to the higher priority, then to the smaller id', async (t) => {
  const by = (rule: object) =>
    price([item('hat')], [campaign('b', tenOff), campaign('a', tenOff, rule)]).trace.applied.map(
      ({ name }) => name,
    );
  t.same(by({}), ['a']);
  t.same(by({ priority: -1 }), ['b']);
});

t.test('freight comes last and is a matter of the whole order', async (t) => {
  const free = campaign('free', { type: 'free_freight', rateBps: 10_000 }, { combinesWith: ['product'] });
  const outcome = price([item('hat')], [free, campaign('all', tenOff)], {}, freightOf(800n));
  t.equal(outcome.freightDiscountAmount, 800n);
  t.same(reasonsOf(outcome), { all: 'does_not_combine' });
  const both = price(
    [item('hat')],
    [free, campaign('all', tenOff, { combinesWith: ['freight'] })],
    {},
    freightOf(800n),
  );
  t.equal(both.freightDiscountAmount, 800n);
  t.same(offOf(both), [100n]);
});

t.test('the margin guard says what it kept of a line, and not what was never there', async (t) => {
  const large = { type: 'amount_off', amount: 50_000, per: 'basket' } as const;
  const guarded = price(
    [item('hat', { minimumPriceAmount: 900n }), item('shoe')],
    [campaign('large', large)],
  );
  t.same(offOf(guarded), [100n, 1_000n]);
  t.match(guarded.trace.clamps, [{ line: 0, wantedAmount: 1_000, givenAmount: 100, floorAmount: 900 }]);
  t.equal(guarded.trace.clamps.length, 1, 'all of the shoe was to be had');
});
