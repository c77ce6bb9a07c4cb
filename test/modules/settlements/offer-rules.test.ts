import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  countersOf,
  decideOfferLine,
  decideTurn,
  type Direction,
  largestOf,
  largestOffer,
  OFFER_REASONS,
  scaleOffer,
  type Side,
} from '../../../src/modules/settlements/offer-rules.ts';
import { explainOffer } from '../../../src/modules/settlements/offer-words-rules.ts';
import {
  DECLINE_REASONS,
  isAwaitingMoney,
  isReasonOf,
} from '../../../src/modules/settlements/settlement-rules.ts';
import { settlementStates } from '../../../src/modules/settlements/states.ts';
import { sumOf } from '../../../src/platform/money.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };
const anyDirection = fc.constantFrom<Direction>('to_customer', 'from_customer');
const anyAmount = fc.bigInt({ min: 1n, max: 999_999_999_999n });
const UNCOMPARED = { comparedUnitAmount: null, differenceAmount: 0n };
const anyLine = fc
  .record({
    paidNetAmount: anyAmount,
    settledShare: fc.nat(100),
    offeredShare: fc.integer({ min: 1, max: 100 }),
    // How much more than was offered the difference to a compared price is, where there is one.
    room: fc.option(anyAmount),
  })
  .map(({ paidNetAmount, settledShare, offeredShare, room }) => {
    const settledAmount = (paidNetAmount * BigInt(settledShare)) / 100n;
    const left = paidNetAmount - settledAmount;
    const offeredAmount = (left * BigInt(offeredShare)) / 100n + 1n;
    const compared =
      room === null ? UNCOMPARED : { comparedUnitAmount: 1n, differenceAmount: offeredAmount + room };
    return { paidNetAmount, settledAmount, offeredAmount, ...compared };
  });
const anyLines = fc.array(anyLine, { minLength: 1, maxLength: 6 });

t.test('shares of another amount sum to it and are never more than a line has left', async () => {
  fc.assert(
    fc.property(anyDirection, anyLines, anyAmount, (direction, lines, amount) => {
      const shares = scaleOffer(direction, amount, lines);
      if (!shares) return assert.ok(amount > largestOffer(direction, lines) - BigInt(lines.length));
      assert.equal(sumOf(shares), amount);
      for (const [at, line] of lines.entries()) {
        assert.ok((shares[at] ?? -1n) >= 0n);
        assert.ok((shares[at] ?? 0n) <= largestOf(direction, line));
      }
    }),
    RUNS,
  );
});

t.test('what is told as the largest offer can be made', async () => {
  fc.assert(
    fc.property(anyDirection, anyLines, (direction, lines) => {
      const most = largestOffer(direction, lines);
      // Half a cent of rounding per line: what is told is safe but for that.
      const safe = most - BigInt(lines.length);
      if (safe > 0n) assert.ok(scaleOffer(direction, safe, lines));
    }),
    RUNS,
  );
});

t.test('rounds do not drift: back at the first amount, the shares are the first ones', async () => {
  fc.assert(
    fc.property(anyLines, (lines) => {
      const offered = lines.map(({ offeredAmount }) => offeredAmount);
      assert.deepEqual(scaleOffer('from_customer', sumOf(offered), lines), offered);
    }),
    RUNS,
  );
});

t.test('sides alternate, whatever the number of rounds', async () => {
  fc.assert(
    fc.property(fc.nat(20), (rounds) => {
      const offers = Array.from({ length: rounds + 1 }, (_, at): { side: Side } => ({
        side: at % 2 === 0 ? 'shop' : 'customer',
      }));
      const newest = offers.at(-1);
      assert.notEqual(decideTurn('countered', newest), newest?.side);
      assert.equal(countersOf(offers), rounds);
      for (const state of settlementStates.names.filter((name) => name !== 'offered' && name !== 'countered'))
        assert.equal(decideTurn(state, newest), undefined);
    }),
    RUNS,
  );
});

t.test('a line of an offer keeps its arithmetic', async () => {
  const anyOffered = fc.record({
    amount: fc.integer({ min: 1, max: 1_000_000 }),
    quantity: fc.integer({ min: 1, max: 6 }),
    comparedUnitAmount: fc.integer({ min: 0, max: 300_000 }),
  });
  fc.assert(
    fc.property(
      anyDirection,
      anyOffered,
      fc.integer({ min: 0, max: 5 }),
      anyAmount,
      (direction, offered, quantity, paid) => {
        const line = { lineId: 'a', quantity, paidNetAmount: paid % 1_000_000n, settledAmount: 0n };
        const share = decideOfferLine(direction, { lineId: 'a', ...offered }, line);
        if (typeof share === 'string')
          return assert.ok(['too_many_units', 'no_difference', 'more_than_difference'].includes(share));
        const compared = BigInt(offered.comparedUnitAmount * offered.quantity);
        const apart =
          direction === 'to_customer' ? share.paidNetAmount - compared : compared - share.paidNetAmount;
        assert.equal(share.differenceAmount, apart);
        assert.ok(share.amount > 0n && share.amount <= apart);
        assert.ok(share.paidNetAmount <= line.paidNetAmount);
      },
    ),
    RUNS,
  );
});

t.test('worked examples', async (t) => {
  const line = { lineId: 'a', quantity: 2, paidNetAmount: 3600n, settledAmount: 400n };
  t.equal(largestOf('to_customer', { ...line, ...UNCOMPARED }), 3200n);
  for (const direction of ['to_customer', 'from_customer'] as const)
    t.equal(largestOf(direction, { ...line, comparedUnitAmount: 1500n, differenceAmount: 600n }), 600n);
  t.same(
    scaleOffer('to_customer', 1000n, [
      { paidNetAmount: 1000n, settledAmount: 0n, offeredAmount: 600n, ...UNCOMPARED },
      { paidNetAmount: 500n, settledAmount: 0n, offeredAmount: 300n, ...UNCOMPARED },
    ]),
    [667n, 333n],
  );
  t.same(scaleOffer('from_customer', 5n, []), [], 'freight is on no line');
  t.equal(decideOfferLine('to_customer', { lineId: 'a', amount: 1 }, undefined), 'line_unknown');
  t.match(
    decideOfferLine('to_customer', { lineId: 'a', amount: 300, quantity: 1, comparedUnitAmount: 1500 }, line),
    {
      paidNetAmount: 1800n,
      differenceAmount: 300n,
    },
  );
  t.equal(
    explainOffer(
      { ...line, comparedUnitAmount: 1500n, differenceAmount: 600n, amount: 600n, isCharge: false },
      'CNY',
    ).zh,
    '实付 2: ¥36.00; 应为 2 × ¥15.00 = ¥30.00; 差价 ¥6.00; 退补 ¥6.00',
  );
});

t.test('reasons are closed lists of each side', async (t) => {
  for (const reason of DECLINE_REASONS)
    t.not(
      isReasonOf('shop', false, reason),
      isReasonOf('customer', false, reason),
      `${reason} is of one side`,
    );
  t.notOk(isReasonOf('shop', true, 'amount_refused'), 'a claim is not refused for its amount');
  t.same(
    OFFER_REASONS.from_customer.filter((reason) =>
      (OFFER_REASONS.to_customer as readonly string[]).includes(reason),
    ),
    ['price_error', 'freight'],
  );
  t.notOk(isAwaitingMoney({ state: 'paying', direction: 'to_customer' }));
});
