import t from 'tap';
import type { GiftProduct } from '../../../src/modules/campaigns/engine/facts.ts';
import { campaign, idOf, item, offOf, price, reasonsOf } from '../../support/pricing.ts';

const tenOff = { type: 'percent_off', rateBps: 1_000 } as const;
const halfOff = { type: 'percent_off', rateBps: 5_000 } as const;
const all = ['product' as const, 'order' as const, 'freight' as const];

t.test('why campaigns do nothing is said in one order, whatever the order they come in', async (t) => {
  const [a, b] = ['a', 'b'].map((name) => campaign(name, tenOff, { isCouponRequired: true }));
  if (!a || !b) return t.fail();
  const names = (campaigns: (typeof a)[]) =>
    price([item('hat')], campaigns).trace.rejected.map(({ name }) => name);
  t.same(names([a, b]), ['a', 'b']);
  t.same(names([b, a]), ['a', 'b']);
});

t.test('two campaigns for different goods do not promise the same last gift', async (t) => {
  const gift: GiftProduct = {
    productId: idOf('mug'),
    name: 'Mug',
    priceAmount: 500n,
    costAmount: 0n,
    availableQuantity: 1,
  };
  const giving = (name: string, of: string) =>
    campaign(
      name,
      { type: 'gift', steps: [{ fromAmount: 0, gifts: [{ productId: idOf('mug'), quantity: 1 }] }] },
      { productIds: [idOf(of)], stackingClass: 'product' },
    );
  const outcome = price([item('hat'), item('shoe')], [giving('a', 'hat'), giving('b', 'shoe')], {
    gifts: new Map([[gift.productId, gift]]),
  });
  t.same(
    outcome.effects.flatMap(({ gifts }) => gifts),
    [{ productId: idOf('mug'), quantity: 1 }],
  );
  t.same(reasonsOf(outcome), { b: 'gift_not_available' });
});

t.test('what a campaign takes off itself does not bring its goods below its minimum', async (t) => {
  const rule = { minimumAmount: 2_000, minimumAmountBasis: 'current' as const, combinesWith: all };
  // The bundle that nobody has makes the lines go together.
  const both = campaign(
    'both',
    { type: 'amount_off', amount: 1, per: 'basket' },
    { stackingClass: 'product', combinesWith: all },
  );
  t.same(offOf(price([item('hat'), item('shoe')], [campaign('a', tenOff, rule), both])), [101n, 100n]);
});

t.test(
  'a minimum of what is left of the price looks at all goods, wherever the other discounts are',
  async (t) => {
    const outcome = price(
      [item('hat'), item('shoe')],
      [
        campaign('hats', halfOff, { productIds: [idOf('hat')], combinesWith: all, priority: 1 }),
        campaign('big', tenOff, { minimumAmount: 2_000, minimumAmountBasis: 'current', combinesWith: all }),
      ],
    );
    t.same(offOf(outcome), [500n, 0n]);
    t.same(reasonsOf(outcome), { big: 'below_minimum_amount' });
  },
);

t.test('goods that are got do not count for the minimum of those that are bought', async (t) => {
  const mugs = [idOf('mug')];
  const buy = {
    type: 'buy_x_get_y',
    buyQuantity: 1,
    getQuantity: 1,
    rateBps: 10_000,
    getProductIds: mugs,
  } as const;
  const rule = { productIds: [idOf('hat')], minimumAmount: 1_000, minimumAmountBasis: 'current' as const };
  const outcome = price(
    [item('hat'), item('mug', { listUnitAmount: 50n })],
    [
      campaign('buy', buy, { ...rule, combinesWith: all }),
      campaign('hats', tenOff, { productIds: [idOf('hat')], combinesWith: all }),
    ],
  );
  t.same(offOf(outcome), [100n, 0n]);
  t.same(reasonsOf(outcome), { buy: 'below_minimum_amount' });
});

t.test('of many offers on the order that do not combine the best is found', async (t) => {
  const orders = Array.from({ length: 12 }, (_, i) =>
    campaign(
      `o${i}`,
      { type: 'percent_off', rateBps: 100 * (i + 1) },
      { stackingClass: 'order', priority: -i },
    ),
  );
  t.same(offOf(price([item('hat')], orders)), [120n]);
});

t.test('a bundle is made as often as it saves something', async (t) => {
  const goods = [
    item('coat', { quantity: 2, listUnitAmount: 4_000n }),
    item('belt', { quantity: 2, listUnitAmount: 500n }),
  ];
  const ids = goods.map(({ productId }) => productId);
  const parts = [{ productIds: ids, quantity: 2 }];
  // Two coats for 60.00 save 20.00; the belts would cost more together than they do.
  t.same(offOf(price(goods, [campaign('two', { type: 'bundle', parts, bundleAmount: 3_000 })])), [
    5_000n,
    0n,
  ]);
  t.same(offOf(price(goods, [campaign('two', { type: 'bundle', parts, bundleAmount: 6_000 })])), [
    2_000n,
    0n,
  ]);
  t.same(reasonsOf(price(goods, [campaign('two', { type: 'bundle', parts, bundleAmount: 9_000 })])), {
    two: 'nothing_to_take_off',
  });
});

t.test('a share off a bundle that one line cannot give comes off no other', async (t) => {
  const goods = [item('pan', { minimumPriceAmount: 1_000n }), item('lid')];
  const parts = goods.map(({ productId }) => ({ productIds: [productId], quantity: 1 }));
  t.same(offOf(price(goods, [campaign('set', { type: 'bundle', parts, rateBps: 1_000 })])), [0n, 100n]);
  t.same(offOf(price(goods, [campaign('set', { type: 'bundle', parts, bundleAmount: 1_800 })])), [0n, 200n]);
});

t.test('units that a flash sale does not make cheaper do not use up its stock', async (t) => {
  const hat = idOf('hat');
  const { effects } = price(
    [item('hat', { listUnitAmount: 900n }), item('hat')],
    [
      campaign('flash', {
        type: 'flash_sale',
        items: [{ productId: hat, unitAmount: 950, stockQuantity: 5 }],
      }),
    ],
  );
  t.same(effects[0]?.units, [{ productId: hat, quantity: 1 }]);
});

t.test('what is applied is told in the order of application, over all goods', async (t) => {
  const rule = { combinesWith: all };
  const outcome = price(
    [item('hat'), item('shoe')],
    [campaign('a', tenOff, rule), campaign('b', tenOff, { ...rule, priority: 1 })],
  );
  t.same(
    outcome.trace.applied.map(({ name, lines }) => [name, ...lines.map(({ line }) => line)]),
    [
      ['b', 0],
      ['b', 1],
      ['a', 0],
      ['a', 1],
    ],
  );
});
