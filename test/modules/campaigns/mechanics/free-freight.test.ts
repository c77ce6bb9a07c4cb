import t from 'tap';
import { campaign, freightOf, item, price, reasonsOf } from '../../../support/pricing.ts';

const off = (mechanic: object, freight: bigint) =>
  price(
    [item('hat')],
    [campaign('free', { type: 'free_freight', rateBps: 10_000, ...mechanic } as never)],
    {},
    freightOf(freight),
  );

t.test('freight for less or for nothing', async (t) => {
  t.equal(off({}, 1_200n).freightDiscountAmount, 1_200n);
  t.equal(off({ rateBps: 5_000 }, 1_201n).freightDiscountAmount, 601n);
  t.equal(off({ maximumAmount: 1_000 }, 1_200n).freightDiscountAmount, 1_000n);
  t.same(reasonsOf(off({}, 0n)), { free: 'nothing_to_take_off' });
});
