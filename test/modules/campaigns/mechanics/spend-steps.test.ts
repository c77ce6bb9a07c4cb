import t from 'tap';
import { spendSteps } from '../../../../src/modules/campaigns/mechanics/spend-steps.ts';
import { campaign, item, offOf, price, reasonsOf } from '../../../support/pricing.ts';

const off = (amount: bigint, mechanic: object) =>
  price(
    [item('hat', { listUnitAmount: amount })],
    [campaign('steps', { type: 'spend_steps', steps: [], ...mechanic } as never)],
  );

t.test('the highest step that is reached counts', async (t) => {
  const steps = [
    { fromAmount: 10_000, amount: 500 },
    { fromAmount: 20_000, rateBps: 1_000 },
  ];
  t.same(reasonsOf(off(9_999n, { steps })), { steps: 'below_minimum_amount' });
  t.same(offOf(off(10_000n, { steps })), [500n]);
  t.same(offOf(off(25_000n, { steps })), [2_500n]);
});

t.test('who spends more is not given less', async (t) => {
  const faults = (...steps: object[]) =>
    spendSteps.findFaults?.({ type: 'spend_steps', steps } as never).map(({ pointer }) => pointer);
  t.same(faults({ fromAmount: 500, amount: 50 }, { fromAmount: 600, amount: 10 }), ['/steps/1']);
  t.same(faults({ fromAmount: 10_000, amount: 600 }, { fromAmount: 11_000, rateBps: 500 }), ['/steps/1']);
  t.same(faults({ fromAmount: 10_000, rateBps: 500 }, { fromAmount: 20_000, amount: 999 }), ['/steps/1']);
  t.same(faults({ fromAmount: 10_000, amount: 500 }, { fromAmount: 20_000, rateBps: 250 }), []);
});

t.test('repeated, the only step counts as often as it fits: 10.00 off every 100.00', async (t) => {
  t.same(offOf(off(34_500n, { steps: [{ fromAmount: 10_000, amount: 1_000 }], isRepeated: true })), [3_000n]);
});
