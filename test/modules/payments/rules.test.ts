import fc from 'fast-check';
import t from 'tap';
import { decideState, spreadRefund } from '../../../src/modules/payments/rules.ts';
import { paymentStates, refundStates } from '../../../src/modules/payments/states.ts';
import { sumOf } from '../../../src/platform/money.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) };

const payment = fc
  .tuple(fc.bigInt(1n, 1_000_000n), fc.bigInt(0n, 1_000_000n))
  .map(([amount, refunded]) => ({ id: 'p', amount, refundedAmount: refunded % (amount + 1n) }));

t.test('a refund is spread newest first, never beyond what a payment holds', async (t) => {
  t.same(
    spreadRefund(1500n, [
      { id: 'new', amount: 1000n, refundedAmount: 0n },
      { id: 'old', amount: 900n, refundedAmount: 0n },
    ])?.map(({ payment, amount }) => [payment.id, amount]),
    [
      ['new', 1000n],
      ['old', 500n],
    ],
  );
  t.equal(spreadRefund(1n, []), undefined);
  t.same(spreadRefund(0n, []), []);
  fc.assert(
    fc.property(fc.array(payment, { maxLength: 8 }), fc.bigInt(0n, 4_000_000n), (payments, amount) => {
      const left = payments.map((one) => one.amount - one.refundedAmount);
      const parts = spreadRefund(amount, payments);
      if (amount > sumOf(left)) return parts === undefined;
      if (!parts || sumOf(parts.map((part) => part.amount)) !== amount) return false;
      const shares = payments.map((one) => parts.find((part) => part.payment === one)?.amount ?? 0n);
      const lastTouched = shares.findLastIndex((share) => share > 0n);
      return (
        parts.every((part) => part.amount > 0n) &&
        shares.every((share, i) => share <= (left[i] ?? 0n)) &&
        // Whatever is newer than the last payment that gives something gives all it has.
        shares.slice(0, Math.max(lastTouched, 0)).every((share, i) => share === left[i])
      );
    }),
    RUNS,
  );
});

t.test('whatever order statements come in, taken money is known and never forgotten', async (t) => {
  const kinds = fc.constantFrom('succeeded' as const, 'processing' as const, 'failed' as const);
  const starts = fc.constantFrom('created' as const, 'cancelled' as const);
  fc.assert(
    fc.property(starts, fc.array(kinds, { maxLength: 10 }), (start, statements) => {
      let state: (typeof paymentStates.names)[number] = start;
      for (const kind of statements) state = decideState(state, kind) ?? state;
      return (state === 'succeeded') === statements.includes('succeeded');
    }),
    RUNS,
  );
  t.equal(decideState('succeeded', 'failed'), undefined);
  t.equal(decideState('succeeded', 'succeeded'), undefined);
  t.equal(decideState('cancelled', 'processing'), undefined);
  t.equal(decideState('created', 'processing'), 'processing');
});

t.test('where an attempt and a refund end', async (t) => {
  const endsOf = ({ names, isEnd }: { names: readonly string[]; isEnd: (name: never) => boolean }) =>
    names.filter((name) => isEnd(name as never));
  t.same(endsOf(paymentStates), ['succeeded']);
  t.same(endsOf(refundStates), ['succeeded']);
  t.ok(refundStates.canMove('succeeded', 'failed'), 'a bank may send back what it had taken');
  t.notOk(refundStates.canMove('succeeded', 'pending'), 'but what succeeded is not simply given again');
});
